package push

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How long and how often a message is tried. WeChat recognises a repeated
// client_msg_id for a day; a last try stays well inside that.
const (
	maxAttempts = 12
	maxAge      = 20 * time.Hour
)

// Deliver tries to send one message and writes down what became of it. A
// message that is final already is left alone. It returns how long to wait
// before the next try, or zero where there is none. A worker that died in the
// middle left the message in sending: it goes out again only where the
// channel recognises the repetition, which a text message's does not.
func (s *Service) Deliver(ctx context.Context, id string) (again time.Duration, err error) {
	m, proceed, err := s.take(ctx, id)
	if err != nil || !proceed {
		return 0, fault.Wrap("push.Deliver "+id, err)
	}
	channel, ok := s.channels[m.Account]
	out := Outcome{Status: Skipped, Detail: "The account that was to send it is no longer configured."}
	if ok {
		out = channel.Send(ctx, m)
	}
	if out.Status == Queued && (m.Attempts >= maxAttempts || s.now().Sub(m.CreatedAt) > maxAge) {
		out.Status = Failed
	}
	if err := s.finish(context.WithoutCancel(ctx), m.ID, out); err != nil {
		return 0, fault.Wrap("push.Deliver "+id, err)
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "message tried", slog.String("message", m.ID),
		slog.String("status", string(out.Status)), slog.String("code", out.Code), slog.Int("attempt", m.Attempts))
	if out.Status != Queued {
		return 0, nil
	}
	return max(out.After, backoff(m.Attempts)), nil
}

// take marks a message as being sent before anything leaves the house.
func (s *Service) take(ctx context.Context, id string) (m Message, proceed bool, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		proceed = false
		if m, err = tx.Message(ctx, id); err != nil {
			return err
		}
		switch {
		case m.Status == Sending && m.Kind == KindText:
			m.Status, m.Detail, m.DoneAt = Unknown, "The server stopped while it was being sent.", s.now()
			return tx.UpdateMessage(ctx, m)
		case m.Status != Queued && m.Status != Sending:
			return nil
		}
		m.Status, proceed = Sending, true
		m.Attempts++
		if m.FirstTryAt.IsZero() {
			m.FirstTryAt = s.now()
		}
		return tx.UpdateMessage(ctx, m)
	})
	return m, proceed && err == nil, err
}

func (s *Service) finish(ctx context.Context, id string, out Outcome) error {
	return s.store.Update(ctx, func(tx Tx) error {
		m, err := tx.Message(ctx, id)
		if err != nil || !m.Status.CanBecome(out.Status) {
			return err
		}
		m.Status, m.Code, m.Detail = out.Status, out.Code, out.Detail
		if out.PlatformID != "" {
			m.PlatformID = out.PlatformID
		}
		if out.Status != Queued {
			m.DoneAt = s.now()
		}
		return tx.UpdateMessage(ctx, m)
	})
}

// backoff doubles from two seconds to an hour.
func backoff(attempt int) time.Duration {
	return min(time.Hour, 2*time.Second<<min(attempt, 11))
}
