package push

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// stint is one worker's time with a chunk.
type stint struct {
	chunk    Chunk
	campaign Campaign
	channel  Channel
	layout   *Layout
}

// batch is what a worker sends before it writes anything down again.
type batch struct {
	way   Way
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
	if w.layout, err = s.messages.layout(ctx, c.Template, c.TemplateVersion, c.Account); err != nil {
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
	found, err := tx.Candidates(ctx, w.chunk, w.campaign.Account, now, w.limit(s.rates))
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
	way, chosen, ends := s.choose(w, found, now)
	if err := tx.Settle(ctx, w.chunk, ends); err != nil {
		return err
	}
	next.over = false
	if len(chosen) == 0 {
		return nil
	}
	room, err := s.reserve(ctx, tx, w, len(chosen), next)
	if err != nil {
		return err
	}
	if !room {
		next.over = true
		return tx.Release(ctx, w.chunk, now.Add(reserveMost/4))
	}
	next.way, next.all = way, chosen
	ns := make([]int64, len(chosen))
	for i := range chosen {
		ns[i] = chosen[i].N
		if chosen[i].FirstTryAt.IsZero() {
			chosen[i].FirstTryAt = now
		} else {
			chosen[i].doubted = true
		}
		chosen[i].Attempts++
		chosen[i].Way = way
	}
	return tx.Begin(ctx, w.chunk, way, now, ns)
}

// limit is how many recipients a batch has: those of half a second where there
// is a rate, so that a pause never waits long.
func (w *stint) limit(rates map[string]int64) int {
	if w.campaign.Purpose == PurposePromotion {
		return massSize
	}
	limit := int64(batchSize)
	for _, rate := range []int64{w.campaign.Rate, rates[w.campaign.Account]} {
		if rate > 0 {
			limit = min(limit, max(1, rate/2))
		}
	}
	return int(limit)
}

// reserve takes room for a batch under the rates of the campaign and of the
// account, which all nodes share.
func (s *Campaigns) reserve(ctx context.Context, tx CampaignTx, w *stint, n int, b *batch) (bool, error) {
	if w.campaign.Purpose == PurposePromotion {
		return true, nil
	}
	now := s.real()
	for name, rate := range map[string]int64{"campaign:" + w.campaign.ID: w.campaign.Rate, "account:" + w.campaign.Account: s.rates[w.campaign.Account]} {
		if rate <= 0 {
			continue
		}
		each := time.Second / time.Duration(rate)
		start, ok, err := tx.Reserve(ctx, name, now, each*time.Duration(n), now.Add(reserveMost))
		if err != nil || !ok {
			return false, err
		}
		if start.After(b.start) {
			b.start = start
		}
		b.every = max(b.every, each)
	}
	return true, nil
}

// choose splits candidates into those who are told now, all in one way, and
// those who have their end already. Who may have been told by an earlier try
// is told again in the same way while the platform recognises it, and
// otherwise not at all.
func (s *Campaigns) choose(w *stint, found []Candidate, now time.Time) (way Way, chosen []Candidate, ends []Delivery) {
	var fresh, again []Candidate
	for _, p := range found {
		switch {
		case w.channel == nil:
			ends = append(ends, p.end(Skipped, skipAccount, now))
		case !p.FirstTryAt.IsZero() && !now.Before(p.FirstTryAt.Add(s.recognised(w, p))):
			ends = append(ends, p.end(Unknown, doubtful, now))
		case !p.FirstTryAt.IsZero():
			again = append(again, p)
		default:
			if p.Way, ends = s.legal(w, p, now, ends); p.Way != "" {
				fresh = append(fresh, p)
			}
		}
	}
	if w.campaign.Purpose == PurposePromotion {
		return s.chooseMass(again, fresh, ends, now)
	}
	if chosen = append(again, fresh...); len(chosen) > 0 {
		way = chosen[0].Way
	}
	return way, chosen, ends
}

func (s *Campaigns) legal(w *stint, p Candidate, now time.Time, ends []Delivery) (Way, []Delivery) {
	way, why := w.campaign.wayFor(p, now)
	if why != nil {
		ends = append(ends, p.end(Skipped, *why, now))
	}
	return way, ends
}

// chooseMass keeps together who was together in an earlier call, since the
// platform recognises the call, not the person.
func (s *Campaigns) chooseMass(again, fresh []Candidate, ends []Delivery, now time.Time) (Way, []Candidate, []Delivery) {
	if len(again) > 0 {
		first := again[0].FirstTryAt
		var same []Candidate
		for _, p := range again {
			if p.FirstTryAt.Equal(first) {
				same = append(same, p)
			}
		}
		return again[0].Way, same, ends
	}
	if len(fresh) != 1 {
		return WayMass, fresh, ends
	}
	if f := fresh[0].Follower; f.Typed.open(now) || f.Brief.open(now) {
		return WayCustom, fresh, ends
	}
	return "", nil, append(ends, fresh[0].end(Skipped, skipAlone, now))
}

// recognised is for how long a repetition to p is recognised.
func (s *Campaigns) recognised(w *stint, p Candidate) time.Duration {
	switch r, ok := w.channel.(Recogniser); {
	case p.Way == WayMass:
		return massRecognised
	case ok:
		return r.Recognised(w.message(p))
	}
	return 0
}

// massRecognised leaves an hour of the day in which a mass call is recognised.
const massRecognised = 23 * time.Hour

func (p Candidate) end(status Status, why skip, now time.Time) Delivery {
	d := p.Delivery
	d.Status, d.Code, d.Detail, d.DoneAt = status, why.code, why.detail, now
	return d
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
			ends = append(ends, p.end(Skipped, skipCancelled, s.now()))
		} else {
			ends = append(ends, p.end(Unknown, doubtful, s.now()))
		}
	}
	if err := tx.Settle(ctx, w.chunk, ends); err != nil {
		return err
	}
	return tx.Release(ctx, w.chunk, time.Time{})
}

// farFuture is after everything that is due.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// send tells everybody of a batch and returns what became of each.
func (s *Campaigns) send(ctx context.Context, w *stint, b batch) []Delivery {
	if len(b.all) == 0 {
		return nil
	}
	if b.way == WayMass {
		return s.sendMass(ctx, w, b)
	}
	ended := make([]Delivery, len(b.all))
	var flying sync.WaitGroup
	for i, p := range b.all {
		s.pace(ctx, b, i)
		s.slots <- struct{}{}
		flying.Go(func() {
			defer func() { <-s.slots }()
			ended[i] = s.decide(w, p, w.channel.Send(ctx, w.message(p)))
		})
	}
	flying.Wait()
	return ended
}

// pace waits for the i-th message's turn.
func (s *Campaigns) pace(ctx context.Context, b batch, i int) {
	if b.start.IsZero() {
		return
	}
	wait := b.start.Add(time.Duration(i) * b.every).Sub(s.real())
	if wait <= 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// message is what one recipient is told. Its id is derived, so that a
// repetition carries the same one.
func (w *stint) message(p Candidate) Message {
	c := w.campaign
	m := Message{ID: "dlv_" + w.derive(strconv.FormatInt(p.N, 10)), Channel: "wechat", Account: c.Account, Recipient: p.Recipient,
		Kind: KindTemplate, Template: c.Template, Values: c.Values, Layout: w.layout, Link: c.Link, FirstTryAt: p.FirstTryAt, Attempts: p.Attempts}
	if p.Way == WayCustom || c.Template == "" {
		m.Kind, m.Text = KindText, c.Text
	}
	return m
}

// derive gives 32 hexadecimal digits that belong to this campaign alone.
func (w *stint) derive(part string) string {
	sum := sha256.Sum256([]byte(w.campaign.ID + "/" + part))
	return hex.EncodeToString(sum[:16])
}

// sendMass tells a whole batch in one call.
func (s *Campaigns) sendMass(ctx context.Context, w *stint, b batch) []Delivery {
	to := make([]string, len(b.all))
	for i, p := range b.all {
		to[i] = p.Recipient
	}
	out := Outcome{Status: Skipped, Code: "mass_unsupported", Detail: "The account has no mass send."}
	if m, ok := w.channel.(Masser); ok {
		id := w.derive(strconv.FormatInt(w.chunk.First, 10) + "/" + strconv.FormatInt(b.all[0].FirstTryAt.UnixMicro(), 10))
		out = m.SendMass(ctx, Mass{ID: id, Account: w.campaign.Account, Recipients: to, Text: w.campaign.Text})
	}
	ended := make([]Delivery, len(b.all))
	for i, p := range b.all {
		ended[i] = s.decide(w, p, out)
	}
	return ended
}
