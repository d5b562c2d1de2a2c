package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/remote"
)

type ordersCommand struct {
	List   ordersListCommand   `cmd:"" help:"List orders, newest first."`
	Show   ordersShowCommand   `cmd:"" help:"Show an order with its payments and refunds."`
	Close  ordersCloseCommand  `cmd:"" help:"Close an order; where it was paid, it is settled instead."`
	Query  ordersQueryCommand  `cmd:"" help:"Ask the platforms now what became of an order's payments."`
	Refund ordersRefundCommand `cmd:"" help:"Give money of a paid order back."`
}

// orderFlags are what every one of these commands takes.
type orderFlags struct {
	remoteFlags
	JSON bool `help:"Print JSON, one object on a line." name:"json"`
}

type ordersListCommand struct {
	orderFlags
	Status       string    `help:"Only in this state: pending, paid or closed." enum:"pending,paid,closed," default:""`
	Member       string    `help:"Only this member's."`
	OutTradeNo   string    `help:"Only the order with this number."`
	TradeNo      string    `help:"Only orders with a payment that a platform knows by this number."`
	CreatedFrom  time.Time `help:"Only those created then or later, such as 2026-01-02T15:04:05+08:00." format:"2006-01-02T15:04:05Z07:00"`
	CreatedUntil time.Time `help:"Only those created before." format:"2006-01-02T15:04:05Z07:00"`
	Cursor       string    `help:"Go on behind a page; it was printed at the page's end."`
	Limit        int       `help:"How many at once, 1 to 100." default:"20"`
	All          bool      `help:"Print every page."`
}

// Run lists orders.
func (c *ordersListCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	q := remote.OrderQuery{Status: c.Status, Member: c.Member, Number: c.OutTradeNo, TradeNo: c.TradeNo, From: c.CreatedFrom,
		Until: c.CreatedUntil, Cursor: c.Cursor, Limit: c.Limit}
	var all []remote.Order
	for {
		page, next, err := client.Orders(ctx, q)
		if err != nil {
			return err
		}
		all, q.Cursor = append(all, page...), next
		if !c.All || next == "" {
			break
		}
	}
	if err := c.print(os.Stdout, all); err != nil {
		return err
	}
	if q.Cursor != "" {
		fmt.Fprintln(os.Stderr, "more: --cursor", q.Cursor)
	}
	return nil
}

func (c *ordersListCommand) print(to io.Writer, all []remote.Order) error {
	if c.JSON {
		for _, o := range all {
			if _, err := fmt.Fprintf(to, "%s\n", o.JSON); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CREATED\tID\tOUT_TRADE_NO\tSTATUS\tYUAN\tSUBJECT")
	for _, o := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%q\n", stamp(o.CreatedAt), o.ID, o.Number, o.Status, o.Amount.Yuan(), o.Subject)
	}
	return t.Flush()
}

type ordersShowCommand struct {
	orderFlags
	ID string `arg:"" help:"The order, ord_..."`
}

// Run shows an order.
func (c *ordersShowCommand) Run(ctx context.Context) error {
	return c.on(ctx, c.ID, (*remote.Client).Order)
}

type ordersCloseCommand struct {
	orderFlags
	ID string `arg:"" help:"The order, ord_..."`
}

// Run closes an order.
func (c *ordersCloseCommand) Run(ctx context.Context) error {
	return c.on(ctx, c.ID, (*remote.Client).CloseOrder)
}

type ordersQueryCommand struct {
	orderFlags
	ID string `arg:"" help:"The order, ord_..."`
}

// Run has the platforms asked.
func (c *ordersQueryCommand) Run(ctx context.Context) error {
	return c.on(ctx, c.ID, (*remote.Client).QueryOrder)
}

// on does something with an order and prints it as it is then.
func (f orderFlags) on(ctx context.Context, id string, do func(*remote.Client, context.Context, string) (remote.Order, error)) error {
	client, err := f.client()
	if err != nil {
		return err
	}
	o, err := do(client, ctx, id)
	if err != nil {
		return err
	}
	if f.JSON {
		_, err = fmt.Printf("%s\n", o.JSON)
		return err
	}
	return printOrder(os.Stdout, o)
}

func printOrder(to io.Writer, o remote.Order) error {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, value)
		}
	}
	row("order", o.ID)
	row("out_trade_no", o.Number)
	row("status", o.Status)
	row("amount", o.Amount.Yuan())
	if o.Refunded > 0 {
		row("refunded", o.Refunded.Yuan())
	}
	row("subject", fmt.Sprintf("%q", o.Subject))
	row("member", o.Member)
	row("created", stamp(o.CreatedAt))
	row("expires", stamp(o.ExpiresAt))
	row("paid", stamp(o.PaidAt))
	row("closed", stamp(o.ClosedAt))
	row("pay_url", o.PayURL)
	for _, p := range o.Payments {
		fmt.Fprintf(t, "payment\t%s  %s  %s  %s  %s\n", p.ID, p.Channel, p.Status, p.TradeNo, p.Surplus)
	}
	for _, r := range o.Refunds {
		fmt.Fprintf(t, "refund\t%s  %s  %s  %q\n", r.ID, r.Status, r.Amount.Yuan(), r.Reason)
	}
	return t.Flush()
}

// stamp writes a time for operators, and nothing for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type ordersRefundCommand struct {
	orderFlags
	ID             string `arg:"" help:"The order, ord_..."`
	Yuan           string `arg:"" help:"How much, in yuan, such as 12.30."`
	Reason         string `help:"Why; the payer reads it." required:""`
	IdempotencyKey string `help:"Repeat an earlier call whose outcome is not known, without giving back twice." name:"idempotency-key"`
}

// Run gives money back. Where the answer did not come, it tells how to ask
// again without giving back twice.
func (c *ordersRefundCommand) Run(ctx context.Context) error {
	amount, err := pay.ParseYuan(c.Yuan)
	if err != nil {
		return usageError{fmt.Errorf("%q is not an amount in yuan such as 12.30", c.Yuan)}
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	key := c.IdempotencyKey
	if key == "" {
		key = rand.Text()
	}
	r, err := client.RefundOrder(ctx, c.ID, amount, c.Reason, key)
	var refused *remote.Refused
	if err != nil && (!errors.As(err, &refused) || refused.Status >= 500) {
		return fmt.Errorf("%w\nIt is not known whether the refund was taken. Repeat the command with --idempotency-key %s", err, key)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Printf("%s\n", r.JSON)
		return err
	}
	_, err = fmt.Println(r.ID, r.Status, r.Amount.Yuan())
	return err
}
