package pay

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Checkout gives the link by which an order can be paid through a channel. A
// payer may ask as often as they like: while a payment of that channel is
// live, the same payment's link is given again. It fails with [ErrNotPayable]
// where the order is no longer pending or its time is over.
func (s *Service) Checkout(ctx context.Context, orderID, channel string) (Payment, string, error) {
	var p Payment
	var link string
	err := s.store.Update(ctx, func(tx Tx) error {
		o, err := tx.Order(ctx, orderID)
		if err != nil {
			return err
		}
		if o.Status != OrderPending || !s.now().Before(o.ExpiresAt) {
			return ErrNotPayable
		}
		p, err = s.livePayment(ctx, tx, o, channel)
		return err
	})
	if err == nil {
		link, err = s.link(ctx, p)
	}
	if err != nil {
		return Payment{}, "", fault.Wrap("pay.Checkout", err)
	}
	return p, link, nil
}

// livePayment finds the live payment of a channel or adds one.
func (s *Service) livePayment(ctx context.Context, tx Tx, o Order, channel string) (Payment, error) {
	made, err := tx.Payments(ctx, o.ID)
	if err != nil {
		return Payment{}, err
	}
	for _, p := range made {
		if p.Channel == channel && p.Status.Live() {
			return p, nil
		}
	}
	p, err := s.newPayment(&o, channel)
	if err != nil {
		return Payment{}, err
	}
	if err := tx.UpdateOrder(ctx, o); err != nil {
		return Payment{}, err
	}
	return p, tx.InsertPayment(ctx, p)
}

// begin makes an order's next payment with its link, for an order that is not
// stored yet.
func (s *Service) begin(ctx context.Context, o *Order, channel string) (Payment, string, error) {
	p, err := s.newPayment(o, channel)
	if err != nil {
		return Payment{}, "", err
	}
	_, provider, err := s.provider(channel)
	if err != nil {
		return Payment{}, "", err
	}
	link, err := provider.Link(ctx, p, o.Subject, o.ID)
	return p, link, err
}

func (s *Service) link(ctx context.Context, p Payment) (string, error) {
	o, err := s.store.Order(ctx, p.OrderID)
	if err != nil {
		return "", err
	}
	_, provider, err := s.provider(p.Channel)
	if err != nil {
		return "", err
	}
	return provider.Link(ctx, p, o.Subject, o.ID)
}

func (s *Service) newPayment(o *Order, channel string) (Payment, error) {
	account, _, err := s.provider(channel)
	if err != nil {
		return Payment{}, err
	}
	o.Attempts++
	now := s.now()
	p := Payment{ID: s.newID("pay"), OrderID: o.ID, Number: paymentNumber(o.Number, o.Attempts),
		Channel: channel, Account: account, Amount: o.Amount, Status: PaymentCreated,
		Version: 1, CreatedAt: now, ExpiresAt: o.ExpiresAt}
	p.NextQueryAt = p.nextQuery(now)
	return p, nil
}

// paymentNumber derives the number of an order's nth payment: the first bears
// the order's own, later ones a suffix. A number too long for one is shortened
// by a hash, so that it stays within 32 characters and stays its own.
func paymentNumber(order string, n int) string {
	if n == 1 {
		return order
	}
	suffix := "R" + strconv.Itoa(n)
	if len(order)+len(suffix) <= 32 {
		return order + suffix
	}
	sum := sha256.Sum256([]byte(order))
	return order[:14] + base32.StdEncoding.EncodeToString(sum[:])[:13] + suffix
}

// Returned is called when a payer's browser came back from a platform. It
// verifies the query string, changes nothing in the ledger's states, lets the
// platform be asked soon, and tells which order it was. It fails with
// [ErrForged] where the platform did not make the link.
func (s *Service) Returned(ctx context.Context, account, query string) (Order, error) {
	l, ok := s.listeners[account]
	if !ok {
		return Order{}, ErrNoAccount
	}
	number, err := l.ReadReturn(query)
	if err != nil {
		return Order{}, fault.Wrap("pay.Returned", err)
	}
	p, err := s.store.PaymentByNumber(ctx, number)
	if err != nil {
		return Order{}, fault.Wrap("pay.Returned", err)
	}
	if p.Status.Live() {
		if err := s.askSoon(ctx, p.ID, afterReturn); err != nil {
			return Order{}, fault.Wrap("pay.Returned", err)
		}
	}
	o, err := s.store.Order(ctx, p.OrderID)
	return o, fault.Wrap("pay.Returned", err)
}

const afterReturn = 2 * time.Second

// askSoon moves the next query of a payment to at most d from now.
func (s *Service) askSoon(ctx context.Context, paymentID string, d time.Duration) error {
	return s.store.Update(ctx, func(tx Tx) error {
		p, err := tx.Payment(ctx, paymentID)
		if errors.Is(err, ErrNoPayment) {
			return nil
		}
		if err != nil {
			return err
		}
		at := s.now().Add(d)
		if p.Status == PaymentSucceeded || !p.NextQueryAt.IsZero() && !p.NextQueryAt.After(at) {
			return nil
		}
		p.NextQueryAt = at
		return tx.UpdatePayment(ctx, p)
	})
}
