// Package callback takes what platforms post: it reads the raw bytes, hands
// them to the domain, and answers in the platform's own words once the effects
// are durable.
//
// It decides nothing and trusts nothing. The rule that surprises: it never
// parses a form; the signature is over the bytes as they came.
package callback

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"

	"github.com/paypush/paypush/internal/pay"
)

// maxNotice bounds a notice; real ones have some kilobytes.
const maxNotice = 256 << 10

// keptHeaders are the ones worth keeping beside a notice.
var keptHeaders = []string{"Content-Type", "User-Agent", "X-Forwarded-For"}

// Notices answers payment notices. It is safe for any number of goroutines.
type Notices struct {
	service *pay.Service
	log     *slog.Logger
}

// NewNotices makes a handler of payment notices over the domain.
func NewNotices(s *pay.Service, log *slog.Logger) *Notices { return &Notices{service: s, log: log} }

// Alipay takes notices for one account. It answers 200 with exactly "success"
// once the notice and its effects are durable, and "fail" for one that Alipay
// did not sign; after any trouble of ours it answers 500, so that Alipay calls
// again. It follows the asynchronous notice of alipay.trade.page.pay.
func (n *Notices) Alipay(account string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := read(http.MaxBytesReader(w, r.Body, maxNotice), r.ContentLength)
		if err != nil {
			n.unread(w, err)
			return
		}
		verdict, err := n.service.Receive(r.Context(), pay.Posted{Account: account, Body: body,
			Header: keep(r.Header), Remote: remote(r)})
		switch {
		case err != nil:
			n.log.LogAttrs(r.Context(), slog.LevelError, "notice not taken", slog.String("account", account), slog.Any("error", err))
			answer(w, http.StatusInternalServerError, "fail")
		case verdict == pay.VerdictForged:
			answer(w, http.StatusOK, "fail")
		default:
			answer(w, http.StatusOK, "success")
		}
	})
}

// read reads a body to its end; said is how long its sender says it is, at best.
func read(body io.Reader, said int64) ([]byte, error) {
	into := bytes.NewBuffer(make([]byte, 0, max(0, min(said, maxNotice))+bytes.MinRead))
	_, err := into.ReadFrom(body)
	return into.Bytes(), err
}

func (n *Notices) unread(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		answer(w, http.StatusRequestEntityTooLarge, "fail")
		return
	}
	answer(w, http.StatusBadRequest, "fail")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text) //nolint:errcheck // the platform that does not read it calls again
}

func keep(h http.Header) map[string][]string {
	kept := map[string][]string{}
	for _, name := range keptHeaders {
		if v := h.Values(name); len(v) > 0 {
			kept[name] = v[:1]
		}
	}
	return kept
}

func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}
