package push

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Chunk is some hundreds of a campaign's recipients, which one worker at a time
// sends to: those numbered from First on, as many as Size.
type Chunk struct {
	No, First, Size int64
	Holder          string // who has leased it
}

// Lease says who wants chunks, and which.
type Lease struct {
	Holder string
	Now    time.Time // business time
	Until  time.Time // of the lease; real time
	Room   time.Time // until when there has to be room under each rate; real time
	Limit  int
}

// DeliveryFilter chooses recipients of a campaign, in their order.
type DeliveryFilter struct {
	No        int64
	Account   string
	Status    Status // empty for any
	Recipient string // one openid; empty for all
	After     int64  // the number of the last one before; -1 for the beginning
	Way       Way    // empty for any
	Code      string // empty for any
	Limit     int    // 1 to 1000
}

// CampaignStore keeps campaigns and their recipients. Both engines behave
// alike. Leases are of real time, everything else of business time.
type CampaignStore interface {
	// UpdateCampaigns runs fn in one transaction, like the ledger's.
	UpdateCampaigns(ctx context.Context, fn func(tx CampaignTx) error) error
	// Campaign finds one or fails with [ErrNoCampaign].
	Campaign(ctx context.Context, id string) (Campaign, error)
	// CampaignByNo is Campaign by the number.
	CampaignByNo(ctx context.Context, no int64) (Campaign, error)
	// Campaigns lists the newest with ids below before; empty for all.
	Campaigns(ctx context.Context, before string, limit int) ([]Campaign, error)
	// Counts tells how many recipients are in which state, without looking at
	// each of them.
	Counts(ctx context.Context, no int64) (Counts, error)
	// Outlook sorts the people of an audience, as it is now, by what is known of
	// them at a moment that bears on how they may be told. Who is kept from it
	// by a bar has promotions that say by which.
	Outlook(ctx context.Context, c Campaign, at time.Time, bars Bars) ([]Prospect, error)
	// Deliveries lists recipients.
	Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error)
	// Due lists scheduled campaigns whose start has come.
	Due(ctx context.Context, now time.Time) ([]Campaign, error)
	// Unfrozen lists running campaigns whose audience is not frozen to its end.
	Unfrozen(ctx context.Context) ([]Campaign, error)
	// Finished lists running campaigns of which nobody waits any more.
	Finished(ctx context.Context) ([]Campaign, error)
	// Freeze writes down the next slice of an audience, cut into chunks, unless
	// another holder is at it or the campaign does not run. It reports how many
	// were added, and whether that was the last slice.
	Freeze(ctx context.Context, c Campaign, s Slice) (added int64, last bool, err error)
	// LeaseChunks hands chunks of running and cancelled campaigns out whose
	// time has come and that nobody holds. A service campaign whose rates leave
	// no room is passed over; a promotion is not, since mass send has no rate.
	LeaseChunks(ctx context.Context, l Lease) ([]Chunk, error)
	// Leased reports whether somebody holds a chunk of a campaign.
	Leased(ctx context.Context, no int64) (bool, error)
	// Running lists the campaigns that run, at most 100.
	Running(ctx context.Context) ([]Campaign, error)
	// Mark notes how far a campaign was at a moment, the last one that is noted
	// of it, unless nothing changed since the moment before.
	Mark(ctx context.Context, no int64, p Progress) error
	// Progress lists what was marked, oldest first.
	Progress(ctx context.Context, no int64) ([]Progress, error)
	// Calls tells how many calls were taken on a day.
	Calls(ctx context.Context, account string, way Way, day int64) (int64, error)
}

// Slice is a part of an audience that is frozen in one transaction.
type Slice struct {
	Holder string
	Until  time.Time // of the lease on the freezing; real time
	Now    time.Time // when the chunks are due
	Size   int64     // people
	Chunk  int64     // people in a chunk
}

// CampaignTx is the campaigns inside one transaction.
type CampaignTx interface {
	Campaign(ctx context.Context, id string) (Campaign, error)
	// InsertCampaign adds a campaign, with its people where they came as a list.
	InsertCampaign(ctx context.Context, c Campaign, openids []string) error
	// UpdateCampaign writes c where the stored version is c.Version and raises
	// it; otherwise it fails with [ErrStale].
	UpdateCampaign(ctx context.Context, c Campaign) error
	// RewriteCampaign writes everything of a draft that its author may change,
	// where the stored version is c.Version, and its list of openids unless that
	// stays.
	RewriteCampaign(ctx context.Context, c Campaign, openids []string, listStays bool) error
	// OpenPlan has the audience frozen.
	OpenPlan(ctx context.Context, no int64) error
	// AddEvent adds an event to the outbox.
	AddEvent(ctx context.Context, e event.Event) error

	// Standing reads a campaign's status and hold, and keeps both from being
	// changed by others until the transaction ends.
	Standing(ctx context.Context, no int64) (CampaignStatus, time.Time, error)
	// Hold has nothing of a campaign leave before a moment.
	Hold(ctx context.Context, no int64, until time.Time, reason string) error
	// Keep renews the lease on a chunk and reports false where it was lost.
	Keep(ctx context.Context, c Chunk, until time.Time) (bool, error)
	// Release gives a chunk back, due again at a moment; zero for never.
	Release(ctx context.Context, c Chunk, due time.Time) error
	// Candidates lists recipients of a chunk whose turn it is.
	Candidates(ctx context.Context, c Chunk, account string, now time.Time, limit int) ([]Candidate, error)
	// NextDue tells when the next recipient's turn comes, and false where all
	// are final.
	NextDue(ctx context.Context, c Chunk) (time.Time, bool, error)
	// Begin marks recipients as being sent to, all in the same way and for the
	// same reasons.
	Begin(ctx context.Context, c Chunk, way Way, skips Skips, now time.Time, ns []int64) error
	// Settle writes down what became of recipients and counts those that are
	// final now.
	Settle(ctx context.Context, c Chunk, all []Delivery) error
	// Told notes with followers that they were told in a way, in a month.
	Told(ctx context.Context, c Chunk, account string, way Way, now time.Time, month int64, ns []int64) error
	// Promise notes with followers that they are told a promotion now, but for
	// those whom a bar keeps from it, and tells with whom. Whoever else does so
	// at the same time comes before or after.
	Promise(ctx context.Context, account string, openids []string, now time.Time, bars Bars) (taken map[string]bool, err error)
	// Withdraw takes the newest of these notes back.
	Withdraw(ctx context.Context, account string, openids []string) error
	// Await has the platform asked about a mass call, unless it told already.
	Await(ctx context.Context, j Job, now time.Time) error
	// Called counts calls that the platform took.
	Called(ctx context.Context, account string, way Way, day, calls int64) error
	// Reserve takes room for a span of sending under a name and returns when it
	// begins; false where there is none before the moment latest. A negative span
	// gives room back that this transaction took. Real time.
	Reserve(ctx context.Context, name string, now time.Time, span time.Duration, latest time.Time) (time.Time, bool, error)
}

// Mass is one message to many in one call.
type Mass struct {
	ID         string // makes a repetition recognisable
	Account    string
	Recipients []string // 2 to 10,000
	Text       string
}

// Masser is what a [Channel] is besides when it can tell many in one call. A
// repetition under the same id is recognised for nearly a day.
type Masser interface {
	SendMass(ctx context.Context, m Mass) Outcome
}

// Allower is what a [Channel] is besides when it can tell how much the
// platform allows.
type Allower interface {
	// Allowance is how many calls of a way the platform takes on a day, and how
	// many of today's are left.
	Allowance(ctx context.Context, way Way) (daily, left int64, err error)
}
