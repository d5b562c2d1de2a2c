package push

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Progress is how far a campaign was at a moment.
type Progress struct {
	At time.Time
	Counts
}

const (
	progressEvery  = 5 * time.Second // of business time, between two marks
	progressPoints = 240             // at most of one campaign are told
)

// Progress tells how far a campaign was over time, oldest first: at most 240
// moments, evenly chosen where more were marked, the last one always.
func (s *Campaigns) Progress(ctx context.Context, c Campaign) ([]Progress, error) {
	all, err := s.store.Progress(ctx, c.No)
	if err != nil || len(all) <= progressPoints {
		return all, fault.Wrap("push.Progress "+c.ID, err)
	}
	some := make([]Progress, progressPoints)
	for i := range some {
		some[i] = all[i*(len(all)-1)/(progressPoints-1)]
	}
	return some, nil
}

// mark notes how far the running campaigns are, every five seconds; nodes that
// note the same moment note it once.
func (s *Campaigns) mark(ctx context.Context) {
	now := s.now().Truncate(progressEvery)
	if !now.After(s.marked) {
		return
	}
	s.marked = now
	all, err := s.store.Running(ctx)
	for _, c := range all {
		if err == nil {
			err = s.note(ctx, c, now)
		}
	}
	if err != nil && ctx.Err() == nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the progress of campaigns can't be noted", slog.Any("error", err))
	}
}

func (s *Campaigns) note(ctx context.Context, c Campaign, at time.Time) error {
	n, err := s.store.Counts(ctx, c.No)
	if err != nil {
		return err
	}
	return s.store.Mark(ctx, c.No, Progress{at, n})
}
