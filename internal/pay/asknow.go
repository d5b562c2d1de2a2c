package pay

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

// AskOrder asks the platforms now about every payment of an order whose money
// has not come, brings their answers into the ledger, and returns the order as
// it is then. One that can't be reached does not keep the others from being
// asked; the first error is returned after all of them. What was answered
// before stays in the ledger, and what was not is asked on its schedule.
func (s *Service) AskOrder(ctx context.Context, orderID string) (Order, error) {
	if _, err := s.store.Order(ctx, orderID); err != nil {
		return Order{}, fault.Wrap("pay.AskOrder", err)
	}
	payments, err := s.store.Payments(ctx, orderID)
	if err != nil {
		return Order{}, fault.Wrap("pay.AskOrder", err)
	}
	var first error
	for _, p := range payments {
		if p.Status == PaymentSucceeded {
			continue
		}
		if err := s.Ask(ctx, p); err != nil && first == nil {
			first = err
		}
	}
	if first != nil {
		return Order{}, fault.Wrap("pay.AskOrder", first)
	}
	o, err := s.store.Order(ctx, orderID)
	return o, fault.Wrap("pay.AskOrder", err)
}
