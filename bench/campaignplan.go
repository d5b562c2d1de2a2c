package main

import (
	"context"
	"fmt"
	"time"
)

const (
	million   = 1_000_000
	planLimit = 15 // seconds
)

// campaignPlan starts a campaign to a million followers and reports how many
// seconds it takes until every one of them has a row and a place in a chunk.
// The campaign may send one message a second, so that it does little else.
func campaignPlan(ctx context.Context, l *lab, report func(line)) error {
	return l.onBoth(ctx, func(engine, database string) error {
		c, err := l.gather(ctx, database, million)
		if err != nil {
			return err
		}
		defer c.kill()
		r, err := c.plan(ctx, million)
		if err != nil {
			return err
		}
		r.Engine = engine
		report(r)
		return c.server.stop()
	})
}

func (c *crowd) plan(ctx context.Context, people int64) (line, error) {
	m, err := c.draft(ctx, 1)
	if err != nil {
		return line{}, err
	}
	began := time.Now()
	if err := m.do(ctx, "start"); err != nil {
		return line{}, err
	}
	ended, err := m.until(ctx, func(n counts) bool { return n.Frozen })
	if err == nil && m.Counts.Total != people {
		err = fmt.Errorf("%d of %d people were frozen", m.Counts.Total, people)
	}
	if err != nil {
		return line{}, err
	}
	r := limit(ended.Sub(began).Seconds(), planLimit, "s")
	r.RSS, err = c.server.megabytes("VmHWM")
	return r, err
}
