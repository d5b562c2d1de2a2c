package web

import (
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

const (
	chartDays = 31 // how many days the picture shows
	markHigh  = 6  // of the mark on a day with open differences, at the top
	plotFrom  = 14 // where the bars may begin, below the marks
	barGap    = 4  // between two days
)

// daySum is what the ledger says of a day, all accounts together.
type daySum struct {
	Gross, Refunded, Net pay.Amount
	Open                 int64
}

func (d daySum) with(r reconcile.Reconciliation) daySum {
	return daySum{d.Gross + r.Ledger.Gross, d.Refunded + r.Ledger.Refunded, d.Net + r.Ledger.Net, d.Open + r.Open}
}

// dayChart draws the money of the last days: what came above a line, what went
// back below it, and what remains as a stroke.
type dayChart struct {
	Bars       []dayBar
	Zero       int64 // where the line is
	From, Till pay.Day
	Peak       pay.Amount // of what came in a day
	Open       int64      // differences of these days
}

// dayBar is one day of a chart, in its units.
type dayBar struct {
	X, Width           int64
	Came, Went, Remain int64 // the edges of the bars and of the stroke
	Text               string
	Open               int64
}

// Drawn reports whether there is any money to draw.
func (c dayChart) Drawn() bool { return len(c.Bars) > 0 }

// newDayChart draws the days up to the last one. Days that were not reconciled
// stay empty.
func newDayChart(l locale, last pay.Day, sums map[pay.Day]daySum) dayChart {
	c := dayChart{From: last.Add(1 - chartDays), Till: last}
	var deep pay.Amount
	for _, one := range sums {
		c.Peak, deep = max(c.Peak, one.Gross), max(deep, one.Refunded)
		c.Open += one.Open
	}
	height := func(a pay.Amount) int64 { return int64(float64(a) / float64(c.Peak+deep) * (chartHigh - plotFrom)) }
	if c.Peak+deep == 0 {
		return dayChart{}
	}
	c.Zero = plotFrom + height(c.Peak)
	for i := range int64(chartDays) {
		day := c.From.Add(int(i))
		one, there := sums[day]
		if !there {
			continue
		}
		from, till := i*chartWide/chartDays, (i+1)*chartWide/chartDays
		c.Bars = append(c.Bars, dayBar{X: from + barGap/2, Width: till - from - barGap, Came: c.Zero - height(one.Gross),
			Went: height(one.Refunded), Remain: c.Zero - height(one.Net) - 1, Open: one.Open,
			Text: l.T("book.bar", day, l.Money(one.Gross), l.Money(one.Refunded), l.Money(one.Net), one.Open)})
	}
	return c
}

// CameHigh is how high the bar of what came is.
func (b dayBar) CameHigh(zero int64) int64 { return zero - b.Came }
