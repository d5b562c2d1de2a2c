package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// Campaign is a campaign as callers see it.
type Campaign struct {
	ID         string              `json:"id" example:"cmp_0199"`
	Status     push.CampaignStatus `json:"status" enum:"draft,scheduled,running,paused,cancelled,done"`
	Title      string              `json:"title"`
	Kind       push.Purpose        `json:"kind" enum:"service,promotion"`
	Audience   Audience            `json:"audience"`
	Template   string              `json:"template,omitempty"`
	Version    int64               `json:"template_version,omitempty" doc:"Frozen at the start"`
	Data       map[string]string   `json:"data,omitempty"`
	Text       string              `json:"text,omitempty"`
	Link       string              `json:"link,omitempty"`
	Ways       []push.Way          `json:"ways,omitempty" doc:"First the one to try first"`
	Rate       int64               `json:"rate" doc:"At most so many messages a second; 0 for no limit of its own"`
	GapHours   int64               `json:"gap_hours" doc:"Who was told a promotion less than this ago is left out"`
	Cap        *Cap                `json:"cap,omitempty" doc:"Absent for the account's own alone"`
	StartAt    *time.Time          `json:"start_at"`
	IfMissed   string              `json:"if_missed" enum:"start,cancel"`
	HoldUntil  *time.Time          `json:"hold_until" doc:"Nothing leaves before"`
	HoldReason string              `json:"hold_reason,omitempty"`
	CreatedAt  time.Time           `json:"created_at"`
	StartedAt  *time.Time          `json:"started_at"`
	DoneAt     *time.Time          `json:"done_at"`
	Counts     CampaignCounts      `json:"counts"`
}

// Cap is how many promotions one person is told at most.
type Cap struct {
	Most int `json:"most" minimum:"1" maximum:"20" doc:"Promotions to one person, of all campaigns together"`
	Days int `json:"days" minimum:"1" maximum:"366" doc:"Within so many days"`
}

// CampaignCounts are a campaign's recipients by state.
type CampaignCounts struct {
	Total   int64 `json:"total" doc:"Grows while the audience is frozen"`
	Queued  int64 `json:"queued"`
	Sent    int64 `json:"sent"`
	Failed  int64 `json:"failed"`
	Skipped int64 `json:"skipped"`
	Unknown int64 `json:"unknown"`
	Frozen  bool  `json:"frozen" doc:"Whether total is final"`
}

// Audience is whom a campaign tells: exactly one of these.
type Audience struct {
	AllFollowers bool       `json:"all_followers,omitempty"`
	Members      bool       `json:"members,omitempty" doc:"Members with a bound WeChat"`
	Tag          *int64     `json:"tag,omitempty" minimum:"0"`
	OpenIDs      []string   `json:"openids,omitempty" maxItems:"100000"`
	PaidSince    *time.Time `json:"paid_since,omitempty" doc:"Members who paid an order since then"`
}

func viewCampaign(c push.Campaign, n push.Counts) Campaign {
	v := Campaign{ID: c.ID, Status: c.Status, Title: c.Title, Kind: c.Purpose, Template: c.Template, Version: c.TemplateVersion,
		Data: c.Values, Text: c.Text, Link: c.Link, Ways: c.Ways, Rate: c.Rate, StartAt: optional(c.StartAt), IfMissed: c.IfMissed,
		CreatedAt: c.CreatedAt, StartedAt: optional(c.StartedAt), DoneAt: optional(c.DoneAt), HoldUntil: optional(c.HoldUntil), HoldReason: c.HoldReason,
		Counts: CampaignCounts{n.Total, n.Queued, n.Sent, n.Failed, n.Skipped, n.Unknown, n.Frozen}}
	if v.GapHours = int64(c.Gap / time.Hour); c.Cap != (push.Cap{}) {
		v.Cap = &Cap{c.Cap.Most, c.Cap.Days}
	}
	switch c.Audience.Kind {
	case push.AudienceFollowers:
		v.Audience.AllFollowers = true
	case push.AudienceMembers:
		v.Audience.Members = true
	case push.AudienceTag:
		v.Audience.Tag = &c.Audience.Tag
	case push.AudiencePaidSince:
		v.Audience.PaidSince = &c.Audience.Since
	}
	return v
}

// audience translates what was asked; more than one, or none, is no audience.
func (a Audience) audience() (out push.Audience) {
	kinds := 0
	name := func(asked bool, kind string) {
		if asked {
			out.Kind = kind
			kinds++
		}
	}
	name(a.AllFollowers, push.AudienceFollowers)
	name(a.Members, push.AudienceMembers)
	name(a.Tag != nil, push.AudienceTag)
	name(len(a.OpenIDs) > 0, push.AudienceOpenIDs)
	name(a.PaidSince != nil, push.AudiencePaidSince)
	if kinds != 1 {
		return push.Audience{}
	}
	if a.Tag != nil {
		out.Tag = *a.Tag
	}
	if a.PaidSince != nil {
		out.Since = a.PaidSince.UTC()
	}
	return out
}

// maxCampaignBody bounds a campaign with its list of openids.
const maxCampaignBody = 8 << 20

func (a *API) registerCampaigns() {
	const all, one = "/v1/campaigns", "/v1/campaigns/{id}"
	create := a.operation("create-campaign", http.MethodPost, all, "Draft something to tell many; nobody is told before it is started", http.StatusCreated)
	create.MaxBodyBytes = maxCampaignBody
	huma.Register(a.huma, create, a.createCampaign)
	huma.Register(a.huma, a.operation("list-campaigns", http.MethodGet, all, "List campaigns, newest first", http.StatusOK), a.listCampaigns)
	huma.Register(a.huma, a.operation("get-campaign", http.MethodGet, one, "Get a campaign with its counts", http.StatusOK, http.StatusNotFound), a.getCampaign)
	huma.Register(a.huma, a.operation("start-campaign", http.MethodPost, one+"/start", "Start a draft, or schedule it where its start is to come",
		http.StatusOK, http.StatusNotFound), a.step("start", audit.ActivitySend, (*push.Campaigns).Start))
	huma.Register(a.huma, a.operation("pause-campaign", http.MethodPost, one+"/pause", "Pause a running campaign; after the answer nothing leaves",
		http.StatusOK, http.StatusNotFound), a.step("pause", audit.ActivityPause, (*push.Campaigns).Pause))
	huma.Register(a.huma, a.operation("resume-campaign", http.MethodPost, one+"/resume", "Let a paused campaign go on",
		http.StatusOK, http.StatusNotFound), a.step("resume", audit.ActivityResume, (*push.Campaigns).Resume))
	huma.Register(a.huma, a.operation("cancel-campaign", http.MethodPost, one+"/cancel", "End a campaign for ever; who was not told is skipped",
		http.StatusOK, http.StatusNotFound), a.step("cancel", audit.ActivityCancel, (*push.Campaigns).Cancel))
	huma.Register(a.huma, a.operation("forecast-campaign", http.MethodGet, one+"/forecast", "How many people, in which way, and when it would be done",
		http.StatusOK, http.StatusNotFound), a.forecastCampaign)
	huma.Register(a.huma, a.operation("try-campaign", http.MethodPost, one+"/trials", "Show one person what a campaign would tell; it is counted nowhere",
		http.StatusAccepted, http.StatusNotFound), a.tryCampaign)
	huma.Register(a.huma, a.operation("get-campaign-progress", http.MethodGet, one+"/progress", "How far a campaign was over time",
		http.StatusOK, http.StatusNotFound), a.campaignProgress)
	a.registerRecipients(one + "/deliveries")
}

type newCampaign struct {
	Title    string            `json:"title" minLength:"1" maxLength:"100"`
	Kind     string            `json:"kind" enum:"service,promotion" doc:"service: what follows from something people did; anything else is a promotion"`
	Audience Audience          `json:"audience"`
	Template string            `json:"template,omitempty" maxLength:"64" doc:"The name of a template, for service notices; or text"`
	Data     map[string]string `json:"data,omitempty" maxProperties:"20"`
	Text     string            `json:"text,omitempty" maxLength:"600" doc:"Plain text; or template"`
	Link     string            `json:"link,omitempty" maxLength:"512"`
	Ways     []push.Way        `json:"ways,omitempty" maxItems:"2" enum:"template,custom,mass" doc:"First the one to try first; all that are legal where it is left out: template and custom for a service, mass and custom for a promotion"`
	Rate     int64             `json:"rate,omitempty" minimum:"0" maximum:"100000"`
	StartAt  *time.Time        `json:"start_at,omitempty" doc:"When it starts once it is scheduled"`
	IfMissed string            `json:"if_missed,omitempty" enum:"start,cancel" doc:"What to do when the start was missed by more than 15 minutes"`
	Quiet    *quiet            `json:"quiet_hours,omitempty" doc:"When nothing leaves, in China; by default 22:00 to 08:00 for promotions"`
	Gap      *int64            `json:"gap_hours,omitempty" minimum:"0" maximum:"2160" doc:"Who was told a promotion less than this ago is left out; by default 24"`
	Cap      *Cap              `json:"cap,omitempty" doc:"Of a promotion, beside the account's own cap: who was told so many already is left out"`
}

type quiet struct {
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
	To   string `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
}

func minutes(clock string) int {
	h, _ := strconv.Atoi(clock[:2])
	m, _ := strconv.Atoi(clock[3:])
	return h*60 + m
}

func (b newCampaign) draft() push.NewCampaign {
	in := push.NewCampaign{Title: b.Title, Purpose: push.Purpose(b.Kind), Audience: b.Audience.audience(), OpenIDs: b.Audience.OpenIDs,
		Template: b.Template, Values: b.Data, Text: b.Text, Link: b.Link, Ways: b.Ways, Rate: b.Rate, IfMissed: b.IfMissed}
	if b.StartAt != nil {
		in.StartAt = b.StartAt.UTC()
	}
	if b.Quiet != nil {
		in.Quiet = &push.Quiet{From: minutes(b.Quiet.From), To: minutes(b.Quiet.To)}
	}
	if b.Gap != nil {
		gap := time.Duration(*b.Gap) * time.Hour
		in.Gap = &gap
	}
	if b.Cap != nil {
		in.Cap = push.Cap{Most: b.Cap.Most, Days: b.Cap.Days}
	}
	return in
}

type createCampaignInput struct {
	Idempotent
	Body newCampaign
}

type campaignOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Campaign
}

func (a *API) createCampaign(ctx context.Context, in *createCampaignInput) (*campaignOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/campaigns", in.IdempotencyKey}
	out := &campaignOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		draft := in.Body.draft()
		c, err := a.Campaigns.Draft(ctx, draft)
		if err != nil {
			return err
		}
		out.Body = viewCampaign(c, push.Counts{})
		if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		return a.Campaigns.Place(audit.Note(ctx, audit.Entry{Action: audit.ActivityDraft, Object: c.ID, Became: c.Title}), c, draft.OpenIDs)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

type campaignInput struct {
	ID string `path:"id" maxLength:"64"`
}

type stepInput struct {
	Keyed
	ID string `path:"id" maxLength:"64"`
}

// step makes the handler of a call that moves a campaign on.
func (a *API) step(what string, action audit.Action,
	do func(*push.Campaigns, context.Context, string) (push.Campaign, error)) func(context.Context, *stepInput) (*campaignOutput, error) {
	return func(ctx context.Context, in *stepInput) (*campaignOutput, error) {
		out := &campaignOutput{Status: http.StatusOK}
		scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/campaigns/" + in.ID + "/" + what, in.IdempotencyKey}
		return out, a.acted(ctx, scope, nil, answer{out.Status, &out.Body, &out.Replayed}, func() error {
			c, err := do(a.Campaigns, audit.Note(ctx, audit.Entry{Action: action, Object: in.ID}), in.ID)
			if err != nil {
				return err
			}
			n, err := a.Campaigns.Counts(ctx, c)
			out.Body = viewCampaign(c, n)
			return err
		})
	}
}

func (a *API) getCampaign(ctx context.Context, in *campaignInput) (*campaignOutput, error) {
	c, err := a.Campaigns.Campaign(ctx, in.ID)
	var n push.Counts
	if err == nil {
		n, err = a.Campaigns.Counts(ctx, c)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &campaignOutput{Status: http.StatusOK, Body: viewCampaign(c, n)}, nil
}

type listCampaignsInput struct {
	Before string `query:"before" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type listCampaignsOutput struct {
	Body struct {
		Data       []Campaign `json:"data"`
		NextCursor string     `json:"next_cursor" doc:"Empty where there are no more"`
	}
}

func (a *API) listCampaigns(ctx context.Context, in *listCampaignsInput) (*listCampaignsOutput, error) {
	all, err := a.Campaigns.List(ctx, in.Before, in.Limit)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listCampaignsOutput)
	out.Body.Data = make([]Campaign, 0, len(all))
	for _, c := range all {
		n, err := a.Campaigns.Counts(ctx, c)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out.Body.Data = append(out.Body.Data, viewCampaign(c, n))
	}
	if len(all) == in.Limit {
		out.Body.NextCursor = all[len(all)-1].ID
	}
	return out, nil
}
