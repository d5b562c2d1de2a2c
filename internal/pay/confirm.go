package pay

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Whoever compares the ledger with a bill acts through these. The bill itself
// moves nothing: only what the platform answers to a question of ours does.

// AskPayment asks the platform now what became of a payment whose money has
// not come, brings the answer into the ledger, and returns the payment as it
// is then.
func (s *Service) AskPayment(ctx context.Context, id string) (Payment, error) {
	p, err := s.store.Payment(ctx, id)
	if err != nil {
		return Payment{}, fault.Wrap("pay.AskPayment", err)
	}
	if p.Status != PaymentSucceeded {
		if err := s.Ask(ctx, p); err != nil {
			return Payment{}, fault.Wrap("pay.AskPayment", err)
		}
		p, err = s.store.Payment(ctx, id)
	}
	return p, fault.Wrap("pay.AskPayment", err)
}

// AskTrade asks an account's platform about any number and changes nothing.
func (s *Service) AskTrade(ctx context.Context, account, number string) (Report, error) {
	provider, ok := s.providers[account]
	if !ok {
		return Report{}, ErrNoAccount
	}
	r, err := provider.Query(ctx, number)
	return r, fault.Wrap("pay.AskTrade "+number, err)
}

// AskRefund brings a refund whose outcome is not known a step further, and
// returns it as it is then. One that is final or waits for a person stays as
// it is.
func (s *Service) AskRefund(ctx context.Context, id string) (Refund, error) {
	r, err := s.store.Refund(ctx, id)
	if err != nil {
		return Refund{}, fault.Wrap("pay.AskRefund", err)
	}
	if r.Status == RefundPending || r.Status == RefundUnknown {
		if err := s.sendRefund(ctx, r); err != nil {
			return Refund{}, err
		}
		r, err = s.store.Refund(ctx, id)
	}
	return r, fault.Wrap("pay.AskRefund", err)
}

// refunder finds the account of a payment and makes the call of a refund.
func (s *Service) refunder(ctx context.Context, paymentID, requestNo string, amount Amount, reason string) (Payment, Refunder, RefundCall, error) {
	p, err := s.store.Payment(ctx, paymentID)
	if err != nil {
		return p, nil, RefundCall{}, err
	}
	refunder, ok := s.providers[p.Account].(Refunder)
	if !ok {
		return p, nil, RefundCall{}, ErrNotRefundable
	}
	return p, refunder, RefundCall{Number: p.Number, RequestNo: requestNo, Amount: amount, Reason: reason}, nil
}

// CheckRefund asks the platform whether it knows a refund that is known here,
// and changes nothing.
func (s *Service) CheckRefund(ctx context.Context, id string) (RefundState, error) {
	r, err := s.store.Refund(ctx, id)
	if err != nil {
		return "", fault.Wrap("pay.CheckRefund", err)
	}
	_, refunder, call, err := s.refunder(ctx, r.PaymentID, r.RequestNo, r.Amount, r.Reason)
	if err != nil {
		return "", fault.Wrap("pay.CheckRefund", err)
	}
	state, err := refunder.QueryRefund(ctx, call)
	return state, fault.Wrap("pay.CheckRefund "+r.RequestNo, err)
}

// RepeatRefund sends a refund that succeeded here to the platform again, under
// its own number, so that it goes back once however often it is sent.
func (s *Service) RepeatRefund(ctx context.Context, id string) (RefundState, error) {
	r, err := s.store.Refund(ctx, id)
	if err != nil {
		return "", fault.Wrap("pay.RepeatRefund", err)
	}
	if r.Status != RefundSucceeded {
		return "", ErrDecided
	}
	_, refunder, call, err := s.refunder(ctx, r.PaymentID, r.RequestNo, r.Amount, r.Reason)
	if err != nil {
		return "", fault.Wrap("pay.RepeatRefund", err)
	}
	state, err := refunder.Refund(ctx, call)
	return state, fault.Wrap("pay.RepeatRefund "+r.RequestNo, err)
}

// AdoptRefund writes a refund down that was made at the platform and not here,
// once the platform has confirmed it: it succeeds at once, and its events say
// so. It fails with [ErrNoRefund] where the platform does not confirm it, with
// [ErrRefundTooMuch] where more would have gone back than came, and with
// [ErrNumberTaken] where the payment has a refund of this number.
func (s *Service) AdoptRefund(ctx context.Context, paymentID, requestNo string, amount Amount, by string) (Refund, error) {
	p, refunder, call, err := s.refunder(ctx, paymentID, requestNo, amount, "")
	if err != nil {
		return Refund{}, fault.Wrap("pay.AdoptRefund", err)
	}
	state, err := refunder.QueryRefund(ctx, call)
	if err == nil && state != RefundStateDone {
		err = ErrNoRefund
	}
	if err != nil {
		return Refund{}, fault.Wrap("pay.AdoptRefund "+requestNo, err)
	}
	now := s.now()
	r := Refund{ID: s.newID("ref"), OrderID: p.OrderID, PaymentID: p.ID, RequestNo: requestNo, Amount: amount, Reason: adoptedReason,
		Status: RefundUnknown, RequestedBy: by, Version: 1, CreatedAt: now}
	err = s.store.Update(ctx, func(tx Tx) error { return s.adopt(ctx, tx, r) })
	r.Status, r.DoneAt = RefundSucceeded, now
	return r, fault.Wrap("pay.AdoptRefund "+requestNo, err)
}

// adoptedReason is the reason of a refund that was made elsewhere.
const adoptedReason = "made at the platform"

func (s *Service) adopt(ctx context.Context, tx Tx, r Refund) error {
	p, err := tx.Payment(ctx, r.PaymentID)
	if err != nil {
		return err
	}
	if p.Status != PaymentSucceeded {
		return ErrNotRefundable
	}
	if r.Amount < MinAmount || p.Reserved+r.Amount > p.PaidAmount {
		return ErrRefundTooMuch
	}
	p.Reserved += r.Amount
	if waits := p.SurplusState == SurplusFound || p.SurplusState == SurplusHeld; waits && p.Reserved == p.PaidAmount {
		p.SurplusState, p.ActAt = SurplusRefunding, time.Time{} // it is given back whole, and nobody has to decide about it
	}
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return err
	}
	if err := tx.InsertRefund(ctx, r); err != nil {
		return err
	}
	if err := s.raiseRefund(ctx, tx, event.RefundCreated, r); err != nil {
		return err
	}
	_, err = s.endRefund(ctx, tx, r, RefundSucceeded, "")
	return err
}
