package push

import (
	"context"
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Forecast is what would become of a campaign: how many people, in which way,
// and when it would be done.
type Forecast struct {
	People int64     // in the audience now; some may be skipped
	Way    Way       //
	Calls  int64     // of the platform, at most
	Daily  int64     // calls that the platform takes on a day; 0 where it does not say
	Left   int64     // of today's
	Days   int64     // on which something leaves
	DoneAt time.Time // when it would be done
}

// reckonRate is what is taken for a rate where there is none.
const reckonRate = 500

// Forecast tells what would become of a campaign that starts at its time, or
// now. It asks the platform for the day's allowance; where the platform does
// not answer, the forecast is without.
func (s *Campaigns) Forecast(ctx context.Context, id string) (Forecast, error) {
	c, err := s.store.Campaign(ctx, id)
	if err != nil {
		return Forecast{}, fault.Wrap("push.Forecast "+id, err)
	}
	f := Forecast{Way: WayTemplate}
	if f.People, err = s.store.CountAudience(ctx, c); err != nil {
		return Forecast{}, fault.Wrap("push.Forecast "+id, err)
	}
	f.Calls = f.People
	switch {
	case c.Purpose == PurposePromotion:
		f.Way, f.Calls = WayMass, (f.People+massSize-1)/massSize
	case c.Template == "":
		f.Way = WayCustom
	}
	if a, ok := s.channels[c.Account].(Allower); ok {
		if f.Daily, f.Left, err = a.Allowance(ctx, f.Way); err != nil {
			f.Daily, f.Left = 0, 0
		}
	}
	start := s.now()
	if c.StartAt.After(start) {
		start = c.StartAt
	}
	f.reckon(start, s.rate(c), c.Quiet)
	return f, nil
}

// rate is how many calls a second are reckoned with.
func (s *Campaigns) rate(c Campaign) int64 {
	rate := int64(reckonRate)
	for _, limit := range []int64{c.Rate, s.rates[c.Account]} {
		if limit > 0 {
			rate = min(rate, limit)
		}
	}
	return rate
}

// reckon walks from day to day, each with what the platform takes, until
// nobody is left.
func (f *Forecast) reckon(at time.Time, rate int64, quiet Quiet) {
	rest, left := f.Calls, f.Left
	for f.Days = 0; f.Days < 3650; {
		if end := quiet.Ends(at); !end.IsZero() {
			at = end
		}
		today := rest
		if f.Daily > 0 {
			today = min(rest, max(left, 0))
		}
		if today > 0 {
			f.Days++
		}
		took := time.Duration(today) * time.Second / time.Duration(rate)
		if rest -= today; rest == 0 {
			f.DoneAt = at.Add(took)
			return
		}
		at, left = nextDay(at), f.Daily
	}
}

// Sentence says it for people, in Chinese and English.
func (f Forecast) Sentence() string {
	when := f.DoneAt.In(china).Format("2006-01-02 15:04")
	if f.Daily == 0 {
		return fmt.Sprintf("%d 人，预计 %s 完成 · %d people: done %s", f.People, when, f.People, when)
	}
	return fmt.Sprintf("%d 人，每日 %d 次，预计 %s 完成 · %d people, %d calls a day: done %s", f.People, f.Daily, when, f.People, f.Daily, when)
}
