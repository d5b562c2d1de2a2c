package pay

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// SurplusPolicy is what is done about a kind of surplus without being told.
type SurplusPolicy string

// The policies.
const (
	PolicyRefund SurplusPolicy = "refund" // give it back, once the platform has confirmed it
	PolicyHold   SurplusPolicy = "hold"   // leave it to a person
	PolicyAccept SurplusPolicy = "accept" // a late payment reopens its order; others are held
)

// SurplusState is where a surplus stands.
type SurplusState string

// The states of a surplus; the empty one means that there is none.
const (
	SurplusFound     SurplusState = "found"     // the policy has not been applied yet
	SurplusHeld      SurplusState = "held"      // waits for a person
	SurplusRefunding SurplusState = "refunding" // a refund is under way
	SurplusRefunded  SurplusState = "refunded"  // it went back in full
	SurplusAccepted  SurplusState = "accepted"  // it settled its order after all
	SurplusKept      SurplusState = "kept"      // a person dealt with it outside
)

// Policy is what an operator decides about money.
type Policy struct {
	Surplus      map[SurplusKind]SurplusPolicy // absent ones are held
	HourlyCap    Amount                        // of automatic refunds; above it everything holds
	ApproveAbove Amount                        // refunds above it wait for a second person; 0 for never
}

// DefaultPolicy refunds what came late or twice, holds another amount for a
// person, and gives back at most ten thousand yuan an hour by itself.
func DefaultPolicy() Policy {
	return Policy{Surplus: map[SurplusKind]SurplusPolicy{SurplusLate: PolicyRefund, SurplusTwice: PolicyRefund,
		SurplusAmount: PolicyHold}, HourlyCap: 10_000_00}
}

// dealWith applies the policy to one surplus that was found.
func (s *Service) dealWith(ctx context.Context, p Payment) error {
	switch s.policy.Surplus[p.Surplus] {
	case PolicyRefund:
		return s.refundSurplus(ctx, p)
	case PolicyAccept:
		if p.Surplus == SurplusLate {
			_, err := s.AcceptSurplus(ctx, p.ID, "policy")
			if fault.KindOf(err) != fault.Conflict {
				return err
			}
		}
	}
	return s.holdSurplus(ctx, p.ID)
}

func (s *Service) holdSurplus(ctx context.Context, id string) error {
	_, err := s.moveSurplus(ctx, id, SurplusHeld, event.SurplusHeld, SurplusFound)
	return err
}

// refundSurplus gives a surplus back by itself: only after the platform has
// confirmed the payment, and only within the hour's cap.
func (s *Service) refundSurplus(ctx context.Context, p Payment) error {
	_, provider, err := s.provider(p.Channel)
	if err != nil {
		return fault.Wrap("pay.refundSurplus", err)
	}
	report, err := provider.Query(ctx, p.Number)
	if err != nil {
		return fault.Wrap("pay.refundSurplus "+p.Number, err)
	}
	if report.State != TradeSucceeded || report.Amount != p.PaidAmount {
		return s.holdSurplus(ctx, p.ID)
	}
	err = s.store.Update(ctx, func(tx Tx) error { return s.refundUnderCap(ctx, tx, p.ID) })
	return fault.Wrap("pay.refundSurplus "+p.Number, err)
}

func (s *Service) refundUnderCap(ctx context.Context, tx Tx, id string) error {
	p, err := tx.Payment(ctx, id)
	if err != nil || p.SurplusState != SurplusFound {
		return err
	}
	given, err := tx.AutomaticSince(ctx, s.now().Add(-time.Hour))
	if err != nil {
		return err
	}
	amount := p.PaidAmount - p.Reserved
	if amount <= 0 || given+amount > s.policy.HourlyCap {
		return s.setSurplus(ctx, tx, p, SurplusHeld, event.SurplusHeld)
	}
	return s.giveBack(ctx, tx, p, amount, "policy", true)
}

// giveBack begins the refund of a surplus.
func (s *Service) giveBack(ctx context.Context, tx Tx, p Payment, amount Amount, by string, automatic bool) error {
	p.SurplusState, p.ActAt = SurplusRefunding, time.Time{}
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return err
	}
	now := s.now()
	r := Refund{ID: s.newID("ref"), OrderID: p.OrderID, PaymentID: p.ID, RequestNo: surplusRequestNo(p), Amount: amount,
		Reason: "重复或超时付款退回", Status: RefundPending, Automatic: automatic, RequestedBy: by, NextAt: now, Version: 1, CreatedAt: now}
	if !automatic {
		r.RequestNo = r.ID[len(r.ID)-32:]
		r = s.limited(p, r)
	}
	return s.placeRefund(ctx, tx, r)
}

// RefundSurplus gives a held surplus back because a person said so. Above the
// configured amount the refund waits for a second one.
func (s *Service) RefundSurplus(ctx context.Context, paymentID, by string) (p Payment, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if p, err = tx.Payment(ctx, paymentID); err != nil {
			return err
		}
		if p.SurplusState != SurplusHeld || p.Reserved >= p.PaidAmount {
			return ErrDecided
		}
		return s.giveBack(ctx, tx, p, p.PaidAmount-p.Reserved, by, false)
	})
	return p, fault.Wrap("pay.RefundSurplus", err)
}

// AcceptSurplus lets a late payment of the right amount settle its order after
// all. It fails with kind conflict where the order was settled by another
// payment, or the surplus is of another kind.
func (s *Service) AcceptSurplus(ctx context.Context, paymentID, by string) (p Payment, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if p, err = tx.Payment(ctx, paymentID); err != nil {
			return err
		}
		o, err := tx.Order(ctx, p.OrderID)
		if err != nil {
			return err
		}
		waits := p.SurplusState == SurplusFound || p.SurplusState == SurplusHeld
		if p.Surplus != SurplusLate || !waits || !o.Status.CanBecome(OrderPaid) || p.Reserved > 0 {
			return ErrDecided
		}
		p.Settles, p.SurplusState, p.ActAt = true, SurplusAccepted, time.Time{}
		if err := tx.UpdatePayment(ctx, p); err != nil {
			return err
		}
		_, err = s.settleOrder(ctx, tx, o, p)
		return err
	})
	return p, fault.Wrap("pay.AcceptSurplus", err)
}

// KeepSurplus notes that a person dealt with a held surplus outside.
func (s *Service) KeepSurplus(ctx context.Context, paymentID string) (Payment, error) {
	return s.moveSurplus(ctx, paymentID, SurplusKept, event.SurplusKept, SurplusHeld)
}

func (s *Service) moveSurplus(ctx context.Context, id string, next SurplusState, kind event.Type, from SurplusState) (p Payment, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if p, err = tx.Payment(ctx, id); err != nil {
			return err
		}
		if p.SurplusState != from {
			return ErrDecided
		}
		return s.setSurplus(ctx, tx, p, next, kind)
	})
	return p, fault.Wrap("pay.moveSurplus", err)
}

func (s *Service) setSurplus(ctx context.Context, tx Tx, p Payment, next SurplusState, kind event.Type) error {
	p.SurplusState, p.ActAt = next, time.Time{}
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return err
	}
	p.Version++
	return s.raise(ctx, tx, kind, p.ID, p.Version, paymentData(p))
}
