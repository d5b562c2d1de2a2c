package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// The size of a chart in its own units.
const (
	chartWide = 640
	chartHigh = 160
)

// chart draws how far a campaign was over time: one area for each state, on
// top of each other.
type chart struct {
	Areas      []area
	From, Till time.Time
	Total      int64
	Bars       []bar // the last moment alone, as parts of a whole
	Rate       int64 // people a second on average; 0 where it can't be told
}

// area is one state of a chart: the points of a polygon.
type area struct{ State, Points string }

// bar is a part of a whole, in units of a thousandth.
type bar struct {
	State       string
	Count       int64
	From, Width int64
}

// Drawn reports whether there are enough moments for a picture.
func (c chart) Drawn() bool { return len(c.Areas) > 0 }

// stacked lists the states that a chart shows, the lowest first.
func stacked() []push.Status {
	return []push.Status{push.Sent, push.Skipped, push.Failed, push.Unknown}
}

func countOf(n push.Counts, st push.Status) int64 {
	switch st {
	case push.Sent:
		return n.Sent
	case push.Skipped:
		return n.Skipped
	case push.Failed:
		return n.Failed
	case push.Unknown:
		return n.Unknown
	}
	return n.Queued
}

// newChart draws what was marked, oldest first, the last one being now.
func newChart(began time.Time, marks []push.Progress) chart {
	now := marks[len(marks)-1]
	c := chart{From: began, Till: now.At, Total: now.Total, Bars: barsOf(now.Counts)}
	span := now.At.Sub(began)
	if seconds := int64(span / time.Second); seconds > 0 {
		c.Rate = (now.Sent + now.Failed + now.Skipped + now.Unknown) / seconds
	}
	if len(marks) < 2 || span <= 0 || now.Total == 0 {
		return c
	}
	marks = append([]push.Progress{{At: began}}, marks...)
	base := make([]int64, len(marks))
	for _, st := range stacked() {
		top := make([]int64, len(marks))
		for i, m := range marks {
			top[i] = base[i] + countOf(m.Counts, st)
		}
		if top[len(top)-1] > base[len(base)-1] {
			c.Areas = append(c.Areas, area{string(st), polygon(began, span, now.Total, marks, base, top)})
		}
		base = top
	}
	return c
}

// polygon goes along the upper edge and back along the lower one.
func polygon(began time.Time, span time.Duration, total int64, marks []push.Progress, base, top []int64) string {
	var b strings.Builder
	point := func(i int, n int64) {
		x := int64(marks[i].At.Sub(began)) / (max(int64(span), chartWide) / chartWide)
		b.WriteString(strconv.FormatInt(min(max(x, 0), chartWide), 10))
		b.WriteByte(',')
		b.WriteString(strconv.FormatInt(chartHigh-min(n, total)*chartHigh/total, 10))
		b.WriteByte(' ')
	}
	for i := range marks {
		point(i, top[i])
	}
	for i := len(marks) - 1; i >= 0; i-- {
		point(i, base[i])
	}
	return strings.TrimSpace(b.String())
}

// barsOf cuts a whole into its states; those who wait are left out.
func barsOf(n push.Counts) (all []bar) {
	if n.Total == 0 {
		return nil
	}
	var sum int64
	for _, st := range stacked() {
		count := countOf(n, st)
		if count == 0 {
			continue
		}
		from := sum * 1000 / n.Total
		sum += count
		all = append(all, bar{string(st), count, from, max(sum*1000/n.Total-from, 2)})
	}
	return all
}
