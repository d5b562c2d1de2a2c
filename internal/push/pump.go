package push

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How campaigns are worked on. A lease is short, so that others soon take over
// from a dead node, and renewed while a batch is under way. That nobody is told
// twice does not hang on it, since what a new holder finds unsettled is in doubt.
const (
	workers     = 8
	chunkSize   = 500
	massSize    = 10_000 // what one call of mass send takes
	batchSize   = 100
	sliceSize   = 5_000
	massSlice   = massSize
	chunkLease  = 8 * time.Second
	renewEvery  = 2 * time.Second // while a batch is under way
	planLease   = 30 * time.Second
	lookEvery   = 250 * time.Millisecond
	cutAfter    = 5 * time.Second
	reserveMost = time.Second // how far ahead room under a rate may be taken
)

// Run works on campaigns, on this node, until ctx ends; then it lets what is
// under way end, cuts it after five seconds, and writes down what came of it.
func (s *Campaigns) Run(ctx context.Context) {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var all sync.WaitGroup
	defer all.Wait()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(cutAfter, cut) })
	defer stop()
	all.Go(func() { s.manage(ctx) })
	for range workers {
		all.Go(func() { s.work(ctx, sending) })
	}
	<-ctx.Done()
}

// manage starts what is due, freezes audiences and ends what is finished.
func (s *Campaigns) manage(ctx context.Context) {
	s.rest(ctx, func() bool {
		err := s.Step(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelError, "campaigns can't be managed", slog.Any("error", err))
		}
		return false
	})
}

// rest calls do over and over, and waits a moment where it found nothing.
func (s *Campaigns) rest(ctx context.Context, do func() bool) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		rung := s.wake.Wait()
		if do() {
			continue
		}
		select {
		case <-tick.C:
		case <-rung:
		case <-ctx.Done():
		}
	}
}

// Step does once what Run does over and over beside sending.
func (s *Campaigns) Step(ctx context.Context) error {
	if err := s.startDue(ctx); err != nil {
		return err
	}
	open, err := s.store.Unfrozen(ctx)
	if err != nil {
		return fault.Wrap("push.Step", err)
	}
	for _, c := range open {
		if err := s.freeze(ctx, c); err != nil {
			return fault.Wrap("push.Step "+c.ID, err)
		}
	}
	s.mark(ctx)
	return s.finish(ctx)
}

// startDue starts scheduled campaigns. One whose start was missed by far,
// because nobody was there, does what it was told to do then.
func (s *Campaigns) startDue(ctx context.Context) error {
	due, err := s.store.Due(ctx, s.now())
	if err != nil {
		return fault.Wrap("push.Step", err)
	}
	for _, d := range due {
		version, err := s.versionFor(ctx, d.ID)
		if err != nil {
			return fault.Wrap("push.Step "+d.ID, err)
		}
		_, err = s.move(ctx, d.ID, func(tx CampaignTx, c *Campaign) error {
			if c.Status != CampaignScheduled {
				return errSame
			}
			if c.IfMissed == MissedCancel && s.now().Sub(c.StartAt) > missedAfter {
				c.DoneAt = s.now()
				return c.become(CampaignCancelled)
			}
			return s.begin(ctx, tx, c, version)
		})
		if err != nil {
			return fault.Wrap("push.Step "+d.ID, err)
		}
	}
	return nil
}

// freeze writes an audience down, slice by slice.
func (s *Campaigns) freeze(ctx context.Context, c Campaign) error {
	slice := Slice{Holder: s.holder, Size: sliceSize, Chunk: chunkSize}
	if c.Purpose == PurposePromotion {
		slice.Size, slice.Chunk = massSlice, massSize
	}
	for ctx.Err() == nil {
		slice.Until, slice.Now = s.real().Add(planLease), s.now()
		added, last, err := s.store.Freeze(ctx, c, slice)
		if err != nil || last || added == 0 {
			return err
		}
		s.wake.Ring()
	}
	return nil
}

// finish ends campaigns of which nobody waits any more.
func (s *Campaigns) finish(ctx context.Context) error {
	all, err := s.store.Finished(ctx)
	if err != nil {
		return fault.Wrap("push.Step", err)
	}
	for _, f := range all {
		err := s.note(ctx, f, s.now()) // all are final, so this is the last of it
		if err == nil {
			_, err = s.move(ctx, f.ID, func(_ CampaignTx, c *Campaign) error {
				if c.Status != CampaignRunning {
					return errSame
				}
				c.DoneAt = s.now()
				return c.become(CampaignDone)
			})
		}
		if err != nil {
			return fault.Wrap("push.Step "+f.ID, err)
		}
	}
	return nil
}

// work sends chunk after chunk.
func (s *Campaigns) work(ctx, sending context.Context) {
	s.rest(ctx, func() bool {
		real := s.real()
		leased, err := s.store.LeaseChunks(context.WithoutCancel(ctx), Lease{Holder: s.holder, Now: s.now(), Until: real.Add(chunkLease),
			Room: real.Add(reserveMost), Limit: 1})
		if err == nil && len(leased) == 1 {
			err = s.runChunk(ctx, sending, leased[0])
		}
		if err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelError, "a chunk of a campaign stopped; it goes on when its lease ends", slog.Any("error", err))
		}
		return err == nil && len(leased) == 1
	})
}
