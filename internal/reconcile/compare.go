package reconcile

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Stage is what a comparison goes through, each in batches.
type Stage string

const (
	stageLines     Stage = "lines"     // what the bill has
	stagePayments  Stage = "payments"  // what the ledger has and the bill may not
	stageRefunds   Stage = "refunds"   // likewise
	stageElsewhere Stage = "elsewhere" // what other days' bills lacked and this one has
	stageUnseen    Stage = "unseen"    // what an earlier run found and this one did not
)

var stages = []Stage{stageLines, stagePayments, stageRefunds, stageElsewhere, stageUnseen}

// A payment's day is the platform's own word, and its bill may mean another
// second by it. A refund's is when we heard of it, which may be days later.
const (
	nearPayment = 1
	nearRefund  = 7
)

func near(d pay.Day, days int) Span { return Span{d.Add(-days), d.Add(days)} }

// batch is what one look at both sides brings.
type batch struct {
	bill, ledger Sums
	found        []Difference
	over         []Difference // differences that are not there any more, with the reason
	why          string
	quiet        bool   // too many are over for an event each
	cursor       string // where the next batch begins; empty where the stage is through
}

// compareBatch does one batch of a comparison. The sides are read before the
// transaction, so that nobody waits for it long, and what was found is written
// with the place from which the next batch goes on.
func (s *Service) compareBatch(ctx context.Context, r Reconciliation) (Reconciliation, error) {
	b, err := s.look(ctx, r)
	if err != nil {
		return r, err
	}
	return s.step(ctx, r.ID, func(tx Tx, r *Reconciliation) error {
		r.Bill.add(b.bill)
		r.Ledger.add(b.ledger)
		for _, d := range b.found {
			if err := s.record(ctx, tx, r, d); err != nil {
				return err
			}
		}
		for _, d := range b.over {
			if err := s.vanish(ctx, tx, d, b); err != nil {
				return err
			}
		}
		if r.Cursor = b.cursor; r.Cursor != "" {
			return nil
		}
		if r.Stage = r.Stage.next(); r.Stage != "" {
			return nil
		}
		return s.finish(ctx, tx, r)
	})
}

func (g Stage) next() Stage {
	for i, one := range stages[:len(stages)-1] {
		if one == g {
			return stages[i+1]
		}
	}
	return ""
}

func (s *Service) look(ctx context.Context, r Reconciliation) (batch, error) {
	switch r.Stage {
	case stageLines:
		return s.lookAtLines(ctx, r)
	case stagePayments:
		all, err := s.Store.Payments(ctx, r.Account, r.Day, near(r.Day, nearPayment), positionOf(r.Cursor), compareBatch)
		return s.lookAtEntries(r, all, func(e Entry) string { return e.PaymentID }, time.Time{}), err
	case stageRefunds:
		since, err := s.known(ctx, r)
		if err != nil {
			return batch{}, err
		}
		all, err := s.Store.Refunds(ctx, r.Day, near(r.Day, nearRefund), positionOf(r.Cursor), compareBatch)
		return s.lookAtEntries(r, all, func(e Entry) string { return e.RefundID }, since), err
	case stageElsewhere:
		all, err := s.Store.Elsewhere(ctx, r, near(r.Day, nearRefund), compareBatch)
		return batch{over: all, why: "in the bill of " + string(r.Day), quiet: r.Cursor != "", cursor: more(len(all))}, err
	default:
		all, err := s.Store.Unseen(ctx, r.ID, r.Run, compareBatch)
		return batch{over: all, why: "not found by run " + strconv.FormatInt(r.Run, 10), quiet: r.Cursor != "", cursor: more(len(all))}, err
	}
}

// more is the cursor of a stage whose batches shrink what is left of it.
func more(n int) string {
	if n < compareBatch {
		return ""
	}
	return "more"
}

func (s *Service) lookAtLines(ctx context.Context, r Reconciliation) (b batch, err error) {
	all, err := s.Store.Pairs(ctx, r.ID, keyOf(r.Cursor), compareBatch)
	if err != nil {
		return b, err
	}
	if len(all) == compareBatch {
		b.cursor = all[len(all)-1].cursor()
	}
	account := s.Accounts[r.Account]
	for _, p := range all {
		if p.PaymentID != "" && p.Account != r.Account {
			if account.Merchant != "" && s.Accounts[p.Account].Merchant == account.Merchant {
				continue // that account's own reconciliation has it
			}
			p = p.stranger()
		}
		b.bill.add(p.billed())
		b.ledger.add(p.booked())
		if d, differs := p.judge(account.Terms); differs {
			b.found = append(b.found, d)
		}
	}
	return b, nil
}

// lookAtEntries takes what succeeded in the ledger on a day and that no bill
// has. A refund that was asked for before since may be on a bill that was never
// fetched, so nothing is said of it.
func (s *Service) lookAtEntries(r Reconciliation, all []Entry, id func(Entry) string, since time.Time) (b batch) {
	if len(all) == compareBatch {
		last := all[len(all)-1]
		b.cursor = strconv.FormatInt(last.At.UnixMicro(), 10) + "\n" + id(last)
	}
	for _, e := range all {
		if e.Billed || e.Account != r.Account || e.Began.Before(since) {
			continue
		}
		b.ledger.add(e.booked())
		b.found = append(b.found, e.missing())
	}
	return b
}

// known is since when the bills of the days up to this one are all here.
func (s *Service) known(ctx context.Context, r Reconciliation) (time.Time, error) {
	day := r.Day
	before, err := s.Store.Reconciliations(ctx, Filter{Account: r.Account, From: r.Day.Add(-nearRefund), Until: r.Day.Add(-1), Limit: nearRefund})
	for _, one := range before {
		if one.Day != day.Add(-1) || one.Status != Finished {
			break
		}
		day = one.Day
	}
	return day.Start(), err
}

// The cursors, as texts: numbers and ids hold no line break.

func (k Key) cursor() string {
	return strings.Join([]string{k.Number, string(k.Of), k.RequestNo}, "\n")
}

func keyOf(cursor string) Key {
	parts := strings.SplitN(cursor+"\n\n", "\n", 3)
	return Key{Number: parts[0], Of: pay.BillKind(parts[1]), RequestNo: strings.TrimRight(parts[2], "\n")}
}

func positionOf(cursor string) Position {
	at, id, _ := strings.Cut(cursor, "\n")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return Position{}
	}
	return Position{At: time.UnixMicro(micros).UTC(), ID: id}
}
