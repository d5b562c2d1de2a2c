package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// Follower is somebody who follows the account as callers see them.
type Follower struct {
	OpenID       string     `json:"openid"`
	UnionID      string     `json:"unionid,omitempty"`
	Following    bool       `json:"following"`
	FollowedAt   *time.Time `json:"followed_at" doc:"null where it is not known"`
	LeftAt       *time.Time `json:"left_at"`
	LastIn       *time.Time `json:"last_in" doc:"When they last wrote, scanned, tapped or followed"`
	TextUntil    *time.Time `json:"text_until" doc:"Until when a text may be sent to them"`
	TextLeft     int64      `json:"text_left" doc:"How many texts until then"`
	NoPromotions bool       `json:"no_promotions"`
	NoNotices    bool       `json:"no_notices" doc:"They want no services but what an order needs"`
	Without      []push.Way `json:"without" doc:"Ways in which they want neither; empty for none"`
	Tags         []int64    `json:"tags,omitempty" doc:"Only where one follower is asked for"`
}

func viewFollower(f push.Follower) Follower {
	w := f.Typed
	if f.Brief.Left > 0 && f.Brief.Until.After(w.Until) {
		w = f.Brief
	}
	return Follower{OpenID: f.OpenID, UnionID: f.UnionID, Following: f.Following, FollowedAt: optional(f.FollowedAt), LeftAt: optional(f.LeftAt),
		LastIn: optional(f.LastIn), TextUntil: optional(w.Until), TextLeft: w.Left, NoPromotions: f.NoPromotions, NoNotices: f.NoNotices,
		Without: append([]push.Way{}, f.Without...), Tags: f.Tags}
}

func (a *API) registerFollowers() {
	const all, one, sync = "/v1/followers", "/v1/followers/{openid}", "/v1/follower_syncs"
	huma.Register(a.huma, a.operation("list-followers", http.MethodGet, all, "Who follows the account, or did, by openid", http.StatusOK), a.listFollowers)
	huma.Register(a.huma, a.operation("list-follower-tags", http.MethodGet, "/v1/follower_tags", "The account's tags as they were at the last full read",
		http.StatusOK), a.listTags)
	huma.Register(a.huma, a.operation("get-follower", http.MethodGet, one, "Get a follower, or who was one", http.StatusOK, http.StatusNotFound), a.getFollower)
	huma.Register(a.huma, a.operation("update-follower", http.MethodPatch, one, "Note what somebody wants to be told; what is left out stays", http.StatusOK,
		http.StatusNotFound, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType), a.updateFollower)
	huma.Register(a.huma, a.operation("sync-followers", http.MethodPost, sync, "Read all followers from the platform again, soon", http.StatusAccepted), a.syncFollowers)
	huma.Register(a.huma, a.operation("get-follower-sync", http.MethodGet, sync, "How far the copy of the followers got", http.StatusOK), a.getSync)
}

type listFollowersInput struct {
	State string `query:"state" enum:"following,left,refusing" default:"following" doc:"left: who followed once; refusing: who wants no promotions"`
	Tag   int64  `query:"tag" minimum:"-1" default:"-1" doc:"Only those who follow and carry this tag"`
	After string `query:"after" maxLength:"64" doc:"next_cursor of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type listFollowersOutput struct {
	Body struct {
		Data       []Follower `json:"data"`
		NextCursor string     `json:"next_cursor" doc:"Empty where there are no more"`
	}
}

func (a *API) listFollowers(ctx context.Context, in *listFollowersInput) (*listFollowersOutput, error) {
	all, err := a.Followers.List(ctx, push.FollowerFilter{Account: a.WeChat, State: stateOf(in.State), Tag: in.Tag, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listFollowersOutput)
	out.Body.Data = make([]Follower, 0, len(all))
	for _, f := range all {
		out.Body.Data = append(out.Body.Data, viewFollower(f))
	}
	if len(all) == in.Limit {
		out.Body.NextCursor = all[len(all)-1].OpenID
	}
	return out, nil
}

func stateOf(state string) push.FollowerState {
	if state == "following" {
		return push.FollowersNow
	}
	return push.FollowerState(state)
}

// FollowerTag is a tag of the account.
type FollowerTag struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	People int64  `json:"people" doc:"Who carry it, as the platform says"`
}

type listTagsOutput struct {
	Body struct {
		Data []FollowerTag `json:"data" doc:"All of them; there are 100 at most"`
	}
}

func (a *API) listTags(ctx context.Context, _ *struct{}) (*listTagsOutput, error) {
	all, err := a.Followers.Tags(ctx, a.WeChat)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listTagsOutput)
	out.Body.Data = make([]FollowerTag, 0, len(all))
	for _, t := range all {
		out.Body.Data = append(out.Body.Data, FollowerTag(t))
	}
	return out, nil
}

type followerInput struct {
	OpenID string `path:"openid" maxLength:"64"`
}

type followerOutput struct{ Body Follower }

func (a *API) getFollower(ctx context.Context, in *followerInput) (*followerOutput, error) {
	f, err := a.Followers.Follower(ctx, a.WeChat, in.OpenID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &followerOutput{viewFollower(f)}, nil
}

type updateFollowerInput struct {
	OpenID string `path:"openid" maxLength:"64"`
	Body   struct {
		NoPromotions *bool       `json:"no_promotions,omitempty"`
		NoNotices    *bool       `json:"no_notices,omitempty" doc:"They want no services but what an order needs"`
		Without      *[]push.Way `json:"without,omitempty" maxItems:"3" enum:"template,custom,mass" doc:"Ways in which they want neither; empty for none"`
	}
}

func (a *API) updateFollower(ctx context.Context, in *updateFollowerInput) (*followerOutput, error) {
	if _, err := a.Followers.Follower(ctx, a.WeChat, in.OpenID); err != nil {
		return nil, a.problem(ctx, err)
	}
	noted := audit.Note(ctx, audit.Entry{Action: audit.FollowerChange, Object: audit.Mask(in.OpenID)})
	err := a.Followers.Prefer(noted, a.WeChat, in.OpenID, func(p *push.Preferences) {
		if in.Body.NoPromotions != nil {
			p.NoPromotions = *in.Body.NoPromotions
		}
		if in.Body.NoNotices != nil {
			p.NoNotices = *in.Body.NoNotices
		}
		if in.Body.Without != nil {
			p.Without = *in.Body.Without
		}
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return a.getFollower(ctx, &followerInput{in.OpenID})
}

// FollowerSync is how far the copy of the followers got.
type FollowerSync struct {
	Running bool       `json:"running"`
	Found   int64      `json:"found" doc:"People read in this round"`
	Total   int64      `json:"total" doc:"As the platform says"`
	BeganAt *time.Time `json:"began_at"`
	EndedAt *time.Time `json:"ended_at"`
	DueAt   *time.Time `json:"due_at" doc:"When the next round, or try, begins"`
	Error   string     `json:"error,omitempty" doc:"Of the last try"`
}

type syncOutput struct{ Body FollowerSync }

type syncedOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     FollowerSync
}

func (a *API) syncFollowers(ctx context.Context, in *struct{ Keyed }) (*syncedOutput, error) {
	out := new(syncedOutput)
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/follower_syncs", in.IdempotencyKey}
	return out, a.acted(ctx, scope, nil, answer{http.StatusAccepted, &out.Body, &out.Replayed}, func() (err error) {
		if err = a.Followers.Sync(audit.Note(ctx, audit.Entry{Action: audit.FollowerSync, Object: a.WeChat}), a.WeChat); err == nil {
			out.Body, err = a.sync(ctx)
		}
		return err
	})
}

func (a *API) getSync(ctx context.Context, _ *struct{}) (*syncOutput, error) {
	state, err := a.sync(ctx)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &syncOutput{state}, nil
}

func (a *API) sync(ctx context.Context) (FollowerSync, error) {
	m, err := a.Followers.Mirror(ctx, a.WeChat)
	due := !m.DueAt.IsZero() && !m.DueAt.After(a.Now())
	return FollowerSync{Running: due || !m.BeganAt.IsZero(), Found: m.Found, Total: m.Total, BeganAt: optional(m.BeganAt),
		EndedAt: optional(m.EndedAt), DueAt: optional(m.DueAt), Error: m.Error}, err
}
