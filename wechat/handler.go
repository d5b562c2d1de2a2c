package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// patience leaves a second of the platform's five for the way back.
	patience  = 4 * time.Second
	inboxKeep = time.Hour
)

// HandleFunc handles one push and returns what to answer, nil for nothing. Its
// context has the request's values but is not cancelled with it: the work goes
// on after the answer is due. After an error the platform's next repetition is
// handled again, but there is none once Patience has passed: then the error is
// logged, and that is all.
//
// A push is recorded in the Inbox before it is handled, so one is lost if the
// process dies in between. Work that must survive that records
// [Message.Key] in the same transaction as its effect.
type HandleFunc func(ctx context.Context, m *Message) (Answer, error)

// Handler is an http.Handler for an account's callback URL: it answers the URL
// check, refuses what is forged, recognises repetitions and answers in time.
type Handler struct {
	// Inbox is set before the first request; memory by default.
	Inbox Inbox
	// Patience is how long an answer may take before the platform is told
	// success; four seconds by default.
	Patience time.Duration
	// Late, when set, receives what was answered too late to be a passive
	// reply, for instance to send it as a custom message.
	Late func(ctx context.Context, m *Message, a Answer)

	callback *Callback
	handle   HandleFunc
	logger   *slog.Logger
	working  sync.WaitGroup
}

// NewHandler makes the handler of this callback.
func (cb *Callback) NewHandler(handle HandleFunc) *Handler {
	return &Handler{
		Inbox: NewMemoryInbox(cb.now), Patience: patience,
		callback: cb, handle: handle, logger: cb.logger,
	}
}

// Wait returns when the work that outlived its request is done.
func (h *Handler) Wait() { h.working.Wait() }

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet:
		h.check(w, r)
	case http.MethodPost:
		h.push(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

func (h *Handler) check(w http.ResponseWriter, r *http.Request) {
	echo, err := h.callback.VerifyServer(r.URL.Query())
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, echo)
}

func (h *Handler) push(w http.ResponseWriter, r *http.Request) {
	m, err := h.callback.Parse(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	fresh, err := h.Inbox.Begin(r.Context(), m.Key(), inboxKeep)
	switch {
	case err != nil:
		h.fail(w, r, fmt.Errorf("inbox: %w", err))
	case !fresh:
		h.answer(w, r, m, nil)
	default:
		h.work(w, r, m)
	}
}

type result struct {
	answer Answer
	err    error
}

// work runs the handling beside the request and answers with what it brings,
// or in time with nothing.
func (h *Handler) work(w http.ResponseWriter, r *http.Request, m *Message) {
	ctx := context.WithoutCancel(r.Context())
	done, gone := make(chan result), make(chan struct{})
	h.working.Go(func() {
		res := h.run(ctx, m)
		select {
		case done <- res:
		case <-gone:
			h.late(ctx, m, res)
		}
	})
	timer := time.NewTimer(h.Patience)
	defer timer.Stop()
	select {
	case res := <-done:
		if res.err != nil {
			h.fail(w, r, res.err)
			return
		}
		h.answer(w, r, m, res.answer)
	case <-timer.C:
		close(gone)
		h.answer(w, r, m, nil)
	}
}

// run calls the handling, and on failure lets the next repetition have it.
func (h *Handler) run(ctx context.Context, m *Message) (res result) {
	defer func() {
		if p := recover(); p != nil {
			res.err = fmt.Errorf("handling panicked: %v", p)
		}
		if res.err == nil {
			return
		}
		if err := h.Inbox.Forget(ctx, m.Key()); err != nil {
			res.err = errors.Join(res.err, err)
		}
	}()
	res.answer, res.err = h.handle(ctx, m)
	return res
}

func (h *Handler) late(ctx context.Context, m *Message, res result) {
	if res.err != nil {
		h.logger.ErrorContext(ctx, "wechat callback failed after its answer", "key", m.Key(), "error", res.err)
		return
	}
	if res.answer != nil && h.Late != nil {
		h.Late(ctx, m, res.answer)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, m *Message, a Answer) {
	body, err := h.callback.Answer(m, a)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	if a == nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	_, _ = w.Write(body)
}

// refuse tells a stranger nothing; the log says what did not match.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	h.logger.WarnContext(r.Context(), "wechat callback refused", "error", err)
	http.Error(w, "refused", http.StatusForbidden)
}

// fail makes the platform repeat the push.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	h.logger.ErrorContext(r.Context(), "wechat callback failed", "error", err)
	http.Error(w, "try again", http.StatusInternalServerError)
}
