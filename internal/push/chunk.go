package push

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// stint is one worker's time with a chunk.
type stint struct {
	chunk    Chunk
	campaign Campaign
	channel  Channel
	content  content
	choice   choice
}

// batch is what a worker sends before it writes anything down again.
type batch struct {
	way   Way
	skips Skips // the ways that were passed over, the same for all
	all   []Candidate
	start time.Time     // real time; zero for at once
	every time.Duration // between two
	over  bool          // the chunk was given back
}

// runChunk sends what waits in a chunk. Every recipient is marked as being
// sent to before anything leaves, and what became of a batch is written down
// in the transaction that claims the next.
func (s *Campaigns) runChunk(ctx, sending context.Context, k Chunk) error {
	stopping, ctx := ctx, context.WithoutCancel(ctx) // a chunk that was taken is given back
	c, err := s.store.CampaignByNo(ctx, k.No)
	if err != nil {
		return fault.Wrap("push.chunk", err)
	}
	w := &stint{chunk: k, campaign: c, channel: s.channels[c.Account]}
	if w.content, w.choice, err = s.contentOf(ctx, c, c.TemplateVersion); err != nil {
		return fault.Wrap("push.chunk "+c.ID, err)
	}
	var ended []Delivery
	for {
		next, err := s.turn(ctx, w, ended, stopping.Err() != nil)
		if err != nil || next.over {
			return fault.Wrap("push.chunk "+c.ID, err)
		}
		release := s.renew(sending, w.chunk)
		ended = s.send(sending, w, next)
		release()
	}
}

// renew keeps the lease on a chunk until the function that it returns is
// called.
func (s *Campaigns) renew(ctx context.Context, k Chunk) (release func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(renewEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				err := s.store.UpdateCampaigns(ctx, func(tx CampaignTx) error {
					_, err := tx.Keep(ctx, k, s.real().Add(chunkLease))
					return err
				})
				if err != nil && ctx.Err() == nil {
					s.log.LogAttrs(ctx, slog.LevelWarn, "a lease on a chunk can't be renewed", slog.Any("error", err))
				}
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-over }
}

// turn writes down what became of a batch and claims the next one.
func (s *Campaigns) turn(ctx context.Context, w *stint, ended []Delivery, stop bool) (next batch, err error) {
	err = s.store.UpdateCampaigns(ctx, func(tx CampaignTx) error {
		next = batch{over: true}
		if err := s.settle(ctx, tx, w, ended); err != nil {
			return err
		}
		if err := s.goOn(ctx, tx, w, &next, stop); err != nil {
			return err
		}
		return s.count(ctx, tx, w, ended)
	})
	return next, err
}

// goOn claims the next batch, or gives the chunk back.
func (s *Campaigns) goOn(ctx context.Context, tx CampaignTx, w *stint, next *batch, stop bool) error {
	kept, err := tx.Keep(ctx, w.chunk, s.real().Add(chunkLease))
	if err != nil || !kept {
		return err
	}
	status, hold, err := tx.Standing(ctx, w.chunk.No)
	now := s.now()
	switch {
	case err != nil:
		return err
	case status == CampaignCancelled:
		return s.cancelRest(ctx, tx, w)
	case status != CampaignRunning || stop:
		return tx.Release(ctx, w.chunk, now)
	case hold.After(now):
		return tx.Release(ctx, w.chunk, hold)
	}
	if end := w.campaign.Quiet.Ends(now); !end.IsZero() {
		return tx.Release(ctx, w.chunk, end)
	}
	return s.claim(ctx, tx, w, next)
}

// claim marks the next recipients as being sent to, and ends those for whom
// there is no legal way.
func (s *Campaigns) claim(ctx context.Context, tx CampaignTx, w *stint, next *batch) error {
	now := s.now()
	found, err := tx.Candidates(ctx, w.chunk, w.campaign.Account, now, s.batchFor(w.campaign))
	if err != nil {
		return err
	}
	if len(found) == 0 {
		due, waits, err := tx.NextDue(ctx, w.chunk)
		if err != nil {
			return err
		}
		if waits && due.IsZero() {
			due = now
		}
		return tx.Release(ctx, w.chunk, due)
	}
	chosen, ends := s.choose(w, found, now)
	if err := tx.Settle(ctx, w.chunk, ends); err != nil {
		return err
	}
	next.over = false
	if len(chosen) == 0 {
		return nil
	}
	next.way, next.skips, next.all = chosen[0].Way, chosen[0].Skips, chosen
	room, err := s.reserve(ctx, tx, w, next)
	if err != nil {
		return err
	}
	if !room {
		next.over = true
		return tx.Release(ctx, w.chunk, now.Add(reserveMost/4))
	}
	if chosen, err = s.promise(ctx, tx, w, chosen); err != nil || len(chosen) == 0 {
		next.all = nil
		return err
	}
	next.all = chosen
	ns := make([]int64, len(chosen))
	for i := range chosen {
		ns[i] = chosen[i].N
		if chosen[i].FirstTryAt.IsZero() {
			chosen[i].FirstTryAt = now
		} else {
			chosen[i].doubted = true
		}
		chosen[i].Attempts++
	}
	return tx.Begin(ctx, w.chunk, next.way, next.skips, now, ns)
}

// reserve takes room for a batch under the rates of the campaign and of the
// account, which all nodes share.
func (s *Campaigns) reserve(ctx context.Context, tx CampaignTx, w *stint, b *batch) (bool, error) {
	if b.way == WayMass {
		return true, nil
	}
	now, limits := s.real(), s.limits(w.campaign)
	for i, l := range limits {
		start, ok, err := tx.Reserve(ctx, l.name, now, l.span(len(b.all)), now.Add(reserveMost))
		if err != nil {
			return false, err
		}
		if !ok {
			return false, giveBack(ctx, tx, limits[:i], len(b.all))
		}
		if start.After(b.start) {
			b.start = start
		}
		b.every = max(b.every, l.span(1))
	}
	return true, nil
}

// giveBack leaves to others what was taken in vain, since another limit has no
// room.
func giveBack(ctx context.Context, tx CampaignTx, limits []limit, messages int) error {
	for _, l := range limits {
		if _, _, err := tx.Reserve(ctx, l.name, time.Time{}, -l.span(messages), farFuture); err != nil {
			return err
		}
	}
	return nil
}

// cancelRest ends everybody of a chunk whose campaign was cancelled.
func (s *Campaigns) cancelRest(ctx context.Context, tx CampaignTx, w *stint) error {
	rest, err := tx.Candidates(ctx, w.chunk, w.campaign.Account, farFuture, massSize)
	if err != nil {
		return err
	}
	ends := make([]Delivery, 0, len(rest))
	for _, p := range rest {
		if p.FirstTryAt.IsZero() {
			ends = append(ends, p.end(Skipped, CodeCancelled, s.now()))
		} else {
			ends = append(ends, p.end(Unknown, CodeDoubt, s.now()))
		}
	}
	if err := tx.Settle(ctx, w.chunk, ends); err != nil {
		return err
	}
	return tx.Release(ctx, w.chunk, time.Time{})
}

// farFuture is after everything that is due.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
