package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/webhook"
)

// endpointPage is one webhook endpoint with what was posted to it.
type endpointPage struct {
	board
	Endpoint   webhook.Endpoint
	Fresh      webhook.Rotation // the secret that was just made; shown this once
	Deliveries []webhook.Delivery
	Again      map[string]bool // the states that are ticked for posting again
	After      string          // where posting a range again goes on; empty for its beginning
}

var deliveryStates = []webhook.Status{webhook.Pending, webhook.Delivered, webhook.Failed, webhook.Skipped}

// States lists the states that one may look for.
func (p endpointPage) States() []webhook.Status { return deliveryStates }

// Final lists the states out of which a delivery can be posted again.
func (p endpointPage) Final() []webhook.Status {
	return []webhook.Status{webhook.Failed, webhook.Skipped, webhook.Delivered}
}

func (s *Site) endpointBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showEndpoint(w, r, nil, webhook.Rotation{})
}

// againEndpoint shows an endpoint's page with what stood against an action.
func (s *Site) againEndpoint(w http.ResponseWriter, r *http.Request, why error) error {
	return s.showEndpoint(w, r, why, webhook.Rotation{})
}

func (s *Site) showEndpoint(w http.ResponseWriter, r *http.Request, why error, fresh webhook.Rotation) (err error) {
	ctx := r.Context()
	p := endpointPage{board: s.board(r, "webhooks"), Fresh: fresh}
	if p.Endpoint, err = s.Desk.Webhooks.Endpoint(ctx, r.PathValue("endpoint")); err != nil {
		return err
	}
	p.Title = p.Endpoint.URL
	if r.Method == http.MethodPost {
		p.Self = "/admin/webhooks/" + p.Endpoint.ID
	}
	p.filled(r, "event", "status")
	p.fillRange(r, s.Now())
	if why != nil {
		p.wrong(why, "since", "until", "state")
	}
	if p.Deliveries, err = s.findDeliveries(ctx, p, r.URL.Query().Get("cursor")); err != nil {
		return fault.Wrap("web.endpointBoard", err)
	}
	p.more(r, len(p.Deliveries), func() string { return p.Deliveries[len(p.Deliveries)-1].ID })
	return s.show(w, "admin-endpoint", why, p)
}

// findDeliveries lists what the search form asks for.
func (s *Site) findDeliveries(ctx context.Context, p endpointPage, before string) ([]webhook.Delivery, error) {
	f := webhook.Filter{EndpointID: p.Endpoint.ID, Before: before, Limit: rowsPerPage}
	if st := webhook.Status(p.Values["status"]); slices.Contains(deliveryStates, st) {
		f.Status = st
	}
	event := strings.TrimSpace(p.Values["event"])
	if event == "" {
		return s.Desk.Webhooks.Deliveries(ctx, f)
	}
	found, err := s.Desk.Webhooks.Deliveries(ctx, webhook.Filter{EventID: event, Limit: webhook.MaxEndpoints})
	return slices.DeleteFunc(found, func(d webhook.Delivery) bool {
		return d.EndpointID != f.EndpointID || f.Status != "" && d.Status != f.Status
	}), err
}

func (s *Site) pauseEndpoint(w http.ResponseWriter, r *http.Request) error {
	entry := audit.Entry{Action: audit.EndpointChange, Object: r.PathValue("endpoint"), Became: "paused"}
	return s.enable(audit.Note(r.Context(), entry), w, r, false, "pause")
}

func (s *Site) resumeEndpoint(w http.ResponseWriter, r *http.Request) error {
	entry := audit.Entry{Action: audit.EndpointChange, Object: r.PathValue("endpoint"), Became: "enabled"}
	return s.enable(audit.Note(r.Context(), entry), w, r, true, "resume")
}

func (s *Site) enable(ctx context.Context, w http.ResponseWriter, r *http.Request, on bool, done string) error {
	id := r.PathValue("endpoint")
	_, err := s.Desk.Webhooks.Update(ctx, id, webhook.Change{Enabled: &on})
	return s.answered(w, r, err, "/admin/webhooks/"+id, done, s.againEndpoint)
}

// minuteLayout is how a browser's field for day and time writes it.
const minuteLayout = "2006-01-02T15:04"

var errMinute = fault.Input("/since", "time_invalid", "Write day and time as 2026-03-01T08:30.")

// fillRange fills the form for posting a range again: with what was asked for,
// otherwise with the last day and what was lost in it.
func (p *endpointPage) fillRange(r *http.Request, now time.Time) {
	form := r.URL.Query()
	if r.Method == http.MethodPost {
		form = r.PostForm
	}
	p.Values["since"], p.Values["until"], p.After = form.Get("since"), form.Get("until"), form.Get("after")
	p.Again = map[string]bool{}
	for _, st := range form["state"] {
		p.Again[st] = true
	}
	if p.Values["since"] == "" {
		p.Values["since"] = now.Add(-24 * time.Hour).In(china).Format(minuteLayout)
		p.Again = map[string]bool{string(webhook.Failed): true, string(webhook.Skipped): true}
	}
	if n := form.Get("again"); n != "" && p.Done == "" {
		p.Done = p.T("endpoint.posted_again", n)
	}
}

// rangeOf reads the form. Its times are China's; without an end it reaches
// until now.
func (s *Site) rangeOf(r *http.Request) (_ webhook.Range, states []webhook.Status, err error) {
	in := webhook.Range{EndpointID: r.PathValue("endpoint"), After: r.PostFormValue("after"), Until: s.Now()}
	if in.Since, err = time.ParseInLocation(minuteLayout, r.PostFormValue("since"), china); err != nil {
		return in, nil, errMinute
	}
	if text := r.PostFormValue("until"); text != "" {
		if in.Until, err = time.ParseInLocation(minuteLayout, text, china); err != nil {
			return in, nil, renamed(errMinute, "/since", "/until")
		}
	}
	for _, st := range r.PostForm["state"] {
		states = append(states, webhook.Status(st))
	}
	if len(states) == 0 {
		return in, nil, fault.Input("/state", "choice_invalid", "Choose one of what the page offers.")
	}
	return in, states, nil
}

// replayRange posts again what was made in a range of time. Where that is more
// than one call does, the page offers to go on.
func (s *Site) replayRange(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	in, states, err := s.rangeOf(r)
	if err != nil {
		return s.againEndpoint(w, r, err)
	}
	entry := audit.Entry{Action: audit.EndpointReplay, Object: in.EndpointID,
		Became: form.Get("since") + " – " + form.Get("until") + " " + strings.Join(form["state"], ", ")}
	n, next, err := s.Desk.Webhooks.ReplayRange(audit.Note(r.Context(), entry), in, states...)
	if err != nil {
		return s.answered(w, r, err, "", "", s.againEndpoint)
	}
	to := url.Values{"again": {strconv.Itoa(n)}}
	if next != "" {
		to["since"], to["until"], to["state"], to["after"] = form["since"], form["until"], form["state"], []string{next}
	}
	return seeOther(w, r, "/admin/webhooks/"+in.EndpointID+"?"+to.Encode())
}
