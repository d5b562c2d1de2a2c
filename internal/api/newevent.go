package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// maxEventData bounds the data of a team's own event.
const maxEventData = 32 << 10

var (
	errEventType = fault.Input("/type", "type_invalid",
		"A type is two or more words of a-z, 0-9 and _ joined by dots, such as course.finished, at most 64 characters.")
	errEventReserved = fault.Input("/type", "type_reserved", "Types of this family are the server's own. Choose another first word.")
	errEventData     = fault.Input("/data", "data_too_large", "The data of an event may have at most 32 KiB.")
)

func (a *API) registerNewEvents() {
	huma.Register(a.huma, a.operation("create-event", http.MethodPost, "/v1/events",
		"Add an event of your own; it goes where ours go", http.StatusCreated), a.createEvent)
	huma.Register(a.huma, a.operation("replay-event", http.MethodPost, "/v1/events/{id}/replay",
		"Post an event to webhook endpoints again", http.StatusAccepted, http.StatusNotFound), a.replayEvent)
}

type newEvent struct {
	Type    string         `json:"type" maxLength:"64" example:"course.finished" doc:"Your own, outside our families"`
	Object  string         `json:"object,omitempty" maxLength:"64" doc:"The id of what it is about"`
	Version int64          `json:"version,omitempty" minimum:"0" doc:"The object's version, so that receivers can drop what is older"`
	Data    map[string]any `json:"data,omitempty" doc:"At most 32 KiB of JSON"`
}

type createEventInput struct {
	Idempotent
	Body newEvent
}

type eventOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Event
}

func (a *API) createEvent(ctx context.Context, in *createEventInput) (*eventOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/events", in.IdempotencyKey}
	out := &eventOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		e, err := a.draftEvent(in)
		if err != nil {
			return err
		}
		out.Body = viewEvent(e)
		if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		return a.Events.Add(ctx, e)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

// draftEvent checks a team's event. Its data is taken from the raw body, so
// that numbers stay as they were written.
func (a *API) draftEvent(in *createEventInput) (event.Event, error) {
	b := in.Body
	t := event.Type(b.Type)
	if !event.WellFormed(t) {
		return event.Event{}, errEventType
	}
	if event.Reserved(t) {
		return event.Event{}, errEventReserved
	}
	var raw struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(in.RawBody, &raw); err != nil {
		return event.Event{}, err
	}
	if len(raw.Data) > maxEventData {
		return event.Event{}, errEventData
	}
	if len(raw.Data) == 0 {
		raw.Data = json.RawMessage("{}")
	}
	return event.Event{ID: a.NewID("evt"), Type: t, Object: b.Object, Version: b.Version, Data: raw.Data, At: a.Now()}, nil
}

type replayEventInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body *struct {
		Endpoint string `json:"endpoint,omitempty" maxLength:"64" doc:"Only this one, whe_...; otherwise every enabled one that wants the type"`
	} `required:"false"`
}

type replayOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     struct {
		Queued     int    `json:"queued" doc:"How many deliveries are due now"`
		NextCursor string `json:"next_cursor,omitempty" doc:"Where to go on; empty where all is done"`
	}
}

func (a *API) replayEvent(ctx context.Context, in *replayEventInput) (*replayOutput, error) {
	endpoint := ""
	if in.Body != nil {
		endpoint = in.Body.Endpoint
	}
	out := new(replayOutput)
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/events/" + in.ID + "/replay", in.IdempotencyKey}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		r, err := a.Webhooks.DraftReplay(ctx, in.ID, endpoint)
		if err != nil {
			return err
		}
		out.Body.Queued = len(r.To)
		if ctx, err = a.remember(ctx, scope, in.RawBody, http.StatusAccepted, out.Body); err != nil {
			return err
		}
		return a.Webhooks.Replay(audit.Note(ctx, audit.Entry{Action: audit.EndpointReplay, Object: in.ID, Became: endpoint}), r)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}
