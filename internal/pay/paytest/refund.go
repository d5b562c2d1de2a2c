package paytest

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

var _ pay.Refunder = (*Platform)(nil)

// ErrRefused is what the platform says to a refund of more than it holds.
var ErrRefused = fault.New(fault.Rejected, "platform_refused", "The platform refused the refund.")

// Refund implements [pay.Refunder]. One request number moves money once.
func (p *Platform) Refund(_ context.Context, c pay.RefundCall) (pay.RefundState, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return during(p, "refund", func() (pay.RefundState, error) {
		t := p.trades[c.Number]
		if t == nil || t.State != pay.TradeSucceeded {
			return "", ErrRefused
		}
		if amount, again := t.refunds[c.RequestNo]; again {
			if amount != c.Amount {
				return "", ErrRefused
			}
			return pay.RefundStateDone, nil
		}
		if t.refunded+c.Amount > t.Amount {
			return "", ErrRefused
		}
		if t.refunds == nil {
			t.refunds = make(map[string]pay.Amount)
		}
		t.refunds[c.RequestNo], t.refunded = c.Amount, t.refunded+c.Amount
		return pay.RefundStateDone, nil
	})
}

// QueryRefund implements [pay.Refunder].
func (p *Platform) QueryRefund(_ context.Context, c pay.RefundCall) (pay.RefundState, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return during(p, "query refund", func() (pay.RefundState, error) {
		if t := p.trades[c.Number]; t != nil && t.refunds[c.RequestNo] > 0 {
			return pay.RefundStateDone, nil
		}
		return pay.RefundStateAbsent, nil
	})
}

// Refunded tells what went back of each trade, by its number.
func (p *Platform) Refunded() map[string]pay.Amount {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[string]pay.Amount, len(p.trades))
	for number, t := range p.trades {
		all[number] = t.refunded
	}
	return all
}
