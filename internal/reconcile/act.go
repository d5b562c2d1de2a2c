package reconcile

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// Query asks the platform about an open difference and lets its answer have
// effect: a payment is settled, a refund ended, or a refund that was made at
// the platform written down. Where that explains the difference it is resolved;
// otherwise it stays open with the answer in its history. A platform that can't
// be reached is an error, which is in the history too.
func (s *Service) Query(ctx context.Context, id, by string) (Difference, error) {
	d, err := s.Store.Difference(ctx, id)
	if err != nil {
		return Difference{}, fault.Wrap("reconcile.Query", err)
	}
	if d.State != Open {
		return d, ErrClosed
	}
	return s.query(ctx, d, by)
}

// answer is what a platform said about a difference.
type answer struct {
	note     string
	resolved bool
	suggests Action
}

// mostAsks bounds how often a platform that does not answer is asked by itself.
const mostAsks = 48

func (s *Service) query(ctx context.Context, d Difference, by string) (Difference, error) {
	a, asked := s.ask(ctx, d, by)
	silent := false
	if asked != nil {
		kind := fault.KindOf(asked)
		silent = kind == fault.Unavailable || kind == fault.Unknown || kind == fault.Internal
		a = answer{note: fault.CodeOf(asked)} // nothing was said that could explain it
	}
	after, err := s.change(ctx, d.ID, Open, func(d *Difference) Step {
		d.Asks++
		if !silent || d.Asks >= mostAsks {
			d.AskAt = time.Time{}
		} else if !d.AskAt.IsZero() {
			d.AskAt = s.Now().Add(min(longestWait, firstWait<<min(d.Asks-1, 10)))
		}
		if a.suggests != "" {
			d.Suggested = a.suggests
		}
		if a.resolved {
			d.State = Resolved
			return Step{By: by, What: StepResolved, Note: a.note}
		}
		return Step{By: by, What: StepAsked, Note: a.note}
	})
	if silent {
		return after, fault.Wrap("reconcile.Query "+d.ID, asked)
	}
	return after, err
}

func (s *Service) ask(ctx context.Context, d Difference, by string) (answer, error) {
	switch {
	case d.Of == pay.BillRefund && d.PaymentID != "":
		return s.askRefund(ctx, d, by)
	case d.Of == pay.BillTrade && d.Kind == OtherState:
		p, err := s.Money.AskPayment(ctx, d.PaymentID)
		settled := p.Status == pay.PaymentSucceeded
		return answer{note: string(p.Status) + " " + p.PaidAmount.Yuan(), resolved: settled && p.PaidAmount == d.BillAmount, suggests: Ignore}, err
	}
	r, err := s.Money.AskTrade(ctx, d.Account, d.Number)
	return answer{note: string(r.State) + " " + r.Amount.Yuan(), suggests: Ignore}, err
}

func (s *Service) askRefund(ctx context.Context, d Difference, by string) (answer, error) {
	switch d.Kind {
	case OtherState:
		r, err := s.Money.AskRefund(ctx, d.RefundID)
		done := r.Status == pay.RefundSucceeded
		return answer{note: string(r.Status) + " " + r.Amount.Yuan(), resolved: done && r.Amount == d.BillAmount, suggests: Ignore}, err
	case MissingHere:
		r, err := s.Money.AdoptRefund(ctx, d.PaymentID, d.RequestNo, d.BillAmount, by)
		if errors.Is(err, pay.ErrNoRefund) {
			return answer{note: string(pay.RefundStateAbsent), suggests: Ignore}, nil
		}
		return answer{note: r.ID, resolved: err == nil}, err
	default:
		state, err := s.Money.CheckRefund(ctx, d.RefundID)
		suggests := Ignore
		if state == pay.RefundStateAbsent && d.Kind == MissingThere {
			suggests = Refund
		}
		return answer{note: string(state), suggests: suggests}, err
	}
}

// Refund sends a refund again that succeeded here and that the bill lacks,
// under its own number, so that it goes back once whatever the platform did
// before. It fails with [ErrNotPossible] for any other difference.
func (s *Service) Refund(ctx context.Context, id, by string) (Difference, error) {
	d, err := s.Store.Difference(ctx, id)
	switch {
	case err != nil:
		return Difference{}, fault.Wrap("reconcile.Refund", err)
	case d.State != Open:
		return d, ErrClosed
	case d.Of != pay.BillRefund || d.Kind != MissingThere:
		return d, ErrNotPossible
	}
	state, err := s.Money.RepeatRefund(ctx, d.RefundID)
	if err != nil {
		return d, fault.Wrap("reconcile.Refund", err)
	}
	return s.change(ctx, id, Open, func(d *Difference) Step {
		if state == pay.RefundStateDone {
			d.State = Resolved
		}
		return Step{By: by, What: StepRefunded, Note: string(state)}
	})
}

// Ignore closes an open difference with a note that explains it.
func (s *Service) Ignore(ctx context.Context, id, by, note string) (Difference, error) {
	if note = strings.TrimSpace(note); !plain(note, 1, 500) {
		return Difference{}, ErrNote
	}
	return s.change(ctx, id, Open, func(d *Difference) Step {
		d.State, d.Note = Ignored, note
		return Step{By: by, What: StepIgnored, Note: note}
	})
}

// Reopen opens a difference again that was ignored or resolved, with a note.
func (s *Service) Reopen(ctx context.Context, id, by, note string) (Difference, error) {
	if note = strings.TrimSpace(note); !plain(note, 1, 500) {
		return Difference{}, ErrNote
	}
	return s.change(ctx, id, "", func(d *Difference) Step {
		d.State, d.Note, d.ClosedAt = Open, note, time.Time{}
		return Step{By: by, What: StepReopened, Note: note}
	})
}

// Assign says who looks after a difference; an empty owner says nobody does.
func (s *Service) Assign(ctx context.Context, id, by, owner string) (Difference, error) {
	if owner = strings.TrimSpace(owner); !plain(owner, 0, 64) {
		return Difference{}, ErrOwner
	}
	return s.change(ctx, id, "", func(d *Difference) Step {
		d.Owner = owner
		return Step{By: by, What: StepAssigned, Note: owner}
	})
}

// change does something about a difference that is in a state, or in any where
// none is named, and writes what was done into its history.
func (s *Service) change(ctx context.Context, id string, in State, do func(*Difference) Step) (d Difference, err error) {
	err = s.Store.Update(ctx, func(tx Tx) error {
		if d, err = tx.Difference(ctx, id); err != nil {
			return err
		}
		was := d.State
		if in != "" && was != in {
			return ErrClosed
		}
		step := do(&d)
		if was != d.State && !was.CanBecome(d.State) || was == d.State && step.What == StepReopened {
			return ErrNotPossible
		}
		more := 0
		switch {
		case was == Open && d.State != Open:
			more, d.ClosedAt, d.AskAt = -1, s.Now(), time.Time{}
		case was != Open && d.State == Open:
			more = 1
		}
		if err := s.move(ctx, tx, d, more, step); err != nil {
			return err
		}
		if more < 0 {
			err = s.closed(ctx, tx, d)
		}
		d.Version++
		return err
	})
	return d, fault.Wrap("reconcile.change "+id, err)
}

// plain reports whether a text has so many characters and no control
// characters but line breaks.
func plain(s string, least, most int) bool {
	if n := utf8.RuneCountInString(s); n < least || n > most || !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' })
}
