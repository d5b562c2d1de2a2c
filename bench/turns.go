package main

import (
	"context"
	"math"
	"slices"
	"time"
)

// slice is a part of a run: how much was done in which time.
type slice struct {
	done int
	took time.Duration
}

func (s slice) rate() float64 { return float64(s.done) / s.took.Seconds() }

// turns are the slices of a bound and of what is measured against it, which
// took turns.
type turns struct{ bound, measured []slice }

// takeTurns runs a bound and a measurement one after the other, rounds times.
// The first round only warms both up. Between them settle waits until what the
// slice before has left behind is done; nil does not wait.
func takeTurns(ctx context.Context, rounds int, settle func(context.Context) error, bound, measured func(context.Context) (slice, error)) (turns, error) {
	var t turns
	for round := range rounds + 1 {
		for i, run := range []func(context.Context) (slice, error){bound, measured} {
			if settle != nil {
				if err := settle(ctx); err != nil {
					return t, err
				}
			}
			s, err := run(ctx)
			if err != nil {
				return t, err
			}
			switch {
			case round == 0:
			case i == 0:
				t.bound = append(t.bound, s)
			default:
				t.measured = append(t.measured, s)
			}
		}
	}
	return t, nil
}

// line gives the medians of the rates a second and of the ratio within each
// round; the median of ratios is not exactly the ratio of the medians.
func (t turns) line(unit string) line {
	var ratios []float64
	for i := range t.bound {
		ratios = append(ratios, t.measured[i].rate()/t.bound[i].rate())
	}
	return line{Value: median(rates(t.measured)), Bound: median(rates(t.bound)), Ratio: median(ratios), Unit: unit}
}

func rates(all []slice) []float64 {
	var r []float64
	for _, s := range all {
		r = append(r, s.rate())
	}
	return r
}

func median(all []float64) float64 { return quantile(all, 0.5) }

// quantile gives the value below which the share q of all lies.
func quantile(all []float64, q float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// round keeps three decimals of what is small and none of what is large.
func round(v float64) float64 {
	switch {
	case math.Abs(v) >= 1000:
		return math.Round(v)
	case math.Abs(v) >= 10:
		return math.Round(v*10) / 10
	}
	return math.Round(v*1000) / 1000
}
