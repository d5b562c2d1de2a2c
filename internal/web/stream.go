package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// How a stream keeps time. Another node may have committed, so it looks often
// enough to show that within a second; a comment now and then keeps proxies
// from hanging up; and it ends after a while, so that the browser signs on anew.
const (
	lookEvery  = 700 * time.Millisecond
	beatEvery  = 15 * time.Second
	streamLife = 10 * time.Minute
	writeWait  = 10 * time.Second
)

// update is what a stream tells when its state differs from the last one.
type update struct {
	State string
	Final bool // nothing will follow
	Data  any
}

// stream sends an event for every change of state that read finds, until it is
// final, the reader goes away or the server drains. A first failure of read is
// answered as an error; a later one ends the stream.
func (s *Site) stream(w http.ResponseWriter, r *http.Request, read func(context.Context) (update, error)) error {
	u, err := read(r.Context())
	if err != nil {
		return err
	}
	of := s.seatsOf(r)
	if err := s.seats.take(of); err != nil {
		return err
	}
	defer s.seats.giveBack(of)
	out := newEventWriter(w)
	defer out.end()
	if err := out.send(u); err != nil || u.Final {
		return nil
	}
	s.follow(r.Context(), out, u.State, read)
	return nil
}

// follow looks again on every commit and every second. The channel is taken
// before looking, so that no commit slips in between.
func (s *Site) follow(ctx context.Context, out *eventWriter, last string, read func(context.Context) (update, error)) {
	ctx, cancel := context.WithTimeout(ctx, streamLife)
	defer cancel()
	look, beat := time.NewTicker(lookEvery), time.NewTicker(beatEvery)
	defer look.Stop()
	defer beat.Stop()
	for {
		changed := s.changed()
		u, err := read(ctx)
		if err == nil && u.State != last {
			err, last = out.send(u), u.State
		}
		if err != nil || u.Final {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.closed:
			return
		case <-beat.C:
			if out.beat() != nil {
				return
			}
		case <-look.C:
		case <-changed:
		}
	}
}

// seldom reads at most once a second, for what changes with every commit, and
// says the same in between.
func seldom(read func(context.Context) (update, error)) func(context.Context) (update, error) {
	var last update
	var at time.Time
	return func(ctx context.Context) (_ update, err error) {
		if time.Since(at) < time.Second {
			return last, nil
		}
		last, err = read(ctx)
		at = time.Now()
		return last, err
	}
}

// changed never tells anything where there is no pulse.
func (s *Site) changed() <-chan struct{} {
	if s.Pulse == nil {
		return nil
	}
	return s.Pulse.Changed()
}

// eventWriter writes the text/event-stream format of the HTML standard.
type eventWriter struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	h.Set("Connection", "close") // the deadlines of its writes would outlive it
	w.WriteHeader(http.StatusOK)
	return &eventWriter{w, http.NewResponseController(w)}
}

func (e *eventWriter) send(u update) error {
	b, err := json.Marshal(u.Data)
	if err != nil {
		return err
	}
	return e.write(fmt.Sprintf("retry: 1000\nevent: state\ndata: %s\n\n", b))
}

func (e *eventWriter) beat() error { return e.write(":\n\n") }

// end leaves time for the end of the answer, which is written once the handler
// returns: without it a proxy takes the stream for broken off.
func (e *eventWriter) end() { e.allow() } //nolint:errcheck // nobody is left to be told

// allow gives what is written next its time.
func (e *eventWriter) allow() error {
	err := e.rc.SetWriteDeadline(time.Now().Add(writeWait))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

func (e *eventWriter) write(text string) error {
	if err := e.allow(); err != nil {
		return err
	}
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.rc.Flush()
}
