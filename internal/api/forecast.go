package api

import (
	"context"
	"net/http"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// Forecast is what would become of a campaign that starts now.
type Forecast struct {
	People   int64          `json:"people"`
	Ways     []ForecastWay  `json:"ways" doc:"Those who would be told, most first"`
	Skipped  []ForecastLoss `json:"skipped" doc:"Those who would not, most first"`
	Way      push.Way       `json:"way" enum:"template,custom,mass" doc:"Of most people"`
	Calls    int64          `json:"calls" doc:"Calls of the platform in that way, at most"`
	Daily    int64          `json:"daily" doc:"Calls the platform takes on a day; 0 where it does not say"`
	Left     int64          `json:"left_today"`
	Days     int64          `json:"days"`
	DoneAt   *time.Time     `json:"done_at" doc:"When it would be done"`
	Sentence Advice         `json:"sentence"`
}

// ForecastWay is how many people would be told in a way.
type ForecastWay struct {
	Way    push.Way `json:"way" enum:"template,custom,mass"`
	People int64    `json:"people"`
	Calls  int64    `json:"calls"`
	Daily  int64    `json:"daily"`
	Left   int64    `json:"left_today"`
}

// ForecastLoss is how many people would be skipped, and why.
type ForecastLoss struct {
	Code   string  `json:"code"`
	People int64   `json:"people"`
	Advice *Advice `json:"advice,omitempty"`
}

type forecastOutput struct{ Body Forecast }

func (a *API) forecastCampaign(ctx context.Context, in *campaignInput) (*forecastOutput, error) {
	f, err := a.Campaigns.Forecast(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &forecastOutput{Forecast{People: f.People, Ways: []ForecastWay{}, Skipped: []ForecastLoss{}, Way: f.Way, Calls: f.Calls,
		Daily: f.Daily, Left: f.Left, Days: f.Days, DoneAt: optional(f.DoneAt), Sentence: Advice(f.Sentence())}}
	for _, u := range f.Ways {
		out.Body.Ways = append(out.Body.Ways, ForecastWay{u.Way, u.People, u.Calls, u.Daily, u.Left})
	}
	for _, l := range f.Skipped {
		out.Body.Skipped = append(out.Body.Skipped, ForecastLoss{l.Code, l.People, a.advice(a.WeChat, l.Code)})
	}
	return out, nil
}

// CampaignProgress is how far a campaign was at a moment.
type CampaignProgress struct {
	At      time.Time `json:"at"`
	Total   int64     `json:"total"`
	Queued  int64     `json:"queued"`
	Sent    int64     `json:"sent"`
	Failed  int64     `json:"failed"`
	Skipped int64     `json:"skipped"`
	Unknown int64     `json:"unknown"`
}

type progressOutput struct {
	Body struct {
		Data []CampaignProgress `json:"data" doc:"Oldest first; at most 240 moments"`
	}
}

func (a *API) campaignProgress(ctx context.Context, in *campaignInput) (*progressOutput, error) {
	c, err := a.Campaigns.Campaign(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	all, err := a.Campaigns.Progress(ctx, c)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(progressOutput)
	out.Body.Data = make([]CampaignProgress, 0, len(all))
	for _, p := range all {
		out.Body.Data = append(out.Body.Data, CampaignProgress{p.At, p.Total, p.Queued, p.Sent, p.Failed, p.Skipped, p.Unknown})
	}
	return out, nil
}

type tryCampaignInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		To To `json:"to"`
	}
}

func (a *API) tryCampaign(ctx context.Context, in *tryCampaignInput) (*messageOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/campaigns/" + in.ID + "/trials", in.IdempotencyKey}
	out := &messageOutput{Status: http.StatusAccepted}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		m, err := a.Campaigns.DraftTrial(ctx, in.ID, in.Body.To.to())
		if err != nil {
			return err
		}
		out.Body = a.viewMessage(m)
		if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		_, err = a.Push.Place(audit.Note(ctx, audit.Entry{Action: audit.ActivityTry, Object: in.ID}), m)
		return err
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}
