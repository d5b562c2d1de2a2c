package push

import (
	"context"
	"time"
)

// decide turns what the channel said of one try into what becomes of the
// recipient; see [Service.Deliver], whose rules are the same.
func (s *Campaigns) decide(w *stint, p Candidate, out Outcome) Delivery {
	now, d := s.now(), p.Delivery
	d.Code, d.Detail, d.PlatformID, d.exhausted = out.Code, out.Detail, out.PlatformID, out.Exhausted
	wait := max(out.After, backoff(d.Attempts))
	switch doubt := out.Status == Unknown; {
	case doubt && now.Add(wait).Before(d.FirstTryAt.Add(s.recognised(w, p))):
		d.Status, d.DueAt = Queued, now.Add(wait)
		return d
	case out.Status == Skipped && !p.doubted && len(d.Skips)+1 < len(w.choice.ways):
		d.Status, d.DueAt, d.FirstTryAt = Queued, now, time.Time{}
		d.Skips = append(d.Skips[:len(d.Skips):len(d.Skips)], Skip{d.Way, out.Code})
		return d
	case out.Status == Queued && !out.Exhausted && d.Attempts >= maxAttempts:
		out.Status = Failed
	case out.Status == Queued:
		d.Status, d.DueAt = Queued, now.Add(wait)
		if !p.doubted {
			d.FirstTryAt = time.Time{}
		}
		return d
	}
	d.Status, d.DoneAt = out.Status, now
	return d
}

// settle writes down what became of a batch, and with whom it was told.
func (s *Campaigns) settle(ctx context.Context, tx CampaignTx, w *stint, ended []Delivery) error {
	if len(ended) == 0 {
		return nil
	}
	if err := tx.Settle(ctx, w.chunk, ended); err != nil {
		return err
	}
	if err := s.withdraw(ctx, tx, w, ended); err != nil {
		return err
	}
	if err := s.await(ctx, tx, w, ended); err != nil {
		return err
	}
	now := s.now()
	for _, d := range ended {
		if d.exhausted {
			if err := tx.Hold(ctx, w.chunk.No, nextDay(now), "daily_quota"); err != nil {
				return err
			}
			break
		}
	}
	way, told := ended[0].Way, reached(ended)
	if len(told) == 0 || way == WayTemplate {
		return nil
	}
	return tx.Told(ctx, w.chunk, w.campaign.Account, way, now, MonthOf(now), told)
}

// count adds the calls of a batch to the day's. That row is everybody's, on all
// nodes, so it comes last in a transaction: nobody waits for it longer than a
// commit takes.
func (s *Campaigns) count(ctx context.Context, tx CampaignTx, w *stint, ended []Delivery) error {
	calls, last := int64(0), ""
	for _, d := range ended {
		told := d.Status == Sent || d.Status == Unknown
		if told && (d.Way != WayMass || calls == 0 || d.PlatformID != last) {
			calls, last = calls+1, d.PlatformID
		}
	}
	if calls == 0 {
		return nil
	}
	way := ended[0].Way
	return tx.Called(ctx, w.campaign.Account, way, dayOf(s.now()), calls)
}

// reached numbers those whom a batch told, or may have told.
func reached(ended []Delivery) []int64 {
	told := make([]int64, 0, len(ended))
	for _, d := range ended {
		if d.Status == Sent || d.Status == Unknown {
			told = append(told, d.N)
		}
	}
	return told
}
