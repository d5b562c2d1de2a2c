package push

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Forecast is what would become of a campaign: how many people, in which ways,
// and when it would be done.
type Forecast struct {
	At      time.Time // when it is reckoned
	People  int64     // in the audience now; some may be skipped
	Ways    []Use     // those who would be told, most first; a way is there once
	Skipped []Loss    // those who would not, most first
	Way     Way       // the way of most
	Calls   int64     // of the platform in that way, at most
	Daily   int64     // calls of it that the platform takes on a day; 0 where it does not say
	Left    int64     // of today's
	Days    int64     // on which something leaves
	DoneAt  time.Time // when it would be done
}

// Use is how many people would be told in a way.
type Use struct {
	Way         Way
	People      int64
	Calls       int64
	Daily, Left int64 // of the platform's calls; 0 and 0 where it does not say
	days        int64
	done        time.Time
}

// Loss is how many people would be skipped, and why.
type Loss struct {
	Code   string
	People int64
}

// Prospect is so many people of an audience who are alike.
type Prospect struct {
	People int64
	Candidate
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
	f := Forecast{At: s.now()}
	start := f.At
	if c.StartAt.After(start) {
		start = c.StartAt
	}
	if err := s.outlook(ctx, c, start, &f); err != nil {
		return Forecast{}, fault.Wrap("push.Forecast "+id, err)
	}
	f.DoneAt = start
	for i := range f.Ways {
		u := &f.Ways[i]
		s.allowance(ctx, c, u)
		u.reckon(start, s.rate(c), c.Quiet)
		f.Days, f.DoneAt = max(f.Days, u.days), latest(f.DoneAt, u.done)
	}
	if len(f.Ways) > 0 {
		u := f.Ways[0]
		f.Way, f.Calls, f.Daily, f.Left = u.Way, u.Calls, u.Daily, u.Left
	}
	return f, nil
}

// outlook sorts the audience by what would become of it, by the same choice as
// a campaign that runs.
func (s *Campaigns) outlook(ctx context.Context, c Campaign, at time.Time, f *Forecast) error {
	_, how, err := s.contentOf(ctx, c, newestVersion)
	if err != nil {
		return err
	}
	all, err := s.store.Outlook(ctx, c, at, how.bars(at))
	if err != nil {
		return err
	}
	ways, losses := map[Way]int64{}, map[string]int64{}
	for _, p := range all {
		f.People += p.People
		if way, _, none := how.way(p.Candidate, at); none != "" {
			losses[none] += p.People
		} else {
			ways[way] += p.People
		}
	}
	f.Way = how.ways[0]
	for way, people := range ways {
		u := Use{Way: way, People: people, Calls: people}
		if way == WayMass {
			u.Calls = (people + massSize - 1) / massSize
		}
		f.Ways = append(f.Ways, u)
	}
	for code, people := range losses {
		f.Skipped = append(f.Skipped, Loss{code, people})
	}
	slices.SortFunc(f.Ways, func(a, b Use) int { return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Way, b.Way)) })
	slices.SortFunc(f.Skipped, func(a, b Loss) int { return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Code, b.Code)) })
	return nil
}

func (s *Campaigns) allowance(ctx context.Context, c Campaign, u *Use) {
	if a, ok := s.channels[c.Account].(Allower); ok {
		if daily, left, err := a.Allowance(ctx, u.Way); err == nil {
			u.Daily, u.Left = daily, left
		}
	}
}

// rate is how many calls a second are reckoned with.
func (s *Campaigns) rate(c Campaign) int64 {
	rate := int64(reckonRate)
	for _, l := range s.limits(c) {
		rate = min(rate, l.rate)
	}
	return rate
}

// reckon walks from day to day, each with what the platform takes, until
// nobody is left.
func (u *Use) reckon(at time.Time, rate int64, quiet Quiet) {
	rest, left := u.Calls, u.Left
	for u.days = 0; u.days < 3650; {
		if end := quiet.Ends(at); !end.IsZero() {
			at = end
		}
		today := rest
		if u.Daily > 0 {
			today = min(rest, max(left, 0))
		}
		if today > 0 {
			u.days++
		}
		took := time.Duration(today) * time.Second / time.Duration(rate)
		if rest -= today; rest == 0 {
			u.done = at.Add(took)
			return
		}
		at, left = nextDay(at), u.Daily
	}
	u.done = at
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Sentence says it for people, such as "120,000 people, 100,000 a day: done
// tomorrow 09:10".
func (f Forecast) Sentence() Sentence {
	people, daily := grouped(f.People), ""
	said := Sentence{people + " 人", people + " people"}
	if f.Daily > 0 {
		daily = grouped(f.Daily)
		said.Zh, said.En = said.Zh+"，每天 "+daily+" 次", said.En+", "+daily+" a day"
	}
	if len(f.Ways) == 0 {
		return Sentence{said.Zh + "：没有人能收到", said.En + ": nobody would be told"}
	}
	done := f.DoneAt.In(china)
	zh, en := done.Format("2006-01-02 15:04"), done.Format("2006-01-02 15:04")
	switch dayOf(f.DoneAt) - dayOf(f.At) {
	case 0:
		zh, en = "今天 "+done.Format("15:04"), "today "+done.Format("15:04")
	case 1:
		zh, en = "明天 "+done.Format("15:04"), "tomorrow "+done.Format("15:04")
	}
	return Sentence{said.Zh + "：预计" + zh + " 完成", said.En + ": done " + en}
}

// grouped writes a number with commas between its thousands.
func grouped(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return grouped(n/1000) + fmt.Sprintf(",%03d", n%1000)
}
