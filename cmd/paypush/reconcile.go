package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/remote"
)

type reconcileCommand struct {
	remoteFlags
	Date    string        `help:"A day that is over, in China, such as 2026-03-01." required:""`
	Account string        `help:"The merchant account; otherwise the first."`
	Wait    time.Duration `help:"How long to wait for the comparison to end." default:"10m"`
	JSON    bool          `help:"Print a line of JSON for the day, and one for each open difference." name:"json"`
}

// errDifferences makes the exit code 1.
var errDifferences = errors.New("the bill and the ledger differ; see the open differences above")

// Run has a running server reconcile a day, waits until it has, and prints the
// settlement and what is open. Without open differences the exit code is 0.
func (c *reconcileCommand) Run(ctx context.Context) error {
	if _, err := pay.ParseDay(c.Date); err != nil {
		return usageError{fmt.Errorf("--date: %q is not a day such as 2026-03-01", c.Date)}
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	r, err := client.Reconcile(ctx, c.Account, c.Date)
	if err == nil {
		r, err = c.finished(ctx, client, r)
	}
	if err != nil {
		return err
	}
	if err := c.print(ctx, os.Stdout, client, r); err != nil || r.Open == 0 {
		return err
	}
	return errDifferences
}

// finished waits until a reconciliation has ended, or has been put off.
func (c *reconcileCommand) finished(ctx context.Context, client *remote.Client, r remote.Reconciliation) (remote.Reconciliation, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	t := time.NewTicker(300 * time.Millisecond)
	defer t.Stop()
	for r.Status != "finished" {
		select {
		case <-ctx.Done():
			return r, fmt.Errorf("the reconciliation %s is still %s; the server goes on with it", r.ID, r.Status)
		case <-t.C:
		}
		var err error
		if r, err = client.Reconciliation(ctx, r.ID); err != nil {
			return r, err
		}
		if r.Status == "waiting" && r.Failure != "" {
			return r, fmt.Errorf("the bill could not be had (%s); the server tries again at %s", r.Failure, stamp(r.DueAt))
		}
	}
	return r, nil
}

func (c *reconcileCommand) print(ctx context.Context, to io.Writer, client *remote.Client, r remote.Reconciliation) error {
	if c.JSON {
		if _, err := fmt.Fprintf(to, "%s\n", r.JSON); err != nil {
			return err
		}
		return client.OpenDifferences(ctx, r.ID, func(d remote.Difference) error {
			_, err := fmt.Fprintf(to, "%s\n", d.JSON)
			return err
		})
	}
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s %s\tTRADES\tGROSS\tREFUNDS\tREFUNDED\tFEES\tNET\n", r.Account, r.Date)
	for _, side := range []struct {
		name string
		s    remote.Settlement
	}{{"bill", r.Bill}, {"ledger", r.Ledger}} {
		fmt.Fprintf(t, "%s\t%d\t%s\t%d\t%s\t%s\t%s\n", side.name, side.s.Trades, side.s.Gross.Yuan(), side.s.Refunds,
			side.s.Refunded.Yuan(), side.s.Fees.Yuan(), side.s.Net.Yuan())
	}
	fmt.Fprintf(t, "%d lines, %d differences open\n", r.Lines, r.Open)
	head := false
	err := client.OpenDifferences(ctx, r.ID, func(d remote.Difference) error {
		if !head {
			fmt.Fprintln(t, "\nDIFFERENCE\tKIND\tOF\tOUT_TRADE_NO\tOUT_REQUEST_NO\tLEDGER\tBILL\tSUGGESTED")
			head = true
		}
		_, err := fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s %s\t%s\t%s\n", d.ID, d.Kind, d.Of, d.Number, d.RequestNo, d.LedgerState,
			d.LedgerAmount.Yuan(), d.BillAmount.Yuan(), d.Suggested)
		return err
	})
	return errors.Join(err, t.Flush())
}
