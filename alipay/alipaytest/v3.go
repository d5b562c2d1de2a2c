package alipaytest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// CallV3 is a request of version 3 that reached the gateway with a good signature.
type CallV3 struct {
	// Verb and URI are the request's first line, as "POST" and "/v3/alipay/trade/query".
	Verb, URI string
	// Body is as it came.
	Body string
	// Header has the platform's own headers, as alipay-app-auth-token.
	Header http.Header
}

// GatewayV3 answers a handler for /v3/ that checks the Authorization header of each
// request and asks answer for the HTTP status and the body. A status of 200 is
// signed; refusals are not, as with the real gateway.
func (p *Platform) GatewayV3(answer func(CallV3) (status int, body string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call, err := p.readV3(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		status, body := answer(call)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("alipay-trace-id", "0b1234567890abcdef")
		if status == http.StatusOK {
			p.SignV3(w.Header(), body)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
}

// SignV3 sets the headers by which a reply with this body is verified.
func (p *Platform) SignV3(h http.Header, body string) {
	const timestamp, nonce = "1772337600000", "5f3c1d"
	h.Set("alipay-timestamp", timestamp)
	h.Set("alipay-nonce", nonce)
	h.Set("alipay-signature", p.Sign(timestamp+"\n"+nonce+"\n"+body+"\n"))
}

func (p *Platform) readV3(r *http.Request) (CallV3, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return CallV3{}, fmt.Errorf("body: %w", err)
	}
	call := CallV3{Verb: r.Method, URI: r.URL.RequestURI(), Body: string(body), Header: r.Header}
	auth, ok := strings.CutPrefix(r.Header.Get("Authorization"), "ALIPAY-SHA256withRSA ")
	if !ok {
		return call, errors.New("no Authorization header of the platform's kind")
	}
	auth, sign, ok := strings.Cut(auth, ",sign=")
	if !ok {
		return call, errors.New("Authorization has no sign")
	}
	for _, name := range []string{"app_id=", "nonce=", "timestamp="} {
		if !strings.Contains(","+auth, ","+name) {
			return call, fmt.Errorf("Authorization has no %s", name)
		}
	}
	content := strings.Join([]string{auth, call.Verb, call.URI, call.Body, ""}, "\n")
	if token := r.Header.Get("alipay-app-auth-token"); token != "" {
		content += token + "\n"
	}
	sig, err := base64.StdEncoding.DecodeString(sign)
	if err != nil {
		return call, fmt.Errorf("sign: %w", err)
	}
	sum := sha256.Sum256([]byte(content))
	if err := rsa.VerifyPKCS1v15(&p.app.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
		return call, fmt.Errorf("sign: %w", err)
	}
	return call, nil
}
