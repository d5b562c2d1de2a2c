package proof

import (
	"context"
	"fmt"

	"github.com/paypush/paypush/internal/pay"
)

// Day is a finished reconciliation of an account's ledger with the platform's
// bill. Sums are fen.
type Day struct {
	ID, Account  string
	Date         pay.Day
	Found        int64 // differences that its last run found
	Open         int64 // differences that it says are open
	Counted      int64 // differences that are
	Bill, Ledger DaySums
}

// DaySums is one side of a day.
type DaySums struct {
	Trades   int64
	Gross    pay.Amount
	Refunds  int64
	Refunded pay.Amount
}

// days checks what the reconciliations came to: whatever a bill and the ledger
// do not agree about has a difference that somebody has explained.
func (c *checker) days(ctx context.Context, ids Span, counts bool) (all []Finding, last string, err error) {
	days, err := c.DaysIn(ctx, ids, batch)
	if err != nil || len(days) == 0 {
		return nil, "", err
	}
	_, last = cut(ids, len(days), days[len(days)-1].ID)
	for _, d := range days {
		all = append(all, d.findings()...)
	}
	if counts {
		c.tally.Days += len(days)
	}
	return all, last, nil
}

func (d Day) findings() (all []Finding) {
	add := func(code Code, format string, args ...any) {
		all = append(all, find(code, d.ID, "", fmt.Sprintf("%s of %s: ", d.Date, d.Account)+fmt.Sprintf(format, args...)))
	}
	if d.Counted > 0 {
		add(BillOpen, "%d differences are open", d.Counted)
	}
	if d.Counted != d.Open {
		add(BillCount, "%d differences are open, and it says %d", d.Counted, d.Open)
	}
	if d.Found == 0 && d.Bill != d.Ledger {
		add(BillSums, "the bill has %+v, the ledger %+v", d.Bill, d.Ledger)
	}
	return all
}
