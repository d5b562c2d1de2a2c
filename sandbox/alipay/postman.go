package alipay

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

const (
	maxSending   = 64
	sendTimeout  = 15 * time.Second
	shownAnswer  = 500
	heldAtMost   = time.Minute
	plainForm    = "application/x-www-form-urlencoded; charset=utf-8"
	observedForm = "application/x-www-form-urlencoded; text/html; charset=utf-8"
)

// postman carries notices to merchants, a bounded number at a time.
type postman struct {
	world   *world.World
	client  *http.Client
	slots   chan struct{}
	answers queue

	mu   sync.Mutex
	held []func(context.Context)
}

func newPostman(w *world.World) *postman {
	transport := &http.Transport{
		MaxIdleConnsPerHost: maxSending, IdleConnTimeout: 30 * time.Second,
		ResponseHeaderTimeout: sendTimeout,
	}
	return &postman{
		world: w,
		slots: make(chan struct{}, maxSending),
		client: &http.Client{
			Transport: transport, Timeout: sendTimeout,
			// A redirect is an answer that is not "success".
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// send posts a form and returns the status and the beginning of the answer, or
// why there was none.
func (m *postman) send(ctx context.Context, to, body string, odd bool) (status int, answer, failure string) {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-ctx.Done():
		return 0, "", "the sandbox is stopping"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return 0, "", "notify_url is not usable"
	}
	req.Header.Set("User-Agent", "Mozilla/4.0")
	req.Header.Set("Content-Type", plainForm)
	if odd {
		req.Header.Set("Content-Type", observedForm)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return 0, "", reasonOf(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, shownAnswer))
	if err != nil {
		return resp.StatusCode, strings.ToValidUTF8(string(raw), "?"), reasonOf(err)
	}
	if string(raw) == ack {
		// The constant, so that a million answers share one text.
		return resp.StatusCode, ack, ""
	}
	return resp.StatusCode, strings.ToValidUTF8(string(raw), "?"), ""
}

// reasonOf is the cause of a failed request without its long address.
func reasonOf(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return err.Error()
}

// form writes the parameters as a body, in the order of their names.
func (p params) form() string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if out.Len() > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(name))
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(p[name]))
	}
	return out.String()
}

// hold keeps a sending back until another one has gone out, at most until a
// moment of the world's time.
func (m *postman) hold(atMost moment, send func(context.Context)) {
	var once sync.Once
	sendOnce := func(ctx context.Context) { once.Do(func() { send(ctx) }) }
	m.mu.Lock()
	m.held = append(m.held, sendOnce)
	m.mu.Unlock()
	m.world.AfterFunc(atMost.time().Sub(m.world.Now()), sendOnce)
}

// release lets the held sendings go, behind the one that has just been made.
func (m *postman) release() {
	m.mu.Lock()
	waiting := m.held
	m.held = nil
	m.mu.Unlock()
	for _, send := range waiting {
		m.world.AfterFunc(0, send)
	}
}
