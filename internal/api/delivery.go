package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/webhook"
)

// Delivery is one event on its way to one endpoint, as callers see it.
type Delivery struct {
	ID        string         `json:"id"`
	Endpoint  string         `json:"endpoint"`
	Event     string         `json:"event" doc:"The webhook-id header"`
	Type      event.Type     `json:"type"`
	Status    webhook.Status `json:"status" enum:"pending,delivered,failed,skipped" doc:"skipped: the endpoint was disabled when it happened"`
	Tries     int            `json:"attempts_made"`
	NextAt    *time.Time     `json:"next_attempt_at"`
	CreatedAt time.Time      `json:"created_at"`
	DoneAt    *time.Time     `json:"done_at"`
	Request   string         `json:"request_body,omitempty" doc:"Given for one delivery, not in lists"`
	Attempts  []Attempt      `json:"attempts,omitempty" doc:"Given for one delivery, not in lists; oldest first"`
}

// Attempt is one try to deliver, as callers see it.
type Attempt struct {
	ID         string         `json:"id"`
	Delivery   string         `json:"delivery"`
	Number     int            `json:"number" doc:"Counts the delivery's attempts from 1"`
	At         time.Time      `json:"created_at"`
	Timestamp  int64          `json:"timestamp" doc:"The webhook-timestamp header"`
	DurationMS int64          `json:"duration_ms"`
	HTTPStatus int            `json:"http_status" doc:"0 where no answer came"`
	Response   string         `json:"response_body" doc:"The beginning of the answer"`
	Error      string         `json:"error,omitempty" doc:"Why no answer came"`
	Event      string         `json:"event,omitempty" doc:"Given in lists of attempts"`
	Type       event.Type     `json:"type,omitempty" doc:"Given in lists of attempts"`
	Request    string         `json:"request_body,omitempty" doc:"Given in lists of attempts"`
	Status     webhook.Status `json:"delivery_status,omitempty" doc:"Where the delivery stands now; given in lists of attempts"`
	NextAt     *time.Time     `json:"next_attempt_at,omitempty" doc:"Given in lists of attempts"`
}

func viewDelivery(d webhook.Delivery) Delivery {
	return Delivery{ID: d.ID, Endpoint: d.EndpointID, Event: d.EventID, Type: d.Type, Status: d.Status, Tries: d.Attempts,
		NextAt: optional(d.NextAt), CreatedAt: d.CreatedAt, DoneAt: optional(d.DoneAt)}
}

func viewAttempt(a webhook.Attempt) Attempt {
	return Attempt{ID: a.ID, Delivery: a.DeliveryID, Number: a.Number, At: a.At, Timestamp: a.SignedAt.Unix(),
		DurationMS: a.Took.Milliseconds(), HTTPStatus: a.HTTPStatus, Response: a.Response, Error: a.Error}
}

func (a *API) registerDeliveries() {
	const one = "/v1/webhook_endpoints/{id}"
	huma.Register(a.huma, a.operation("list-webhook-attempts", http.MethodGet, one+"/attempts",
		"Every try to deliver to an endpoint in the last 30 days, newest first", http.StatusOK, http.StatusNotFound), a.listAttempts)
	huma.Register(a.huma, a.operation("list-webhook-deliveries", http.MethodGet, one+"/deliveries",
		"What was and is to be delivered to an endpoint, newest first", http.StatusOK, http.StatusNotFound), a.listDeliveries)
	huma.Register(a.huma, a.operation("get-webhook-delivery", http.MethodGet, "/v1/webhook_deliveries/{id}",
		"Get a delivery with its attempts", http.StatusOK, http.StatusNotFound), a.getDelivery)
	huma.Register(a.huma, a.operation("replay-webhook-deliveries", http.MethodPost, one+"/replay",
		"Deliver again what was made in a range of time", http.StatusAccepted, http.StatusNotFound), a.replayDeliveries)
}

type listAttemptsInput struct {
	ID     string `path:"id" maxLength:"64"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type listAttemptsOutput struct {
	Body struct {
		Data       []Attempt `json:"data"`
		NextCursor string    `json:"next_cursor,omitempty" doc:"Empty on the last page"`
	}
}

func (a *API) listAttempts(ctx context.Context, in *listAttemptsInput) (*listAttemptsOutput, error) {
	if _, err := a.Webhooks.Endpoint(ctx, in.ID); err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Webhooks.Attempts(ctx, webhook.Filter{EndpointID: in.ID, Before: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listAttemptsOutput)
	out.Body.Data = make([]Attempt, 0, len(found))
	for _, t := range found {
		v := viewAttempt(t.Attempt)
		v.Event, v.Type, v.Request, v.Status = t.Delivery.EventID, t.Delivery.Type, string(t.Delivery.Body), t.Delivery.Status
		v.NextAt = optional(t.Delivery.NextAt)
		out.Body.Data = append(out.Body.Data, v)
	}
	if len(found) == in.Limit {
		out.Body.NextCursor = found[len(found)-1].ID
	}
	return out, nil
}

type listDeliveriesInput struct {
	ID     string `path:"id" maxLength:"64"`
	Status string `query:"status" enum:"pending,delivered,failed,skipped"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type listDeliveriesOutput struct {
	Body struct {
		Data       []Delivery `json:"data"`
		NextCursor string     `json:"next_cursor,omitempty" doc:"Empty on the last page"`
	}
}

func (a *API) listDeliveries(ctx context.Context, in *listDeliveriesInput) (*listDeliveriesOutput, error) {
	if _, err := a.Webhooks.Endpoint(ctx, in.ID); err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Webhooks.Deliveries(ctx, webhook.Filter{EndpointID: in.ID, Status: webhook.Status(in.Status),
		Before: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listDeliveriesOutput)
	out.Body.Data = make([]Delivery, 0, len(found))
	for _, d := range found {
		out.Body.Data = append(out.Body.Data, viewDelivery(d))
	}
	if len(found) == in.Limit {
		out.Body.NextCursor = found[len(found)-1].ID
	}
	return out, nil
}

type deliveryOutput struct{ Body Delivery }

func (a *API) getDelivery(ctx context.Context, in *endpointInput) (*deliveryOutput, error) {
	d, attempts, err := a.Webhooks.Delivery(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &deliveryOutput{Body: viewDelivery(d)}
	out.Body.Request = string(d.Body)
	for _, one := range attempts {
		out.Body.Attempts = append(out.Body.Attempts, viewAttempt(one))
	}
	return out, nil
}

type replayDeliveriesInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Since    time.Time        `json:"since" doc:"Deliveries made from then on"`
		Until    *time.Time       `json:"until,omitempty" doc:"Up to but not including then; now where it is left out"`
		Statuses []webhook.Status `json:"statuses,omitempty" maxItems:"3" enum:"failed,skipped,delivered" doc:"failed and skipped where it is left out"`
		Cursor   string           `json:"cursor,omitempty" maxLength:"64" doc:"next_cursor of the answer before"`
	}
}

func (a *API) replayDeliveries(ctx context.Context, in *replayDeliveriesInput) (*replayOutput, error) {
	r := webhook.Range{EndpointID: in.ID, Since: in.Body.Since, Until: a.Now(), After: in.Body.Cursor}
	if in.Body.Until != nil {
		r.Until = *in.Body.Until
	}
	statuses := in.Body.Statuses
	if len(statuses) == 0 {
		statuses = []webhook.Status{webhook.Failed, webhook.Skipped}
	}
	out := new(replayOutput)
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/webhook_endpoints/" + in.ID + "/replay", in.IdempotencyKey}
	return out, a.acted(ctx, scope, in.RawBody, answer{http.StatusAccepted, &out.Body, &out.Replayed}, func() (err error) {
		ctx := audit.Note(ctx, audit.Entry{Action: audit.EndpointReplay, Object: r.EndpointID})
		out.Body.Queued, out.Body.NextCursor, err = a.Webhooks.ReplayRange(ctx, r, statuses...)
		return err
	})
}
