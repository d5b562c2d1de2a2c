package wechat

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// apiError is a refusal of the platform.
type apiError struct {
	Code int
	Text string
}

// Error says the code and the platform's text.
func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Text) }

// fail is the refusal with the platform's usual text.
func fail(code int) error { return &apiError{code, codeText(code)} }

// done is the success of the calls that say errcode 0.
type done struct {
	Errcode int    `json:"errcode"`
	Errmsg  string `json:"errmsg"`
}

func ok() done { return done{0, "ok"} }

// compact is v as the platform writes it: one line, no newline, and no escapes
// for characters that only matter inside HTML.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func writeReply(w http.ResponseWriter, sns bool, v any) {
	if raw, found := v.(rawReply); found {
		w.Header().Set("Content-Type", raw.kind)
		w.Write(raw.content)
		return
	}
	b, err := compact(v)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	kind := "application/json; encoding=utf-8"
	if sns {
		kind = "text/plain"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
}

// refusalOf is how a refusal is answered: with the request's id behind the
// text, after a comma on the web login's paths.
func refusalOf(err error, sns bool, now time.Time) done {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{-1, "system error"}
	}
	comma := ""
	if sns {
		comma = ","
	}
	return done{e.Code, fmt.Sprintf("%s%s rid: %s", e.Text, comma, requestID(now))}
}

// requestID is the platform's name of one call; it begins with its time.
func requestID(now time.Time) string {
	var b [8]byte
	rand.Read(b[:])
	h := hex.EncodeToString(b[:])
	return fmt.Sprintf("%08x-%s-%s", uint32(now.Unix()), h[:8], h[8:])
}
