package pay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Receive takes one posted notice. When it returns a verdict without an error,
// the notice and everything that follows from it are durable, in one
// transaction, and the platform may be told so; a forged notice comes back as
// [VerdictForged] and has changed nothing but a count. With any error nothing
// was changed and the platform must be left to call again.
func (s *Service) Receive(ctx context.Context, p Posted) (Verdict, error) {
	l, ok := s.listeners[p.Account]
	if !ok {
		return "", ErrNoAccount
	}
	r, err := l.ReadNotice(p)
	if errors.Is(err, ErrForged) {
		s.rejects.Reject(ctx, p, err.Error())
		return VerdictForged, nil
	}
	if err != nil {
		return "", fault.Wrap("pay.Receive", err)
	}
	n := Notice{ID: s.newID("ntc"), Account: p.Account, Body: p.Body, Header: p.Header, Remote: p.Remote,
		BodyHash: identity(p.Body, r), Number: r.Number}
	v, err := s.keep(ctx, n, r)
	if err != nil {
		return "", fault.Wrap("pay.Receive "+r.Number, err)
	}
	return v, nil
}

// identity tells one notice from another. The bytes alone would not do: who saw
// a notice can write it down in endless ways that the signature is good for. It
// begins with the number, because numbers that come together are made together:
// the index of identities is then written in few places rather than anywhere.
func identity(body []byte, r Report) string {
	sum := r.Digest
	if len(sum) == 0 {
		whole := sha256.Sum256(body)
		sum = whole[:]
	}
	return r.Number + "." + hex.EncodeToString(sum)
}

// ReceiveAgain takes a kept notice in once more, as somebody of the team asks.
// What is known of it stays as it is. It fails with [ErrForged] where the
// platform's key was changed since. That it was asked for is written down, with
// what was noted in ctx, even where nothing else is.
func (s *Service) ReceiveAgain(ctx context.Context, n Notice) error {
	v, err := s.Receive(ctx, Posted{Account: n.Account, Body: n.Body, Header: n.Header, Remote: n.Remote})
	if err == nil && v == VerdictForged {
		err = ErrForged
	}
	if err == nil {
		err = s.store.Update(ctx, func(Tx) error { return nil })
	}
	return fault.Wrap("pay.ReceiveAgain", err)
}

// keep stores a genuine notice with its effects. One that is kept already can
// tell nothing new: it is counted, raises no event, and is answered as the
// first time, since what is read here is durable. Nearly all others settle an
// order and are written together with what comes at the same moment; the rest
// take a transaction of their own. One that is kept but was not taken lately
// passes through there too: its payment is settled, or it can't be kept twice.
func (s *Service) keep(ctx context.Context, n Notice, r Report) (v Verdict, err error) {
	now, seen := s.now(), false
	n.Deliveries, n.ReceivedAt, n.LastAt = 1, now, now
	if s.lately.has(n.Account, n.BodyHash) {
		v, seen, err = s.store.NoticeSeen(ctx, n.Account, n.BodyHash)
	}
	if err == nil && !seen {
		v, seen, err = s.keepNew(ctx, n, r)
	}
	if err != nil {
		return v, err
	}
	s.lately.add(n.Account, n.BodyHash)
	if seen {
		s.store.Repeated(n.Account, n.BodyHash, now)
	}
	return v, nil
}

// keepNew stores a notice that is not known to be kept.
func (s *Service) keepNew(ctx context.Context, n Notice, r Report) (v Verdict, seen bool, err error) {
	err = s.store.Settle(ctx, r.Number, func(f Found) (Settlement, bool) { return s.rehearse(ctx, n, r, f) })
	if errors.Is(err, ErrStale) {
		return s.keepInTurn(ctx, n, r)
	}
	return VerdictSettled, false, err
}

// keepInTurn stores a notice in a transaction of its own, unless it is kept by
// now.
func (s *Service) keepInTurn(ctx context.Context, n Notice, r Report) (v Verdict, seen bool, err error) {
	err = s.store.Update(ctx, func(tx Tx) (err error) {
		if v, seen, err = tx.NoticeSeen(ctx, n.Account, n.BodyHash); err != nil || seen {
			return err
		}
		fresh := n
		if err = s.judge(ctx, tx, &fresh, r); err != nil {
			return err
		}
		v = fresh.Verdict
		return tx.InsertNotice(ctx, fresh)
	})
	return v, seen, err
}

// judge finds the payment that a genuine notice is about, applies it, and
// writes the verdict into n.
func (s *Service) judge(ctx context.Context, tx stage, n *Notice, r Report) error {
	p, err := tx.PaymentByNumber(ctx, r.Number)
	if errors.Is(err, ErrNoPayment) || err == nil && p.Account != n.Account {
		n.Verdict, n.Reason = VerdictMismatched, "payment"
		if r.Number != "" {
			n.AskAt = n.ReceivedAt
		}
		return s.raise(ctx, tx, event.NoticeMismatched, n.ID, 1,
			strangerData{Account: n.Account, Number: r.Number, Amount: r.Amount, Reason: n.Reason})
	}
	if err != nil {
		return err
	}
	var rule ruling
	switch {
	case r.Foreign:
		rule, err = s.mismatch(ctx, tx, p, "account")
	case r.Vague:
		rule, err = s.mismatch(ctx, tx, p, "fields")
	default:
		rule, err = s.apply(ctx, tx, p, r, fromNotice)
	}
	n.Verdict, n.Reason, n.PaymentID = rule.verdict, rule.reason, p.ID
	return err
}
