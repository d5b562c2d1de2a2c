package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Event is an event as callers see it.
type Event struct {
	ID      string          `json:"id"`
	Type    event.Type      `json:"type"`
	Object  string          `json:"object" doc:"The id of what changed"`
	Version int64           `json:"version" doc:"The object's version after the change"`
	Data    json.RawMessage `json:"data" doc:"The object after the change"`
	At      time.Time       `json:"created_at"`
}

func (a *API) registerEvents() {
	huma.Register(a.huma, a.operation("list-events", http.MethodGet, "/v1/events",
		"What happened, oldest first; follow it by next_cursor and no event is skipped", http.StatusOK, http.StatusGone), a.listEvents)
}

type listEventsInput struct {
	After string `query:"after" pattern:"^([0-9]{0,18}|latest)$" doc:"next_cursor of the page before; empty for the oldest event that is kept, latest for what happens from now on"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type listEventsOutput struct {
	Body struct {
		Data       []Event `json:"data"`
		NextCursor string  `json:"next_cursor" doc:"Where to go on, also when the page is empty"`
	}
}

func (a *API) listEvents(ctx context.Context, in *listEventsInput) (*listEventsOutput, error) {
	after, err := a.cursor(ctx, in.After)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, after, err := a.feed(ctx, after, in.After == "", in.Limit)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listEventsOutput)
	out.Body.Data = make([]Event, 0, len(found))
	for _, e := range found {
		out.Body.Data = append(out.Body.Data, viewEvent(e))
		after = e.Seq
	}
	out.Body.NextCursor = strconv.FormatInt(after, 10)
	return out, nil
}

var errArchived = fault.New(fault.NotFound, "events_archived",
	"Events after this cursor are archived. Begin with the oldest that is kept by leaving after out, and take what is older from the archive.")

// feed reads events after a number, or the oldest that are kept, and tells
// after which number those begin. It fails with errArchived rather than pass
// over events that are gone.
func (a *API) feed(ctx context.Context, after int64, oldest bool, limit int) ([]event.Event, int64, error) {
	for {
		found, err := a.Events.After(ctx, after, limit)
		if err != nil {
			return nil, 0, err
		}
		floor, err := a.Events.Floor(ctx)
		if err != nil || after >= floor {
			return found, after, err
		}
		if !oldest {
			return nil, 0, errArchived
		}
		after = floor
	}
}

// cursor reads where a reader of events stands.
func (a *API) cursor(ctx context.Context, after string) (int64, error) {
	switch after {
	case "":
		return 0, nil
	case "latest":
		return a.Events.Last(ctx)
	}
	n, err := strconv.ParseUint(after, 10, 63)
	if err != nil {
		return 0, fault.Input("/after", "cursor_invalid", "The cursor is not one of ours.")
	}
	return int64(n), nil
}

func viewEvent(e event.Event) Event {
	return Event{ID: e.ID, Type: e.Type, Object: e.Object, Version: e.Version, Data: e.Data, At: e.At}
}
