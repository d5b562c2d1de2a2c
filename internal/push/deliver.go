package push

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How long and how often a message is tried.
const (
	maxAttempts = 12
	maxAge      = 20 * time.Hour
)

// Deliver tries to send one message and writes down what became of it. A
// message that is final already is left alone. It returns how long to wait
// before the next try, or zero where there is none. A try whose outcome nobody
// knows, because the reply was lost or the worker died, is repeated only while
// the channel recognises the repetition; afterwards the message ends as
// unknown.
func (s *Service) Deliver(ctx context.Context, id string) (again time.Duration, err error) {
	m, fresh, proceed, err := s.take(ctx, id)
	if err != nil || !proceed {
		return 0, fault.Wrap("push.Deliver "+id, err)
	}
	out := Outcome{Status: Skipped, Detail: "The account that was to send it is no longer configured."}
	if channel, ok := s.channels[m.Account]; ok {
		if m.Layout, err = s.layout(ctx, m.Template, -1, m.Account); err != nil {
			return 0, fault.Wrap("push.Deliver "+id, err)
		}
		out = s.decide(m, channel.Send(ctx, m))
	}
	if err := s.finish(context.WithoutCancel(ctx), m.ID, out, fresh); err != nil {
		return 0, fault.Wrap("push.Deliver "+id, err)
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "message tried", slog.String("message", m.ID),
		slog.String("status", string(out.Status)), slog.String("code", out.Code), slog.Int("attempt", m.Attempts))
	if out.Status != Queued {
		return 0, nil
	}
	return max(out.After, backoff(m.Attempts)), nil
}

// decide turns what the channel said of one try into what becomes of the
// message: an unknown outcome goes back to the queue, still in doubt, while a
// repetition would be recognised at the time of the next try.
func (s *Service) decide(m Message, out Outcome) Outcome {
	if out.Status == Unknown && s.recognised(m, backoff(m.Attempts)) {
		out.Status, out.doubt = Queued, true
	}
	if out.Status == Queued && !out.doubt && (m.Attempts >= maxAttempts || s.now().Sub(m.CreatedAt) > maxAge) {
		out.Status = Failed
	}
	return out
}

// recognised reports whether a repetition of m after a wait would be
// recognised.
func (s *Service) recognised(m Message, wait time.Duration) bool {
	r, ok := s.channels[m.Account].(Recogniser)
	return ok && s.now().Add(wait).Before(m.FirstTryAt.Add(r.Recognised(m)))
}

// take marks a message as being sent before anything leaves the house. Fresh
// tells that no earlier try may have reached the platform.
func (s *Service) take(ctx context.Context, id string) (m Message, fresh, proceed bool, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		fresh, proceed = false, false
		if m, err = tx.Message(ctx, id); err != nil {
			return err
		}
		doubtful := !m.FirstTryAt.IsZero()
		switch {
		case m.Status != Queued && m.Status != Sending:
			return nil
		case doubtful && !s.recognised(m, 0):
			m.Status, m.Detail, m.DoneAt = Unknown, "Nobody knows whether the platform took it.", s.now()
			return tx.UpdateMessage(ctx, m)
		case !doubtful:
			m.FirstTryAt, fresh = s.now(), true
		}
		m.Status, proceed = Sending, true
		m.Attempts++
		return tx.UpdateMessage(ctx, m)
	})
	return m, fresh, proceed && err == nil, err
}

// finish writes down the outcome. A try that surely delivered nothing leaves
// no doubt behind, unless an earlier one did.
func (s *Service) finish(ctx context.Context, id string, out Outcome, fresh bool) error {
	return s.store.Update(ctx, func(tx Tx) error {
		m, err := tx.Message(ctx, id)
		if err != nil || !m.Status.CanBecome(out.Status) {
			return err
		}
		m.Status, m.Code, m.Detail = out.Status, out.Code, out.Detail
		if out.PlatformID != "" {
			m.PlatformID = out.PlatformID
		}
		switch {
		case out.Status != Queued:
			m.DoneAt = s.now()
		case fresh && !out.doubt:
			m.FirstTryAt = time.Time{}
		}
		return tx.UpdateMessage(ctx, m)
	})
}

// backoff doubles from two seconds to an hour.
func backoff(attempt int) time.Duration {
	return min(time.Hour, 2*time.Second<<min(attempt, 11))
}
