package push

import (
	"context"
	"log/slog"
	"time"
)

// Tag is a label that an account gives to followers.
type Tag struct {
	ID     int64
	Name   string
	People int64 // who carry it, as the platform says
}

// Profile is what a platform tells of one follower.
type Profile struct {
	OpenID     string
	UnionID    string    // empty where the account belongs to no open platform
	FollowedAt time.Time // zero where it does not say
}

// Profiler is what a [Channel] is besides when its platform tells of single
// followers.
type Profiler interface {
	// Profiles reads at most 100 at once.
	Profiles(ctx context.Context, openids []string) ([]Profile, error)
}

// How profiles are read: without haste, since a million followers are ten
// thousand calls.
const (
	profileBatch = 100
	profileCalls = 4 // at each look
	profileLease = 5 * time.Minute
	profilePause = time.Minute // after a failure
)

// ReadProfiles reads what is not known yet of followers of an account: their
// unionid, and since when they follow. It makes at most four calls.
func (f *Followers) ReadProfiles(ctx context.Context, account string) error {
	p, ok := f.listers[account].(Profiler)
	if !ok {
		return nil
	}
	for range profileCalls {
		now := f.real()
		openids, err := f.store.Unprofiled(ctx, account, now, now.Add(-profileLease), profileBatch)
		if err != nil || len(openids) == 0 {
			return err
		}
		all, err := p.Profiles(ctx, openids)
		if err == nil {
			err = f.store.SaveProfiles(ctx, account, all, now)
		}
		if err != nil || len(openids) < profileBatch {
			return err
		}
	}
	return nil
}

// profile is ReadProfiles with rests after failures.
func (f *Followers) profile(ctx context.Context, account string) {
	if f.real().Before(f.rested[account]) {
		return
	}
	if err := f.ReadProfiles(ctx, account); err != nil && ctx.Err() == nil {
		f.rested[account] = f.real().Add(profilePause)
		f.log.LogAttrs(ctx, slog.LevelWarn, "what a platform knows of followers can't be read", slog.String("account", account), slog.Any("error", err))
	}
}
