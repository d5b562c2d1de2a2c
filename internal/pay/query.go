package pay

import (
	"context"
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// The schedule on which a payment's platform is asked: soon, then ever more
// slowly, once right after the link's expiry, and on from there for as long as
// the platform has not said that nobody can pay any more.
const (
	firstQuery   = 15 * time.Second
	slowestQuery = 30 * time.Minute
	afterExpiry  = 5 * time.Second
)

func (p Payment) nextQuery(now time.Time) time.Time {
	wait := slowestQuery
	if p.Queries < 7 {
		wait = firstQuery << p.Queries
	}
	at, end := now.Add(wait), p.ExpiresAt.Add(afterExpiry)
	if now.Before(end) && at.After(end) {
		return end
	}
	return at
}

// Ask queries the platform about one payment and brings the answer into the
// ledger. A payment whose order is settled or closed already is closed at the
// platform instead, which tells the same and ends a link that somebody opened
// meanwhile. Where the platform can't be
// reached the payment is asked again later and the error is returned. It may
// run on several nodes at once: the answer is applied once.
func (s *Service) Ask(ctx context.Context, p Payment) error {
	_, provider, err := s.provider(p.Channel)
	if err != nil {
		return fault.Wrap("pay.Ask "+p.Number, err)
	}
	o, err := s.store.Order(ctx, p.OrderID)
	if err != nil {
		return fault.Wrap("pay.Ask "+p.Number, err)
	}
	ask := provider.Query
	if o.Status != OrderPending {
		ask = provider.Close
	}
	r, asked := ask(ctx, p.Number)
	err = s.store.Update(ctx, func(tx Tx) error {
		if asked == nil {
			if err := s.applyAnswer(ctx, tx, p.ID, r); err != nil {
				return err
			}
		}
		return s.scheduleNext(ctx, tx, p.ID, asked == nil, r)
	})
	if asked != nil {
		return fault.Wrap("pay.Ask "+p.Number, asked)
	}
	return fault.Wrap("pay.Ask "+p.Number, err)
}

func (s *Service) applyAnswer(ctx context.Context, tx Tx, id string, r Report) error {
	p, err := tx.Payment(ctx, id)
	if err != nil {
		return err
	}
	_, err = s.apply(ctx, tx, p, r, fromQuery)
	return err
}

// scheduleNext decides when, or whether, a payment is asked about again.
func (s *Service) scheduleNext(ctx context.Context, tx Tx, id string, answered bool, r Report) error {
	p, err := tx.Payment(ctx, id)
	if err != nil || p.Status == PaymentSucceeded {
		return err
	}
	now := s.now()
	over := !now.Before(p.ExpiresAt)
	switch {
	case answered && (r.State == TradeClosed || r.State == TradeReturned), answered && over && r.State == TradeAbsent:
		p.NextQueryAt = time.Time{}
		if p.Status.CanBecome(PaymentClosed) {
			p.Status, p.ClosedAt = PaymentClosed, now
		}
	default:
		p.Queries++
		p.NextQueryAt = p.nextQuery(now)
	}
	return tx.UpdatePayment(ctx, p)
}

// inquire asks the platform about the number in a genuine notice that matched
// no payment, and writes the answer beside the notice for a person to see. A
// refusal is an answer too; a platform out of reach is asked again later.
func (s *Service) inquire(ctx context.Context, n Notice) error {
	provider, ok := s.providers[n.Account]
	if !ok {
		return ErrNoAccount
	}
	r, err := provider.Query(ctx, n.Number)
	if kind := fault.KindOf(err); kind == fault.Unavailable || kind == fault.Unknown {
		return fault.Wrap("pay.inquire "+n.Number, err)
	}
	finding := fault.CodeOf(err)
	if err == nil {
		finding = fmt.Sprintf("%s %d %s", r.State, int64(r.Amount), r.TradeNo)
	}
	return s.store.Update(ctx, func(tx Tx) error { return tx.SetFinding(ctx, n.ID, finding) })
}
