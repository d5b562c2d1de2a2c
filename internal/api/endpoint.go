package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/webhook"
)

// Endpoint is a webhook endpoint as callers see it.
type Endpoint struct {
	ID             string         `json:"id" example:"whe_0199"`
	URL            string         `json:"url"`
	Description    string         `json:"description,omitempty"`
	Types          []string       `json:"types" doc:"Types and families that are posted; empty for all"`
	Enabled        bool           `json:"enabled"`
	DisabledReason webhook.Reason `json:"disabled_reason,omitempty" doc:"request, gone (it answered 410) or failing (nothing reached it for three days)"`
	FailingSince   *time.Time     `json:"failing_since" doc:"Since when no try succeeded"`
	CreatedAt      time.Time      `json:"created_at"`
	Secret         string         `json:"secret,omitempty" doc:"whsec_..., shown when it is made and never again"`
	OldSecretUntil *time.Time     `json:"old_secret_until,omitempty" doc:"After a rotation: until when the old secret signs too"`
}

func viewEndpoint(e webhook.Endpoint) Endpoint {
	v := Endpoint{ID: e.ID, URL: e.URL, Description: e.Description, Types: e.Types, Enabled: e.Enabled,
		DisabledReason: e.DisabledReason, FailingSince: optional(e.FailingSince), CreatedAt: e.CreatedAt}
	if v.Types == nil {
		v.Types = []string{}
	}
	return v
}

func (a *API) registerEndpoints() {
	const all, one = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{id}"
	huma.Register(a.huma, a.operation("create-webhook-endpoint", http.MethodPost, all,
		"Have events posted to an address; the answer shows its secret once", http.StatusCreated), a.createEndpoint)
	huma.Register(a.huma, a.operation("list-webhook-endpoints", http.MethodGet, all, "List webhook endpoints, oldest first",
		http.StatusOK), a.listEndpoints)
	huma.Register(a.huma, a.operation("get-webhook-endpoint", http.MethodGet, one, "Get a webhook endpoint",
		http.StatusOK, http.StatusNotFound), a.getEndpoint)
	huma.Register(a.huma, a.operation("update-webhook-endpoint", http.MethodPatch, one,
		"Change a webhook endpoint, or enable it again; what is left out stays", http.StatusOK, http.StatusNotFound), a.updateEndpoint)
	huma.Register(a.huma, a.operation("delete-webhook-endpoint", http.MethodDelete, one, "Delete a webhook endpoint",
		http.StatusNoContent, http.StatusNotFound), a.deleteEndpoint)
	huma.Register(a.huma, a.operation("rotate-webhook-endpoint", http.MethodPost, one+"/rotate",
		"Give a webhook endpoint a new secret; the old one signs beside it for a while", http.StatusOK,
		http.StatusNotFound), a.rotateEndpoint)
}

type newEndpoint struct {
	URL         string   `json:"url" minLength:"1" maxLength:"1024" doc:"Where events are posted; https, unless the operator allows more"`
	Description string   `json:"description,omitempty" maxLength:"200"`
	Types       []string `json:"types,omitempty" maxItems:"50" doc:"Such as order.paid or order.*; empty for every type"`
}

type createEndpointInput struct {
	Idempotent
	Body newEndpoint
}

type endpointOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Endpoint
}

func (a *API) createEndpoint(ctx context.Context, in *createEndpointInput) (*endpointOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/webhook_endpoints", in.IdempotencyKey}
	out := &endpointOutput{Status: http.StatusCreated}
	return a.onceWithSecret(ctx, scope, in.RawBody, out, func(ctx context.Context) error {
		e, secret, err := a.Webhooks.Draft(webhook.NewEndpoint{URL: in.Body.URL, Description: in.Body.Description, Types: in.Body.Types})
		if err != nil {
			return err
		}
		out.Body = viewEndpoint(e)
		out.Body.Secret = secret
		if ctx, err = a.rememberSecret(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		return a.Webhooks.Place(audit.Note(ctx, audit.Entry{Action: audit.EndpointCreate, Object: e.ID, Became: e.URL}), e)
	})
}

type rotateEndpointInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body *struct {
		Overlap *int64 `json:"overlap_seconds,omitempty" minimum:"0" maximum:"604800" doc:"For how long the old secret signs too; a day where it is left out"`
	} `required:"false"`
}

func (a *API) rotateEndpoint(ctx context.Context, in *rotateEndpointInput) (*endpointOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/webhook_endpoints/" + in.ID + "/rotate", in.IdempotencyKey}
	overlap := 24 * time.Hour
	if in.Body != nil && in.Body.Overlap != nil {
		overlap = time.Duration(*in.Body.Overlap) * time.Second
	}
	out := &endpointOutput{Status: http.StatusOK}
	return a.onceWithSecret(ctx, scope, in.RawBody, out, func(ctx context.Context) error {
		e, err := a.Webhooks.Endpoint(ctx, in.ID)
		if err != nil {
			return err
		}
		r, err := a.Webhooks.DraftRotation(overlap)
		if err != nil {
			return err
		}
		out.Body = viewEndpoint(e)
		out.Body.Secret, out.Body.OldSecretUntil = r.Secret, &r.Until
		if ctx, err = a.rememberSecret(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		_, err = a.Webhooks.Rotate(audit.Note(ctx, audit.Entry{Action: audit.EndpointChange, Object: in.ID, Became: "secret"}), in.ID, r)
		return err
	})
}

// onceWithSecret is [API.once] for an answer that shows a secret, which is
// kept sealed.
func (a *API) onceWithSecret(ctx context.Context, s Scope, raw []byte, out *endpointOutput, place func(context.Context) error) (*endpointOutput, error) {
	replayed, err := a.once(ctx, s, raw, &out.Body, place)
	if err == nil && replayed != 0 {
		var sealed []byte
		if sealed, err = base64.StdEncoding.DecodeString(out.Body.Secret); err == nil {
			out.Body.Secret, err = a.Webhooks.Reveal(out.Body.ID, sealed)
		}
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

// rememberSecret is [API.remember] for such an answer.
func (a *API) rememberSecret(ctx context.Context, s Scope, raw []byte, httpStatus int, answer Endpoint) (context.Context, error) {
	sealed, err := a.Webhooks.Hide(answer.ID, answer.Secret)
	if err != nil {
		return nil, err
	}
	answer.Secret = base64.StdEncoding.EncodeToString(sealed)
	return a.remember(ctx, s, raw, httpStatus, answer)
}

type listEndpointsOutput struct {
	Body struct {
		Data []Endpoint `json:"data" doc:"All of them; there are 50 at most"`
	}
}

func (a *API) listEndpoints(ctx context.Context, _ *struct{}) (*listEndpointsOutput, error) {
	all, err := a.Webhooks.Endpoints(ctx)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listEndpointsOutput)
	out.Body.Data = make([]Endpoint, 0, len(all))
	for _, e := range all {
		out.Body.Data = append(out.Body.Data, viewEndpoint(e))
	}
	return out, nil
}

type endpointInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getEndpoint(ctx context.Context, in *endpointInput) (*endpointOutput, error) {
	e, err := a.Webhooks.Endpoint(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &endpointOutput{Status: http.StatusOK, Body: viewEndpoint(e)}, nil
}

type updateEndpointInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		URL         *string   `json:"url,omitempty" minLength:"1" maxLength:"1024"`
		Description *string   `json:"description,omitempty" maxLength:"200"`
		Types       *[]string `json:"types,omitempty" maxItems:"50"`
		Enabled     *bool     `json:"enabled,omitempty" doc:"true lets pending deliveries go on at once"`
	}
}

func (a *API) updateEndpoint(ctx context.Context, in *updateEndpointInput) (*endpointOutput, error) {
	ctx = audit.Note(ctx, audit.Entry{Action: audit.EndpointChange, Object: in.ID})
	e, err := a.Webhooks.Update(ctx, in.ID, webhook.Change{URL: in.Body.URL, Description: in.Body.Description,
		Types: in.Body.Types, Enabled: in.Body.Enabled})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &endpointOutput{Status: http.StatusOK, Body: viewEndpoint(e)}, nil
}

func (a *API) deleteEndpoint(ctx context.Context, in *endpointInput) (*struct{}, error) {
	if err := a.Webhooks.Delete(audit.Note(ctx, audit.Entry{Action: audit.EndpointDelete, Object: in.ID}), in.ID); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil
}
