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

// settle writes down what became of a batch, with the follower and for the day.
func (s *Campaigns) settle(ctx context.Context, tx CampaignTx, w *stint, ended []Delivery) error {
	if len(ended) == 0 {
		return nil
	}
	if err := tx.Settle(ctx, w.chunk, ended); err != nil {
		return err
	}
	now, way := s.now(), ended[0].Way
	told := make([]int64, 0, len(ended))
	for _, d := range ended {
		if d.exhausted {
			if err := tx.Hold(ctx, w.chunk.No, nextDay(now), "daily_quota"); err != nil {
				return err
			}
			break
		}
	}
	for _, d := range ended {
		if d.Status == Sent || d.Status == Unknown {
			told = append(told, d.N)
		}
	}
	if len(told) == 0 {
		return nil
	}
	calls := int64(len(told))
	if way == WayMass {
		calls = 1
	}
	if err := tx.Called(ctx, w.campaign.Account, way, dayOf(now), calls); err != nil || way == WayTemplate {
		return err
	}
	return tx.Told(ctx, w.chunk, w.campaign.Account, way, now, monthOf(now), told)
}
