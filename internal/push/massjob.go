package push

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Job is a mass call that the platform took and whose end it has not told yet.
type Job struct {
	Account, PlatformID string
	Tries               int       // how often the platform was asked
	AskAt               time.Time // when it is asked next
}

// Inquirer is what a [Channel] is besides when its platform tells, when asked,
// how a mass call ended.
type Inquirer interface {
	// MassReport answers what the platform says of a call: ended, and a report
	// where it says one; not ended while it still sends.
	MassReport(ctx context.Context, platformID string) (report string, ended bool, err error)
}

// How often a platform is asked: it tells by itself, mostly within minutes.
const (
	askFirst = 10 * time.Minute
	askMost  = 24 * time.Hour
	askBatch = 5
)

// askAfter doubles from ten minutes to a day.
func askAfter(tries int) time.Duration { return min(askMost, askFirst<<min(tries, 8)) }

// Inquire asks the platform how the mass calls of an account ended of which it
// has not told, because what it posted was lost: at most five, and each less
// and less often. One that it does not answer for is asked about again later.
func (f *Followers) Inquire(ctx context.Context, account string) error {
	channel, ok := f.listers[account].(Inquirer)
	if !ok {
		return nil
	}
	now := f.now()
	due, err := f.store.DueJobs(ctx, account, now, askBatch)
	if err != nil {
		return fault.Wrap("push.Inquire", err)
	}
	var all []error
	for _, j := range due {
		mine, err := f.store.TakeJob(ctx, j, now.Add(askAfter(j.Tries+1)))
		if err != nil || !mine {
			all = append(all, err)
			continue
		}
		report, ended, err := channel.MassReport(ctx, j.PlatformID)
		if err == nil && ended {
			err = f.store.EndJob(ctx, j, report, now)
		}
		all = append(all, err)
	}
	return fault.Wrap("push.Inquire", errors.Join(all...))
}

// await has the platform asked about the mass calls that a batch made, should
// it not tell.
func (s *Campaigns) await(ctx context.Context, tx CampaignTx, w *stint, ended []Delivery) error {
	last, now := "", s.now()
	for _, d := range ended {
		if d.Way != WayMass || d.Status != Sent || d.PlatformID == "" || d.PlatformID == last {
			continue
		}
		last = d.PlatformID
		if err := tx.Await(ctx, Job{Account: w.campaign.Account, PlatformID: last, AskAt: now.Add(askAfter(0))}, now); err != nil {
			return err
		}
	}
	return nil
}
