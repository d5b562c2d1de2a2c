package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/paypush/paypush/internal/pay"
)

// Trade is one trade as a platform's own ledger has it, in fen.
type Trade struct {
	Number   string     `json:"out_trade_no"`
	Paid     pay.Amount `json:"paid"`
	Refunded pay.Amount `json:"refunded"`
}

// Compare holds the books against a platform's own, which truth gives as GET
// /sandbox/truth answers it: every trade, and their sums. It reads truth as it
// comes and holds one trade at a time. Ask asks the platform about one number
// and reports whether it knows it; it is called only where the sums differ.
//
// Money on its way at the moment is a difference too, so the platform and the
// server should have come to rest.
func Compare(ctx context.Context, b Books, truth io.Reader, ask func(ctx context.Context, number string) (bool, error), report func(Finding) error) (Tally, error) {
	c := &checker{Books: b, report: report}
	there, err := c.readTruth(ctx, json.NewDecoder(truth))
	if err != nil {
		return c.tally, err
	}
	here, err := c.sums(ctx)
	if err != nil || here == there {
		return c.tally, err
	}
	if err := c.tell(find(TruthSums, "", "", fmt.Sprintf("%+v here, %+v there", here, there))); err != nil {
		return c.tally, err
	}
	return c.tally, c.absent(ctx, ask)
}

// readTruth goes through {"alipay": {"trades": [...], sums...}, "wechat": {...}, ...}.
func (c *checker) readTruth(ctx context.Context, d *json.Decoder) (there sums, err error) {
	err = members(d, func(name string) error {
		switch name {
		case "alipay":
			return members(d, func(name string) error { return c.member(ctx, d, name, &there) })
		case "wechat":
			return c.readMessages(d)
		}
		return d.Decode(new(json.RawMessage))
	})
	return there, err
}

func (c *checker) member(ctx context.Context, d *json.Decoder, name string, there *sums) error {
	switch name {
	case "trades":
		return elements(d, func() error {
			var t Trade
			if err := d.Decode(&t); err != nil {
				return err
			}
			return c.trade(ctx, t)
		})
	case "paid_count":
		return d.Decode(&there.count)
	case "paid":
		return d.Decode(&there.paid)
	case "refunded":
		return d.Decode(&there.refunded)
	}
	return d.Decode(new(json.RawMessage))
}

func (c *checker) trade(ctx context.Context, t Trade) error {
	c.tally.Trades++
	p, err := c.PaymentByNumber(ctx, t.Number)
	switch {
	case errors.Is(err, pay.ErrNoPayment):
		if t.Paid == 0 {
			return nil
		}
		return c.tell(find(TruthMissing, t.Number, "", fmt.Sprintf("%d fen there", t.Paid)))
	case err != nil:
		return err
	}
	if p.PaidAmount != t.Paid {
		if err := c.tell(find(TruthPaid, p.ID, p.OrderID, fmt.Sprintf("%s: %d fen here, %d there", t.Number, p.PaidAmount, t.Paid))); err != nil {
			return err
		}
	}
	if p.Refunded != t.Refunded {
		return c.tell(find(TruthRefunded, p.ID, p.OrderID, fmt.Sprintf("%s: %d fen here, %d there", t.Number, p.Refunded, t.Refunded)))
	}
	return nil
}

func (c *checker) readMessages(d *json.Decoder) error {
	var m struct {
		Twice int `json:"recipients_twice"`
	}
	if err := d.Decode(&m); err != nil || m.Twice == 0 {
		return err
	}
	return c.tell(find(TruthTwice, "", "", fmt.Sprintf("%d people", m.Twice)))
}

// sums adds up what is here.
func (c *checker) sums(ctx context.Context) (here sums, err error) {
	err = c.came(ctx, func(p pay.Payment) error {
		here.count, here.paid, here.refunded = here.count+1, here.paid+int64(p.PaidAmount), here.refunded+int64(p.Refunded)
		return nil
	})
	return here, err
}

// absent looks for payments that have money here and that the platform does
// not know.
func (c *checker) absent(ctx context.Context, ask func(context.Context, string) (bool, error)) error {
	return c.came(ctx, func(p pay.Payment) error {
		known, err := ask(ctx, p.Number)
		if err != nil || known {
			return err
		}
		return c.tell(find(TruthAbsent, p.ID, p.OrderID, fmt.Sprintf("%s: %d fen here", p.Number, p.PaidAmount)))
	})
}

// came goes through the payments for which money came.
func (c *checker) came(ctx context.Context, fn func(pay.Payment) error) error {
	for ids := (Span{"pay_", "pay_~"}); ; {
		page, err := c.PaymentsIn(ctx, ids, batch)
		if err != nil {
			return err
		}
		for _, p := range page {
			if p.PaidAmount == 0 {
				continue
			}
			if err := fn(p); err != nil {
				return err
			}
		}
		if len(page) < batch {
			return nil
		}
		ids.From = page[len(page)-1].ID + "!"
	}
}

// members calls fn for each name of the object that comes next; fn reads the value.
func members(d *json.Decoder, fn func(name string) error) error {
	return within(d, '{', func() error {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		return fn(name)
	})
}

// elements calls fn for each element of the array that comes next; fn reads it.
func elements(d *json.Decoder, fn func() error) error { return within(d, '[', fn) }

func within(d *json.Decoder, opens json.Delim, fn func() error) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != opens {
		return fmt.Errorf("proof: the platform's ledger has %v where %v belongs", t, opens)
	}
	for d.More() {
		if err := fn(); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
