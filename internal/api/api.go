// Package api is the JSON interface for the team's own application, under /v1,
// described by /openapi.json.
//
// It translates requests to the domains and their answers back, and knows no
// SQL and no platform. Amounts are fen, times RFC 3339 in UTC, errors RFC 9457
// problems with a stable code.
//
// The rule that surprises: the answer to a POST is computed before anything is
// stored, so that it can be committed together with its effect under the
// caller's Idempotency-Key.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/webhook"
)

// Key is a caller: an API key without its secret.
type Key struct {
	ID   string
	Name string
	Role string // "operator" or "admin"
}

// Keys finds API keys.
type Keys interface {
	// Find returns the key with this secret, or a fault of kind unauthorized.
	Find(ctx context.Context, secret string) (Key, error)
}

// Events reads what happened, in order.
type Events interface {
	// After lists events with a sequence number above after, oldest first.
	After(ctx context.Context, after int64, limit int) ([]event.Event, error)
	// Last is the highest sequence number given so far.
	Last(ctx context.Context) (int64, error)
	// Floor is the highest sequence number whose event is archived, 0 for none.
	Floor(ctx context.Context) (int64, error)
	// Add writes an event that belongs to no change of ours.
	Add(ctx context.Context, e event.Event) error
}

// Config is what the API works with. Every field but Log is needed.
type Config struct {
	Pay       *pay.Service
	Push      *push.Service
	Keys      Keys
	Events    Events
	Replays   Replays
	Webhooks  *webhook.Service
	Books     *reconcile.Service
	Billed    []string // the accounts with bills, the first one first
	Campaigns *push.Campaigns
	Followers *push.Followers
	Members   *member.Service
	Roll      Roll
	WeChat    string // the account that campaigns are sent from
	NewID     func(prefix string) string
	PublicURL string // our own origin, for pay_url
	Version   string
	Now       func() time.Time
	Log       *slog.Logger
}

// API serves /v1. It is safe for any number of goroutines.
type API struct {
	Config
	huma huma.API
}

// maxBody bounds a request; the largest legitimate one is an order with all
// its metadata.
const maxBody = 64 << 10

// New registers the API's routes on mux.
func New(mux *http.ServeMux, c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{Config: c}
	a.huma = humago.New(mux, a.describe())
	a.huma.UseMiddleware(a.negotiate, a.authenticate)
	a.registerOrders()
	a.registerRefunds()
	a.registerSurpluses()
	a.registerNotices()
	a.registerMessages()
	a.registerEvents()
	a.registerNewEvents()
	a.registerEndpoints()
	a.registerDeliveries()
	a.registerCampaigns()
	a.registerFollowers()
	a.registerMembers()
	a.registerTemplates()
	a.registerRules()
	a.registerReconciliations()
	a.registerDifferences()
	a.registerNowhere(mux)
	a.tidy()
	return a
}

func (a *API) describe() huma.Config {
	c := huma.DefaultConfig("paypush", a.Version)
	c.Info.Description = "Orders, refunds, reconciliations, notices, members, messages, events and webhooks. Amounts are integers in fen; times are RFC 3339 in UTC."
	c.CreateHooks = nil // no $schema member in every answer
	c.SchemasPath, c.DocsPath = "", ""
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{toProblem}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "An API key made by `paypush admin key`."},
	}
	c.Security = []map[string][]string{{"key": {}}}
	return c
}

// operation fills in what all operations share; statuses are the errors that
// this one answers beside those that any may.
func (a *API) operation(id, method, path, summary string, success int, statuses ...int) huma.Operation {
	op := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, DefaultStatus: success,
		MaxBodyBytes: maxBody, BodyReadTimeout: 10 * time.Second, Responses: map[string]*huma.Response{}}
	statuses = append(statuses, http.StatusUnauthorized, http.StatusNotAcceptable, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable)
	if method == http.MethodPost || method == http.MethodPatch {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusConflict,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, s := range statuses {
		op.Responses[code(s)] = a.problemResponse(s)
	}
	return op
}
