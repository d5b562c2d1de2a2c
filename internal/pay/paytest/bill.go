package paytest

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

var _ pay.Biller = (*Platform)(nil)

// SetBill says what the platform's bill of a day holds. Without it the bill is
// not ready.
func (p *Platform) SetBill(day pay.Day, lines ...pay.BillLine) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bills == nil {
		p.bills = make(map[pay.Day][]pay.BillLine)
	}
	p.bills[day] = lines
}

// Bill implements [pay.Biller].
func (p *Platform) Bill(ctx context.Context, day pay.Day, each func(pay.BillLine) error) error {
	p.mu.Lock()
	lines, ready := p.bills[day]
	p.mu.Unlock()
	if !ready {
		return pay.ErrBillNotReady
	}
	for i, l := range lines {
		l.Line = i + 1
		if err := each(l); err != nil {
			return err
		}
	}
	return ctx.Err()
}
