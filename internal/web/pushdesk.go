package web

import (
	"context"
	"iter"

	"github.com/paypush/paypush/internal/push"
)

// Campaigns tells many people one thing. *[push.Campaigns] is one.
type Campaigns interface {
	// Draft checks what is to be told and Place stores it; nobody is told yet.
	Draft(ctx context.Context, in push.NewCampaign) (push.Campaign, error)
	Place(ctx context.Context, c push.Campaign, openids []string) error
	// Edit changes all of a draft at once.
	Edit(ctx context.Context, id string, in push.NewCampaign) (push.Campaign, error)
	// Forecast tells how many a draft would reach, and in which way.
	Forecast(ctx context.Context, id string) (push.Forecast, error)
	// Start, Pause, Resume and Cancel move a campaign.
	Start(ctx context.Context, id string) (push.Campaign, error)
	Pause(ctx context.Context, id string) (push.Campaign, error)
	Resume(ctx context.Context, id string) (push.Campaign, error)
	Cancel(ctx context.Context, id string) (push.Campaign, error)
	// Campaign finds one, List the newest, and Counts and Deliveries tell what
	// became of the people.
	Campaign(ctx context.Context, id string) (push.Campaign, error)
	List(ctx context.Context, before string, limit int) ([]push.Campaign, error)
	Counts(ctx context.Context, c push.Campaign) (push.Counts, error)
	Deliveries(ctx context.Context, c push.Campaign, f push.DeliveryFilter) ([]push.Delivery, error)
	All(ctx context.Context, c push.Campaign, f push.DeliveryFilter) iter.Seq2[push.Delivery, error]
	// Progress tells how far one was over time, oldest first.
	Progress(ctx context.Context, c push.Campaign) ([]push.Progress, error)
	// DraftTrial makes the message by which one person sees what it would tell.
	DraftTrial(ctx context.Context, id string, to push.To) (push.Message, error)
}

// Followers knows who follows an account. *[push.Followers] is one.
type Followers interface {
	// List lists those whom a filter selects, Follower finds one or fails with
	// [push.ErrNoFollower], and Refuse notes whether they want promotions.
	List(ctx context.Context, f push.FollowerFilter) ([]push.Follower, error)
	Follower(ctx context.Context, account, openid string) (push.Follower, error)
	Refuse(ctx context.Context, account, openid string, refuses bool) error
	// Sync has them read from the platform, soon, and Mirror tells how far that
	// is.
	Sync(ctx context.Context, account string) error
	Mirror(ctx context.Context, account string) (push.Mirror, error)
	// Tags lists an account's tags as they were at the last full read.
	Tags(ctx context.Context, account string) ([]push.Tag, error)
}
