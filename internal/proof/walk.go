package proof

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// batch is how many rows are held at once.
const batch = 500

// Check holds everything in the books against everything else and hands each
// finding to report. It holds one batch of rows at a time. It stops, with an
// error, where the books can't be read, ctx ends or report fails. It returns
// how many things it looked at.
func Check(ctx context.Context, b Books, report func(Finding) error) (Tally, error) {
	c := &checker{Books: b, report: report}
	for _, w := range []walk{
		{"ord_", c.orders}, {"pay_", c.payments}, {"ref_", c.refunds}, {"ntc_", c.notices}, {receipts, c.letters}, {"rec_", c.days},
	} {
		if err := c.walk(ctx, w); err != nil {
			return c.tally, err
		}
	}
	return c.tally, errors.Join(c.feed(ctx), ctx.Err())
}

// Tally counts what was looked at.
type Tally struct {
	Orders   int `json:"orders"`
	Payments int `json:"payments"`
	Refunds  int `json:"refunds"`
	Notices  int `json:"notices"`
	Messages int `json:"messages"`
	Events   int `json:"events"`
	Days     int `json:"days"`           // reconciled with the platform's bill
	Waiting  int `json:"events_waiting"` // for the dispatcher, to be numbered
	Trades   int `json:"trades"`         // of the platform
	Findings int `json:"findings"`
}

type checker struct {
	Books
	report func(Finding) error
	tally  Tally
	gone   time.Time // no event that was archived is younger
}

// walk goes through the things whose ids begin with a prefix. Page checks
// those in a span and answers where it stopped, "" at the end.
type walk struct {
	prefix string
	page   func(ctx context.Context, ids Span, counts bool) (all []Finding, last string, err error)
}

func (c *checker) walk(ctx context.Context, w walk) error {
	for ids := (Span{w.prefix, w.prefix + "~"}); ; {
		all, last, err := w.page(ctx, ids, true)
		if err != nil {
			return err
		}
		if err := c.confirm(ctx, w, all); err != nil || last == "" {
			return err
		}
		ids.From = last + "!" // the least string above it
	}
}

// reads is how often something must look wrong to be wrong.
const reads = 3

// confirm reads everything that looks wrong again, by itself, and reports what
// still does.
func (c *checker) confirm(ctx context.Context, w walk, suspects []Finding) error {
	done := make(map[string]bool)
	for _, f := range suspects {
		key := f.key
		if done[key] {
			continue
		}
		done[key] = true
		var still []Finding
		for range reads - 1 {
			var err error
			if still, _, err = w.page(ctx, Span{key, key}, false); err != nil {
				return err
			}
			if len(still) == 0 {
				break
			}
		}
		for _, one := range still {
			if err := c.tell(one); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) tell(f Finding) error {
	c.tally.Findings++
	return c.report(f)
}

// told gathers the events about a span by object. How far they are archived is
// read after them, so that what went in between is not missed.
func (c *checker) told(ctx context.Context, ids Span) (map[string]map[event.Type]int, error) {
	all, err := c.ToldOf(ctx, ids)
	by := make(map[string]map[event.Type]int)
	for _, t := range all {
		if by[t.Object] == nil {
			by[t.Object] = make(map[event.Type]int)
		}
		by[t.Object][t.Type] = t.Count
	}
	if err == nil {
		c.gone, _, err = c.Archived(ctx)
	}
	return by, err
}
