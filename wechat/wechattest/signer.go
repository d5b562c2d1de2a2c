// Package wechattest makes callbacks as the platform posts them, signed and
// encrypted, so that a program can test its own callback URL without the
// platform; and it checks that a wechat.TokenStore keeps its word.
//
// It is for tests only, and no emulator of the API. Signing and encryption are
// written apart from the wechat package, so that a mistake there is not
// repeated here.
//
// The rule that surprises: in safe mode a request carries two signatures, and
// only msg_signature covers the body.
package wechattest

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform's signature is SHA-1
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Mode is how a callback is protected.
type Mode int

// The modes of the platform's settings page.
const (
	Plain Mode = iota
	Compatible
	Safe
)

// Signer is the platform's side of one account's callback. It holds no state
// and may be used concurrently.
type Signer struct {
	// AppID, Token and EncodingAESKey are the account's settings; the key is
	// needed by Compatible and Safe.
	AppID, Token, EncodingAESKey string
	// OriginalID is what messages are addressed to.
	OriginalID string
	// Now dates what is made; time.Now when nil.
	Now func() time.Time
}

// Check makes the GET by which the settings page tests a callback URL.
func (s Signer) Check(target, echo string) *http.Request {
	q := s.query()
	q.Set("echostr", echo)
	return httptest.NewRequest(http.MethodGet, withQuery(target, q), nil)
}

// Post makes the POST that carries a message, such as one of Text or Event.
func (s Signer) Post(target string, mode Mode, message string) (*http.Request, error) {
	q, body, err := s.Push(mode, message)
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequest(http.MethodPost, withQuery(target, q), strings.NewReader(body))
	r.Header.Set("Content-Type", "text/xml")
	return r, nil
}

// Push makes query and body of a callback, for other ways of sending it.
func (s Signer) Push(mode Mode, message string) (url.Values, string, error) {
	q := s.query()
	if mode == Plain {
		return q, message, nil
	}
	encrypted, err := encrypt(s.EncodingAESKey, s.AppID, message)
	if err != nil {
		return nil, "", err
	}
	q.Set("encrypt_type", "aes")
	q.Set("msg_signature", sign(s.Token, q.Get("timestamp"), q.Get("nonce"), encrypted))
	element := "<Encrypt><![CDATA[" + encrypted + "]]></Encrypt>"
	if mode == Compatible {
		return q, strings.Replace(message, "</xml>", element+"</xml>", 1), nil
	}
	return q, "<xml>" + field("ToUserName", s.OriginalID) + element + "</xml>", nil
}

// Open verifies and decrypts a passive reply of safe mode and returns its XML.
func (s Signer) Open(answer []byte) (string, error) {
	var in struct {
		Encrypt, MsgSignature, TimeStamp, Nonce string
	}
	if err := xml.Unmarshal(answer, &in); err != nil {
		return "", fmt.Errorf("wechattest: answer is not XML: %w", err)
	}
	if sign(s.Token, in.TimeStamp, in.Nonce, in.Encrypt) != in.MsgSignature {
		return "", fmt.Errorf("wechattest: MsgSignature does not match")
	}
	return decrypt(s.EncodingAESKey, s.AppID, in.Encrypt)
}

func (s Signer) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s Signer) query() url.Values {
	stamp, nonce := strconv.FormatInt(s.now().Unix(), 10), rand.Text()
	return url.Values{"timestamp": {stamp}, "nonce": {nonce}, "signature": {sign(s.Token, stamp, nonce)}}
}

func withQuery(target string, q url.Values) string {
	if strings.Contains(target, "?") {
		return target + "&" + q.Encode()
	}
	return target + "?" + q.Encode()
}

func sign(parts ...string) string {
	sort.Strings(parts)
	h := sha1.New() //nolint:gosec // see above
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}
