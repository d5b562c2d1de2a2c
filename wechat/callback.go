package wechat

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// CallbackMode is how the platform protects what it posts.
type CallbackMode int

// The modes of the account's settings page.
const (
	// CallbackDefault means safe with an EncodingAESKey and plain without.
	CallbackDefault CallbackMode = iota
	// CallbackPlain posts readable XML. The signature does not cover it, so
	// whoever sees one request can forge others: prefer CallbackSafe.
	CallbackPlain
	// CallbackCompatible posts readable XML together with the encrypted one;
	// only the encrypted one is believed when it is there.
	CallbackCompatible
	// CallbackSafe posts encrypted XML only, and wants encrypted answers.
	CallbackSafe
)

// Why a callback is refused, for errors.Is. None of them deserves an answer
// other than an HTTP error without detail.
var (
	ErrCallbackSignature = errors.New("callback signature does not match")
	ErrCallbackStale     = errors.New("callback timestamp is too far from now")
	ErrCallbackReplayed  = errors.New("callback signature was used for another body")
	ErrCallbackMode      = errors.New("callback does not fit the configured mode")
	ErrCallbackMalformed = errors.New("callback is malformed")
)

const (
	defaultMaxAge   = 10 * time.Minute
	maxCallbackBody = 1 << 20
)

// Callback verifies and parses what the platform posts to one account's
// callback URL, and writes the answers. It is safe for concurrent use.
type Callback struct {
	appID  string
	token  Secret
	cipher *messageCipher // nil in plain mode
	mode   CallbackMode
	maxAge time.Duration
	now    func() time.Time
	guard  *replayGuard
	logger *slog.Logger
}

// Format prints the account's id alone, see [Client.Format].
func (cb *Callback) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "wechat.Callback(%s)", cb.appID) }

func newCallback(cfg Config) (*Callback, error) {
	cb := &Callback{
		appID: cfg.AppID, token: cfg.Token, mode: cfg.CallbackMode,
		maxAge: cfg.CallbackMaxAge, now: cfg.Now, logger: cfg.Logger,
	}
	if cb.maxAge == 0 {
		cb.maxAge = defaultMaxAge
	}
	cb.guard = newReplayGuard(2 * cb.maxAge)
	if cb.mode == CallbackDefault {
		cb.mode = CallbackPlain
		if cfg.EncodingAESKey != "" {
			cb.mode = CallbackSafe
		}
	}
	if cb.mode == CallbackPlain {
		return cb, nil
	}
	var err error
	cb.cipher, err = newMessageCipher(cfg.AppID, cfg.EncodingAESKey)
	return cb, err
}

// VerifyServer answers the check that the settings page makes by GET: it
// returns the echostr to send back as it is, as text/plain and nothing else.
func (cb *Callback) VerifyServer(query url.Values) (echo string, err error) {
	if err := cb.checkQuery(query); err != nil {
		return "", err
	}
	return single(query, "echostr"), nil
}

// Parse reads, verifies and decodes a POST of the platform. The body is
// bounded. See ParseBody.
func (cb *Callback) Parse(r *http.Request) (*Message, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxCallbackBody+1))
	if err != nil {
		return nil, fmt.Errorf("wechat: callback: read body: %w", err)
	}
	return cb.ParseBody(r.URL.Query(), body)
}

// ParseBody verifies and decodes what was posted with this query. The mode is
// the configured one, whatever the query says. A repetition by the platform
// parses again: take work up once per [Message.Key], or use a Handler, which
// does.
func (cb *Callback) ParseBody(query url.Values, body []byte) (*Message, error) {
	if err := cb.checkQuery(query); err != nil {
		return nil, err
	}
	if len(body) > maxCallbackBody {
		return nil, refuse(ErrCallbackMalformed, "body is too long")
	}
	plain, err := cb.open(query, body)
	if err != nil {
		return nil, err
	}
	return parseMessage(plain)
}

// checkQuery verifies the signature that every request has, and its age.
func (cb *Callback) checkQuery(query url.Values) error {
	stamp, nonce := single(query, "timestamp"), single(query, "nonce")
	if cb.token == "" || stamp == "" || nonce == "" {
		return refuse(ErrCallbackSignature, "token, timestamp or nonce is missing")
	}
	if !sameDigest(single(query, "signature"), signature(cb.token, stamp, nonce)) {
		return refuse(ErrCallbackSignature, "signature")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return refuse(ErrCallbackStale, "timestamp is not a number")
	}
	if age := cb.now().Sub(time.Unix(seconds, 0)); cb.maxAge > 0 && age.Abs() > cb.maxAge {
		return refuse(ErrCallbackStale, "timestamp")
	}
	return nil
}

// open returns the readable XML of a body, after whatever the mode demands.
func (cb *Callback) open(query url.Values, body []byte) ([]byte, error) {
	encrypted, err := findEncrypt(body)
	if err != nil {
		return nil, refuse(ErrCallbackMalformed, "body is not the platform's XML")
	}
	announced := single(query, "encrypt_type") == "aes"
	switch {
	case cb.mode == CallbackPlain && (announced || encrypted != ""):
		return nil, refuse(ErrCallbackMode, "encrypted, but the mode is plain")
	case cb.mode == CallbackPlain, cb.mode == CallbackCompatible && encrypted == "" && !announced:
		return body, cb.guardPlain(query, body)
	case encrypted == "":
		return nil, refuse(ErrCallbackMode, "not encrypted")
	}
	want := signature(cb.token, single(query, "timestamp"), single(query, "nonce"), encrypted)
	if !sameDigest(single(query, "msg_signature"), want) {
		return nil, refuse(ErrCallbackSignature, "msg_signature")
	}
	plain, err := cb.cipher.open(encrypted)
	if err != nil {
		return nil, refuse(ErrCallbackMalformed, err.Error())
	}
	return plain, nil
}

// guardPlain refuses a signature that already came with another body. The
// plain signature covers no body, so this is all that ties the two.
func (cb *Callback) guardPlain(query url.Values, body []byte) error {
	key := single(query, "timestamp") + "\n" + single(query, "nonce")
	if !cb.guard.admit(key, body, cb.now()) {
		return refuse(ErrCallbackReplayed, "timestamp and nonce")
	}
	return nil
}

func refuse(reason error, detail string) error {
	return fmt.Errorf("wechat: callback refused: %w: %s", reason, detail)
}

// single returns a parameter that was given exactly once.
func single(query url.Values, name string) string {
	if v := query[name]; len(v) == 1 {
		return v[0]
	}
	return ""
}

func sameDigest(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
