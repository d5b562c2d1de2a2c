package pay

import (
	"context"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Close gives up an order: its live payments are closed at their platforms
// first, and only when none of them can be paid any more, or none was, the
// order is closed. Where a platform says that the money came, the order is
// settled instead and the paid order is returned without an error; closing an
// order that is not pending returns it as it is. Where a platform can't be
// reached the order stays pending and an error of kind unavailable or unknown
// is returned; closing it again is safe.
func (s *Service) Close(ctx context.Context, orderID string) (Order, error) {
	payments, err := s.store.Payments(ctx, orderID)
	if err != nil {
		return Order{}, fault.Wrap("pay.Close", err)
	}
	for _, p := range payments {
		if p.Status.Live() {
			if err := s.closePayment(ctx, p); err != nil {
				return Order{}, fault.Wrap("pay.Close "+p.Number, err)
			}
		}
	}
	var o Order
	err = s.store.Update(ctx, func(tx Tx) error {
		o, err = s.closeOrder(ctx, tx, orderID)
		return err
	})
	return o, fault.Wrap("pay.Close", err)
}

// closePayment closes one payment at its platform and here. A payment that the
// platform does not know stays watched until its link has expired.
func (s *Service) closePayment(ctx context.Context, p Payment) error {
	_, provider, err := s.provider(p.Channel)
	if err != nil {
		return err
	}
	r, err := provider.Close(ctx, p.Number)
	if err != nil {
		return err
	}
	if r.State == TradeAbsent {
		r.State = TradeClosed
	}
	return s.store.Update(ctx, func(tx Tx) error { return s.applyAnswer(ctx, tx, p.ID, r) })
}

func (s *Service) closeOrder(ctx context.Context, tx Tx, orderID string) (Order, error) {
	o, err := tx.Order(ctx, orderID)
	if err != nil || !o.Status.CanBecome(OrderClosed) {
		return o, err
	}
	payments, err := tx.Payments(ctx, orderID)
	if err != nil {
		return o, err
	}
	for _, p := range payments {
		if p.Status.Live() { // begun while the others were being closed
			return o, fault.New(fault.Unavailable, "order_busy", "A payment of this order has just begun. Try again.")
		}
	}
	o.Status, o.ClosedAt = OrderClosed, s.now()
	if err := tx.UpdateOrder(ctx, o); err != nil {
		return o, err
	}
	o.Version++
	return o, s.raise(ctx, tx, event.OrderClosed, o.ID, o.Version, orderData(o))
}
