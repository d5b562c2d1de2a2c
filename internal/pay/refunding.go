package pay

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// NewRefund is what somebody asks for.
type NewRefund struct {
	OrderID string
	Amount  Amount // fen
	Reason  string // 1 to 128 characters
	By      string // who asks, such as "key:key_..."
}

// Refund checks the input and prepares a refund of the payment that settled an
// order. Above the configured amount it will wait for a second person. It
// stores nothing; see [Service.PlaceRefund].
func (s *Service) Refund(ctx context.Context, in NewRefund) (Refund, error) {
	if !goodSubject(in.Reason) {
		return Refund{}, fault.Input("/reason", "reason_invalid", "The reason must be 1 to 128 printable characters.")
	}
	if in.Amount < MinAmount {
		return Refund{}, errAmount
	}
	payments, err := s.store.Payments(ctx, in.OrderID)
	if err != nil {
		return Refund{}, fault.Wrap("pay.Refund", err)
	}
	for _, p := range payments {
		if p.Settles {
			return s.draftRefund(p, in), nil
		}
	}
	if _, err := s.store.Order(ctx, in.OrderID); err != nil {
		return Refund{}, fault.Wrap("pay.Refund", err)
	}
	return Refund{}, ErrNotRefundable
}

func (s *Service) draftRefund(p Payment, in NewRefund) Refund {
	now := s.now()
	r := Refund{ID: s.newID("ref"), OrderID: p.OrderID, PaymentID: p.ID, Amount: in.Amount, Reason: in.Reason,
		Status: RefundPending, RequestedBy: in.By, NextAt: now, Version: 1, CreatedAt: now}
	r.RequestNo = r.ID[len(r.ID)-32:]
	return s.limited(p, r)
}

// limited has a refund wait for a second person where it takes what goes back
// of its payment above the configured amount.
func (s *Service) limited(p Payment, r Refund) Refund {
	if s.aboveLimit(p, r) {
		r.Status, r.NextAt = RefundApproving, time.Time{}
	}
	return r
}

// aboveLimit counts what is given back of the payment already, so that nobody
// gets around the limit by many small refunds.
func (s *Service) aboveLimit(p Payment, r Refund) bool {
	return s.policy.ApproveAbove > 0 && p.Reserved+r.Amount > s.policy.ApproveAbove
}

// PlaceRefund reserves the amount on the payment and stores the refund and its
// event in one transaction. It fails with [ErrRefundTooMuch] where more would
// go back than came, and with [ErrRefundRaced] where it has come to need a
// second person since it was drafted, whoever else refunds at the same time.
func (s *Service) PlaceRefund(ctx context.Context, r Refund) error {
	return fault.Wrap("pay.PlaceRefund", s.store.Update(ctx, func(tx Tx) error { return s.placeRefund(ctx, tx, r) }))
}

func (s *Service) placeRefund(ctx context.Context, tx Tx, r Refund) error {
	p, err := tx.Payment(ctx, r.PaymentID)
	if err != nil {
		return err
	}
	if p.Status != PaymentSucceeded {
		return ErrNotRefundable
	}
	if p.Reserved+r.Amount > p.PaidAmount {
		return ErrRefundTooMuch
	}
	if r.Status == RefundPending && !r.Automatic && s.aboveLimit(p, r) {
		return ErrRefundRaced
	}
	p.Reserved += r.Amount
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return err
	}
	if !r.NextAt.IsZero() {
		if r.NextAt, err = s.refundTurn(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := tx.InsertRefund(ctx, r); err != nil {
		return err
	}
	return s.raiseRefund(ctx, tx, event.RefundCreated, r)
}

// refundGap is what Alipay wants between two refunds of one trade, and a
// little more.
const refundGap = 4 * time.Second

// refundTurn is when a refund may be sent: now, or after the others of its
// payment.
func (s *Service) refundTurn(ctx context.Context, tx Tx, r Refund) (time.Time, error) {
	turn := s.now()
	others, err := tx.Refunds(ctx, r.OrderID)
	for _, o := range others {
		if o.PaymentID != r.PaymentID || o.ID == r.ID {
			continue
		}
		at := o.DoneAt
		if o.Status == RefundPending { // one whose outcome is not known may wait for an hour, and we don't wait with it
			at = o.NextAt
		}
		if !at.IsZero() && turn.Before(at.Add(refundGap)) {
			turn = at.Add(refundGap)
		}
	}
	return turn, err
}

// SamePerson reports whether one person stands behind two actors, such as a
// member and a key that they made.
func (s *Service) SamePerson(ctx context.Context, a, b string) (bool, error) {
	if a == b || s.persons == nil {
		return a == b, nil
	}
	a, err := s.persons.Behind(ctx, a)
	if err != nil {
		return false, fault.Wrap("pay.SamePerson", err)
	}
	b, err = s.persons.Behind(ctx, b)
	return a == b, fault.Wrap("pay.SamePerson", err)
}

// DecideRefund is a second person's word on a refund that waits for it. It
// fails with [ErrSamePerson] where who asked for the refund would approve it,
// by a key of theirs or in person, and with [ErrDecided] where it no longer
// waits.
func (s *Service) DecideRefund(ctx context.Context, id, by string, approve bool) (r Refund, err error) {
	if r, err = s.store.Refund(ctx, id); err != nil {
		return r, fault.Wrap("pay.DecideRefund", err)
	}
	same, err := s.SamePerson(ctx, r.RequestedBy, by)
	if err != nil {
		return r, err
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if r, err = tx.Refund(ctx, id); err != nil {
			return err
		}
		switch {
		case r.Status != RefundApproving:
			return ErrDecided
		case approve && same:
			return ErrSamePerson
		}
		r.DecidedBy = by
		if !approve {
			r, err = s.endRefund(ctx, tx, r, RefundRefused, "")
			return err
		}
		r.Status = RefundPending
		if r.NextAt, err = s.refundTurn(ctx, tx, r); err != nil {
			return err
		}
		return tx.UpdateRefund(ctx, r)
	})
	return r, fault.Wrap("pay.DecideRefund", err)
}

// The schedule on which a refund whose outcome is not known is asked about.
const (
	firstRefundTry   = 10 * time.Second
	slowestRefundTry = time.Hour
)

// sendRefund brings one refund a step further: it is sent, or asked about
// where an earlier try may have reached the platform.
func (s *Service) sendRefund(ctx context.Context, r Refund) error {
	p, err := s.store.Payment(ctx, r.PaymentID)
	if err != nil {
		return fault.Wrap("pay.sendRefund", err)
	}
	_, provider, err := s.provider(p.Channel)
	if err != nil {
		return fault.Wrap("pay.sendRefund", err)
	}
	refunder, ok := provider.(Refunder)
	if !ok {
		return s.conclude(ctx, r.ID, RefundStateAbsent, ErrNotRefundable)
	}
	call := RefundCall{Number: p.Number, RequestNo: r.RequestNo, Amount: r.Amount, Reason: r.Reason}
	if r.Status == RefundUnknown {
		state, err := refunder.QueryRefund(ctx, call)
		if err != nil { // who refuses to say has not refused the refund
			err = errUnsaid.Because("pay.sendRefund", err)
		}
		if err != nil || state != RefundStateAbsent {
			return s.conclude(ctx, r.ID, state, err)
		}
	}
	// Before anything leaves, the ledger says that it may have left.
	if err := s.doubt(ctx, r.ID); err != nil {
		return fault.Wrap("pay.sendRefund", err)
	}
	state, err := refunder.Refund(ctx, call)
	return s.conclude(ctx, r.ID, state, err)
}

var errUnsaid = fault.New(fault.Unknown, "refund_unknown", "The platform did not say what became of the refund.")

func (s *Service) doubt(ctx context.Context, id string) error {
	return s.store.Update(ctx, func(tx Tx) error {
		r, err := tx.Refund(ctx, id)
		if err != nil || !r.Status.CanBecome(RefundUnknown) {
			return err
		}
		r.Status = RefundUnknown
		return tx.UpdateRefund(ctx, r)
	})
}

// conclude writes down what a platform said of a refund, or that it said
// nothing. A refund that is final stays as it is.
func (s *Service) conclude(ctx context.Context, id string, state RefundState, failure error) error {
	kind := fault.KindOf(failure)
	err := s.store.Update(ctx, func(tx Tx) error {
		r, err := tx.Refund(ctx, id)
		if err != nil || !r.Status.CanBecome(RefundFailed) { // another node, which was faster, has ended it
			return err
		}
		switch {
		case failure == nil && state == RefundStateDone:
			_, err = s.endRefund(ctx, tx, r, RefundSucceeded, "")
			return err
		case kind == fault.Rejected || kind == fault.Invalid || errors.Is(failure, ErrNotRefundable):
			_, err = s.endRefund(ctx, tx, r, RefundFailed, failure.Error())
			return err
		}
		r.Tries++
		r.NextAt = s.now().Add(min(slowestRefundTry, firstRefundTry<<min(r.Tries-1, 10)))
		return tx.UpdateRefund(ctx, r)
	})
	return errors.Join(fault.Wrap("pay.sendRefund "+id, failure), fault.Wrap("pay.sendRefund "+id, err))
}

// endRefund makes a refund final and settles what was reserved for it.
func (s *Service) endRefund(ctx context.Context, tx Tx, r Refund, status RefundStatus, why string) (Refund, error) {
	if !r.Status.CanBecome(status) {
		return r, nil
	}
	p, err := tx.Payment(ctx, r.PaymentID)
	if err != nil {
		return r, err
	}
	if status == RefundSucceeded {
		p.Refunded += r.Amount
		if p.SurplusState == SurplusRefunding && p.Refunded == p.PaidAmount {
			p.SurplusState = SurplusRefunded
		}
	} else {
		p.Reserved -= r.Amount
		if p.SurplusState == SurplusRefunding {
			p.SurplusState = SurplusHeld
		}
	}
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return r, err
	}
	r.Status, r.Failure, r.NextAt, r.DoneAt = status, why, time.Time{}, s.now()
	if err := tx.UpdateRefund(ctx, r); err != nil {
		return r, err
	}
	r.Version++
	kind := map[RefundStatus]event.Type{RefundSucceeded: event.RefundSucceeded, RefundFailed: event.RefundFailed,
		RefundRefused: event.RefundRefused}[status]
	return r, s.raiseRefund(ctx, tx, kind, r)
}

// raiseRefund adds an event of a refund, which names the order's member, so
// that a rule can tell them.
func (s *Service) raiseRefund(ctx context.Context, tx Tx, kind event.Type, r Refund) error {
	o, err := tx.Order(ctx, r.OrderID)
	if err != nil {
		return err
	}
	return s.raise(ctx, tx, kind, r.ID, r.Version, refundData(r, o))
}

// surplusRequestNo is the out_request_no of a surplus' automatic refund: the
// payment's own number, so that it is the same whoever computes it.
func surplusRequestNo(p Payment) string { return p.Number + "S" }
