package push

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How long and how often a message is tried.
const (
	maxAttempts = 12
	maxAge      = 20 * time.Hour
)

// contactGrace is how long a text waits for the news that its window is open:
// who writes, and is answered at once, is told of by another way than ours.
const contactGrace = 2 * time.Second

// Deliver tries to send one message, in the first legal way of those that it
// has, and writes down what became of it. A message that is final already is
// left alone. It returns how long to wait before the next try, or zero where
// there is none. A try whose outcome nobody knows, because the reply was lost
// or the worker died, is repeated only while the channel recognises the
// repetition; afterwards the message ends as unknown. Where the platform
// refuses the person one way, the next one is tried.
func (s *Service) Deliver(ctx context.Context, id string) (again time.Duration, err error) {
	for tries := 0; ; tries++ {
		m, out, err := s.attempt(ctx, id)
		switch {
		case err != nil:
			return 0, fault.Wrap("push.Deliver "+id, err)
		case out.Status != Queued:
			return 0, nil
		case out.passed == "" || tries > len(m.Ways):
			return max(out.After, backoff(m.Attempts)), nil
		}
	}
}

// attempt tries one way. An outcome without a status says that there was
// nothing to do.
func (s *Service) attempt(ctx context.Context, id string) (Message, Outcome, error) {
	m, err := s.store.Message(ctx, id)
	if err != nil || m.Status != Queued && m.Status != Sending {
		return m, Outcome{}, err
	}
	c, err := s.content(ctx, m.Account, m.Template, newestVersion, m.Values, m.Text)
	if err != nil {
		return m, Outcome{}, err
	}
	way, skips, none, err := s.wayOf(ctx, m, c)
	if err != nil {
		return m, Outcome{}, err
	}
	if none == CodeWindow && m.FirstTryAt.IsZero() && s.now().Sub(m.CreatedAt) < contactGrace {
		return m, Outcome{Status: Queued, After: contactGrace}, nil
	}
	m, fresh, proceed, err := s.take(ctx, m, way, skips, none)
	if err != nil || !proceed {
		return m, Outcome{}, err
	}
	out := s.decide(m, s.send(ctx, m, c), fresh)
	if err := s.finish(context.WithoutCancel(ctx), m, out, fresh); err != nil {
		return m, out, err
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "message tried", slog.String("message", m.ID), slog.String("way", string(m.Way)),
		slog.String("status", string(out.Status)), slog.String("code", out.Code), slog.Int("attempt", m.Attempts))
	return m, out, nil
}

// wayOf chooses the way of a message; see [choice.way]. A single message goes
// out although the mirror believes that the person has left, and although it
// never heard of a window: there the platform knows better, and says so.
func (s *Service) wayOf(ctx context.Context, m Message, c content) (Way, Skips, string, error) {
	if _, ok := s.channels[m.Account]; !ok {
		return "", m.Skips, CodeAccount, nil
	}
	f, err := s.people.Follower(ctx, m.Account, m.Recipient)
	if err != nil && !errors.Is(err, ErrNoFollower) {
		return "", nil, "", err
	}
	if f.LastIn.IsZero() || !f.Following {
		f.Typed = Window{farFuture, 1}
	}
	ways := m.Ways
	if len(ways) == 0 { // from before there were ways
		ways = []Way{WayTemplate, WayCustom}
		if m.Template == "" {
			ways = ways[1:]
		}
	}
	p := Candidate{Delivery: Delivery{Skips: m.Skips}, Follower: f}
	way, skips, none := choice{purpose: PurposeService, ways: ways, text: c.text != "", mapped: c.mapped, needed: m.Needed}.way(p, s.now())
	return way, skips, none, nil
}

// send calls the channel, in the way that was chosen.
func (s *Service) send(ctx context.Context, m Message, c content) Outcome {
	m.Layout, m.Values, m.Kind = c.layout, c.values, KindTemplate
	if m.Way != WayTemplate {
		m.Kind, m.Text = KindText, c.text
	}
	return s.channels[m.Account].Send(ctx, m)
}

// decide turns what the channel said of one try into what becomes of the
// message: an unknown outcome goes back to the queue, still in doubt, while a
// repetition would be recognised at the time of the next try, and one that the
// platform refused this person goes there to be told in the next way, unless an
// earlier try may have told them.
func (s *Service) decide(m Message, out Outcome, fresh bool) Outcome {
	if out.Status == Unknown && s.recognised(m, backoff(m.Attempts)) {
		out.Status, out.doubt = Queued, true
	}
	if out.Status == Skipped && fresh && len(m.Skips)+1 < len(m.Ways) {
		out.Status, out.passed = Queued, m.Way
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
	if m.Way == WayTemplate {
		m.Kind = KindTemplate
	} else if m.Way != "" {
		m.Kind = KindText
	}
	return ok && s.now().Add(wait).Before(m.FirstTryAt.Add(r.Recognised(m)))
}

// take marks a message as being sent, in a way, before anything leaves the
// house, or ends it where there is no way. Fresh tells that no earlier try may
// have reached the platform; where one may have, it is repeated as it was.
func (s *Service) take(ctx context.Context, m Message, way Way, skips Skips, none string) (taken Message, fresh, proceed bool, err error) {
	taken, err = s.move(ctx, m, func(m *Message) (bool, bool) {
		fresh, proceed = false, false
		doubtful := !m.FirstTryAt.IsZero()
		switch {
		case m.Status != Queued && m.Status != Sending:
			return false, false
		case doubtful && !s.recognised(*m, 0):
			m.Status, m.Code, m.Detail, m.DoneAt = Unknown, CodeDoubt, advice(CodeDoubt).En, s.now()
			return true, false
		case !doubtful && none != "":
			m.Status, m.Code, m.Detail, m.Skips, m.DoneAt = Skipped, none, advice(none).En, skips, s.now()
			return true, false
		case doubtful && m.Way == "": // begun before ways were kept
			m.Way = WayCustom
			if m.Kind == KindTemplate {
				m.Way = WayTemplate
			}
		case !doubtful:
			m.FirstTryAt, m.Way, m.Skips, fresh = s.now(), way, skips, true
		}
		m.Status, proceed = Sending, true
		m.Attempts++
		return true, false
	})
	return taken, fresh, proceed && err == nil, err
}

// finish writes down the outcome. A try that surely delivered nothing leaves
// no doubt behind, unless an earlier one did.
func (s *Service) finish(ctx context.Context, m Message, out Outcome, fresh bool) error {
	_, err := s.move(ctx, m, func(m *Message) (changed, spent bool) {
		if !m.Status.CanBecome(out.Status) {
			return false, false
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
		if out.passed != "" {
			m.Skips, m.Way = append(m.Skips, Skip{out.passed, out.Code}), ""
		}
		return true, m.Way == WayCustom && (out.Status == Sent || out.Status == Unknown)
	})
	return err
}

// move changes a message as it was read and, where another was quicker, as it
// is now, and returns it as it is stored then.
func (s *Service) move(ctx context.Context, m Message, change func(*Message) (changed, spent bool)) (Message, error) {
	for {
		next := m
		next.Skips = slices.Clone(m.Skips)
		changed, spent := change(&next)
		if !changed {
			return m, nil
		}
		err := s.store.Move(ctx, next, spent)
		if err == nil {
			next.Version++
			return next, nil
		}
		if !errors.Is(err, ErrStale) {
			return m, err
		}
		if m, err = s.store.Message(ctx, m.ID); err != nil {
			return m, err
		}
	}
}

// backoff doubles from two seconds to an hour.
func backoff(attempt int) time.Duration {
	return min(time.Hour, 2*time.Second<<min(attempt, 11))
}
