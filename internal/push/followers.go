package push

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Page is a part of a list of people at a platform.
type Page struct {
	OpenIDs []string
	Next    string // what to ask for next; empty after the last page
	Total   int64
}

// Lister is what a [Channel] is besides when its platform tells who follows.
type Lister interface {
	// Followers reads the page of those who come after an openid.
	Followers(ctx context.Context, after string) (Page, error)
	// Tags lists the account's tags.
	Tags(ctx context.Context) ([]Tag, error)
	// Tagged reads the page of those who carry a tag.
	Tagged(ctx context.Context, tag int64, after string) (Page, error)
}

// FollowerStore keeps who follows which account. Both engines behave alike.
type FollowerStore interface {
	// Touch notes a contact. An older one than is known changes no state.
	Touch(ctx context.Context, t Touch) error
	// Follower finds somebody or fails with [ErrNoFollower].
	Follower(ctx context.Context, account, openid string) (Follower, error)
	// Followers lists those whom a filter selects.
	Followers(ctx context.Context, f FollowerFilter) ([]Follower, error)
	// Tags lists the tags of an account, and TagsOf those of one follower.
	Tags(ctx context.Context, account string) ([]Tag, error)
	TagsOf(ctx context.Context, account, openid string) ([]int64, error)
	// SaveTags replaces the tags of an account.
	SaveTags(ctx context.Context, account string, all []Tag) error
	// Unprofiled hands out followers whose profile is not known, to one caller
	// until the lease of an earlier one has run out. Real time.
	Unprofiled(ctx context.Context, account string, now, lapsed time.Time, limit int) ([]string, error)
	// SaveProfiles writes what a platform told of followers.
	SaveProfiles(ctx context.Context, account string, all []Profile, now time.Time) error
	// Prefer changes what somebody wants to be told, known or not, in one
	// transaction, after whoever changes it at the same time. Where change fails
	// nothing is changed.
	Prefer(ctx context.Context, account, openid string, change func(*Preferences) error) error
	// DueJobs lists mass calls of an account about which the platform is to be
	// asked now.
	DueJobs(ctx context.Context, account string, now time.Time, limit int) ([]Job, error)
	// TakeJob puts the next question off, and reports false where another was
	// quicker to.
	TakeJob(ctx context.Context, j Job, next time.Time) (mine bool, err error)
	// EndJob notes that a mass call ended, with a report where there is one.
	EndJob(ctx context.Context, j Job, report string, at time.Time) error
	// Report notes what the platform reported of a message, or a mass call, which
	// is not asked about any more then.
	Report(ctx context.Context, account, platformID, status string, at time.Time) error
	// Mirror reads how far the mirror of an account is; a zero one for none.
	Mirror(ctx context.Context, account string) (Mirror, error)
	// LeaseMirror hands the mirror of an account out where it is due and nobody
	// has it. until is real time.
	LeaseMirror(ctx context.Context, account, holder string, now, until time.Time) (Mirror, bool, error)
	// SaveMirror writes how far it got, while holder has it, and gives it back.
	SaveMirror(ctx context.Context, holder string, m Mirror) error
	// See notes that people were seen in a round: as followers where m.Tag is
	// -1, as carrying the tag otherwise.
	See(ctx context.Context, m Mirror, openids []string) error
	// Sweep ends a round: who was not seen has left, or lost the tag.
	Sweep(ctx context.Context, m Mirror, now time.Time) error
	// DueMirror has the mirror of an account read at a moment.
	DueMirror(ctx context.Context, account string, at time.Time) error
}

// What a platform reports of a message after it took it.
const (
	ReportDelivered = "delivered"
	ReportBlocked   = "blocked" // the person refuses messages of the account
	ReportFailed    = "failed"
	ReportPartly    = "partly" // a mass call reached only some of its people
)

// ErrNoFollower tells that an account was never told of somebody.
var ErrNoFollower = fault.New(fault.NotFound, "follower_not_found", "The account was not told of this person.")

// Followers is everything that is done with followers. It is safe for any
// number of goroutines and of nodes over one store.
type Followers struct {
	store   FollowerStore
	listers map[string]Lister
	now     func() time.Time
	real    func() time.Time
	holder  string
	wake    chan struct{}
	rested  map[string]time.Time // until when profiles of an account are left alone; of Run alone
	log     *slog.Logger
}

// FollowersConfig is what a [Followers] works with.
type FollowersConfig struct {
	Store    FollowerStore
	Channels map[string]Channel // those that are a [Lister] are mirrored
	Now      func() time.Time   // business time
	Real     func() time.Time   // real time, for leases; nil for time.Now
	Holder   string             // names this node
	Log      *slog.Logger
}

// NewFollowers makes the service.
func NewFollowers(c FollowersConfig) *Followers {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Real == nil {
		c.Real = time.Now
	}
	f := &Followers{store: c.Store, listers: map[string]Lister{}, now: c.Now, real: c.Real, holder: c.Holder, wake: make(chan struct{}, 1),
		rested: map[string]time.Time{}, log: c.Log}
	for account, channel := range c.Channels {
		if l, ok := channel.(Lister); ok {
			f.listers[account] = l
		}
	}
	return f
}

// Touch notes that somebody did something towards an account.
func (f *Followers) Touch(ctx context.Context, account, openid string, what Contact, at time.Time) error {
	t := Touch{Account: account, OpenID: openid, Contact: what, At: at}
	t.Typed, t.Brief = what.windows(at)
	return fault.Wrap("push.Touch", f.store.Touch(ctx, t))
}

// Wrote notes that somebody wrote. Who writes TD or 退订 wants no promotions
// any more, and who writes 恢复订阅 wants them again; choice tells whether it
// was one of these.
func (f *Followers) Wrote(ctx context.Context, account, openid, text string, at time.Time) (choice bool, err error) {
	if err := f.Touch(ctx, account, openid, ContactWrote, at); err != nil {
		return false, err
	}
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "TD", "退订":
		return true, f.Refuse(ctx, account, openid, true)
	case "恢复订阅":
		return true, f.Refuse(ctx, account, openid, false)
	}
	return false, nil
}

// Refuse notes whether somebody wants promotions.
func (f *Followers) Refuse(ctx context.Context, account, openid string, refuses bool) error {
	return f.Prefer(ctx, account, openid, func(p *Preferences) { p.NoPromotions = refuses })
}

// Report notes what the platform reported of a message, or a mass call, after
// it took it: [ReportDelivered], [ReportBlocked], [ReportFailed] or
// [ReportPartly].
func (f *Followers) Report(ctx context.Context, account, platformID, status string) error {
	return fault.Wrap("push.Report", f.store.Report(ctx, account, platformID, status, f.now()))
}

// Follower finds somebody, with their tags.
func (f *Followers) Follower(ctx context.Context, account, openid string) (Follower, error) {
	v, err := f.store.Follower(ctx, account, openid)
	if err == nil {
		v.Tags, err = f.store.TagsOf(ctx, account, openid)
	}
	return v, fault.Wrap("push.Follower", err)
}

// Tags lists the tags of an account as they were at the last full read.
func (f *Followers) Tags(ctx context.Context, account string) ([]Tag, error) {
	all, err := f.store.Tags(ctx, account)
	return all, fault.Wrap("push.Tags", err)
}

// List lists those of an account whom a filter selects.
func (f *Followers) List(ctx context.Context, filter FollowerFilter) ([]Follower, error) {
	all, err := f.store.Followers(ctx, filter)
	return all, fault.Wrap("push.Followers", err)
}

// Mirror tells how far the mirror of an account is.
func (f *Followers) Mirror(ctx context.Context, account string) (Mirror, error) {
	m, err := f.store.Mirror(ctx, account)
	return m, fault.Wrap("push.Mirror", err)
}

// Sync has the followers of an account read from the beginning, soon.
func (f *Followers) Sync(ctx context.Context, account string) error {
	err := f.store.DueMirror(ctx, account, f.now())
	select {
	case f.wake <- struct{}{}:
	default:
	}
	return fault.Wrap("push.Sync", err)
}

// How the mirror is kept.
const (
	mirrorEvery = 24 * time.Hour
	mirrorRetry = time.Minute
	mirrorLease = 45 * time.Second
	mirrorLook  = 2 * time.Second
	seeAtOnce   = 1000
)

// Run keeps the mirrors up to date, on this node, until ctx ends.
func (f *Followers) Run(ctx context.Context) {
	tick := time.NewTicker(mirrorLook)
	defer tick.Stop()
	for ctx.Err() == nil {
		for _, account := range slices.Sorted(maps.Keys(f.listers)) {
			if err := f.Step(ctx, account); err != nil && ctx.Err() == nil {
				f.log.LogAttrs(ctx, slog.LevelError, "followers can't be read", slog.String("account", account), slog.Any("error", err))
			}
			f.profile(ctx, account)
			if err := f.Inquire(ctx, account); err != nil && ctx.Err() == nil {
				f.log.LogAttrs(ctx, slog.LevelWarn, "how mass calls ended can't be asked", slog.String("account", account), slog.Any("error", err))
			}
		}
		select {
		case <-tick.C:
		case <-f.wake:
		case <-ctx.Done():
		}
	}
}

// Step reads what is due of one account, page after page. Where a page can't
// be read, it goes on there a minute later; after a crash, at the last page
// that was stored.
func (f *Followers) Step(ctx context.Context, account string) error {
	for ctx.Err() == nil {
		now := f.now()
		m, ok, err := f.store.LeaseMirror(ctx, account, f.holder, now, f.real().Add(mirrorLease))
		if err != nil || !ok {
			return fault.Wrap("push.Mirror "+account, err)
		}
		if m.BeganAt.IsZero() {
			m = Mirror{Account: account, Round: m.Round + 1, Tag: -1, DueAt: now, BeganAt: now}
		}
		err = f.readPage(ctx, &m)
		m.Error = ""
		if err != nil {
			m.Error, m.DueAt = err.Error(), now.Add(mirrorRetry)
		}
		if saved := f.store.SaveMirror(context.WithoutCancel(ctx), f.holder, m); saved != nil {
			return fault.Wrap("push.Mirror "+account, saved)
		}
		if err != nil || m.BeganAt.IsZero() {
			return fault.Wrap("push.Mirror "+account, err)
		}
	}
	return nil
}

// readPage reads one page and moves m on.
func (f *Followers) readPage(ctx context.Context, m *Mirror) error {
	read := f.listers[m.Account].Followers
	if m.Tag >= 0 {
		read = func(ctx context.Context, after string) (Page, error) {
			return f.listers[m.Account].Tagged(ctx, m.Tag, after)
		}
	}
	p, err := read(ctx, m.Cursor)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(p.OpenIDs, seeAtOnce) {
		if err := f.store.See(ctx, *m, part); err != nil {
			return err
		}
	}
	if m.Cursor = p.Next; m.Tag < 0 {
		m.Found, m.Total = m.Found+int64(len(p.OpenIDs)), p.Total
	}
	if p.Next != "" {
		return nil
	}
	return f.nextList(ctx, m)
}

// nextList goes on with the next tag, and after the last one ends the round.
func (f *Followers) nextList(ctx context.Context, m *Mirror) error {
	tags, err := f.listers[m.Account].Tags(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(tags, func(a, b Tag) int { return cmp.Compare(a.ID, b.ID) })
	for _, tag := range tags {
		if tag.ID > m.Tag {
			m.Tag = tag.ID
			return nil
		}
	}
	if err := f.store.SaveTags(ctx, m.Account, tags); err != nil {
		return err
	}
	now := f.now()
	if err := f.store.Sweep(ctx, *m, now); err != nil {
		return err
	}
	m.Tag, m.BeganAt, m.EndedAt, m.DueAt = -1, time.Time{}, now, now.Add(mirrorEvery)
	return nil
}
