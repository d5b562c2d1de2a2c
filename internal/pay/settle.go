package pay

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// source tells where a report came from. Only what a platform answers to our
// own question may settle money that is not what we asked for.
type source int

const (
	fromNotice source = iota
	fromQuery
)

// ruling is what a report did to the ledger.
type ruling struct {
	verdict Verdict
	reason  string
}

// apply brings one report about p into the ledger, inside tx. It is the only
// place where a payment or an order becomes paid.
func (s *Service) apply(ctx context.Context, tx stage, p Payment, r Report, from source) (ruling, error) {
	switch r.State {
	case TradeSucceeded:
		return s.applySuccess(ctx, tx, p, r, from)
	case TradeWaiting:
		return ruling{verdict: VerdictNoted, reason: "waiting"}, s.move(ctx, tx, p, PaymentPending, r)
	case TradeClosed:
		return ruling{verdict: VerdictNoted, reason: "closed"}, s.move(ctx, tx, p, PaymentClosed, r)
	default: // absent, or refunded in full: nothing to settle by
		return ruling{verdict: VerdictNoted, reason: string(r.State)}, nil
	}
}

// move takes a payment forward; a move that the table does not know is none.
func (s *Service) move(ctx context.Context, tx stage, p Payment, next PaymentStatus, r Report) error {
	if !p.Status.CanBecome(next) {
		return nil
	}
	p.Status = next
	if r.TradeNo != "" {
		p.TradeNo = r.TradeNo
	}
	if next == PaymentClosed {
		p.ClosedAt = s.now()
	}
	return tx.UpdatePayment(ctx, p)
}

func (s *Service) applySuccess(ctx context.Context, tx stage, p Payment, r Report, from source) (ruling, error) {
	if p.Status == PaymentSucceeded {
		return ruling{verdict: VerdictRepeated}, nil
	}
	if r.Amount != p.Amount && from == fromNotice {
		return s.mismatch(ctx, tx, p, "amount")
	}
	o, err := tx.Order(ctx, p.OrderID)
	if err != nil {
		return ruling{}, err
	}
	p.Status, p.TradeNo, p.Buyer, p.PaidAmount = PaymentSucceeded, r.TradeNo, r.Buyer, r.Amount
	if p.PaidAt = r.PaidAt; p.PaidAt.IsZero() {
		p.PaidAt = s.now()
	}
	p.Surplus = surplusOf(o, p)
	if p.Settles = p.Surplus == SurplusNone; !p.Settles {
		p.SurplusState, p.ActAt = SurplusFound, s.now()
	}
	p.NextQueryAt = time.Time{}
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return ruling{}, err
	}
	if !p.Settles {
		return s.keepSurplus(ctx, tx, p)
	}
	return s.settleOrder(ctx, tx, o, p)
}

// surplusOf tells why money that came for p does not settle o, if it does not.
func surplusOf(o Order, p Payment) SurplusKind {
	switch {
	case p.PaidAmount != p.Amount:
		return SurplusAmount
	case o.Status == OrderClosed:
		return SurplusLate
	case o.Status != OrderPending:
		return SurplusTwice
	}
	return SurplusNone
}

func (s *Service) keepSurplus(ctx context.Context, tx stage, p Payment) (ruling, error) {
	p.Version++
	err := s.raise(ctx, tx, event.SurplusFound, p.ID, p.Version, paymentData(p))
	return ruling{verdict: VerdictSurplus, reason: string(p.Surplus)}, err
}

func (s *Service) settleOrder(ctx context.Context, tx stage, o Order, p Payment) (ruling, error) {
	o.Status, o.PaidAt = OrderPaid, p.PaidAt
	if err := tx.UpdateOrder(ctx, o); err != nil {
		return ruling{}, err
	}
	if o.Attempts > 1 {
		if err := s.hurryOthers(ctx, tx, o.ID); err != nil {
			return ruling{}, err
		}
	}
	o.Version++
	err := s.raise(ctx, tx, event.OrderPaid, o.ID, o.Version, orderData(o))
	return ruling{verdict: VerdictSettled}, err
}

// hurryOthers has an order's other live payments looked at now, so that they
// are closed before somebody pays twice.
func (s *Service) hurryOthers(ctx context.Context, tx stage, orderID string) error {
	payments, err := tx.Payments(ctx, orderID)
	if err != nil {
		return err
	}
	for _, p := range payments {
		if p.Status.Live() {
			p.NextQueryAt = s.now()
			if err := tx.UpdatePayment(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// mismatch reports a genuine notice that does not fit p and lets the platform
// be asked at once; only what it answers then counts.
func (s *Service) mismatch(ctx context.Context, tx stage, p Payment, reason string) (ruling, error) {
	if p.Status != PaymentSucceeded {
		p.NextQueryAt = s.now()
	}
	if err := tx.UpdatePayment(ctx, p); err != nil {
		return ruling{}, err
	}
	p.Version++
	err := s.raise(ctx, tx, event.NoticeMismatched, p.ID, p.Version, mismatchData{paymentData(p), reason})
	return ruling{verdict: VerdictMismatched, reason: reason}, err
}
