package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/webhook"
)

// settingsPage is where an administrator changes a webhook endpoint, gives it
// a new secret, or ends it.
type settingsPage struct {
	board
	endpointForm
	Endpoint webhook.Endpoint
}

// overlaps are for how many hours an old secret may go on beside a new one.
var overlaps = []int{0, 1, 24, 72, 168}

// Overlaps lists the choices.
func (p settingsPage) Overlaps() []int { return overlaps }

func (s *Site) settingsBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showSettings(w, r, nil)
}

func (s *Site) showSettings(w http.ResponseWriter, r *http.Request, why error) error {
	p := settingsPage{board: s.board(r, "webhooks")}
	e, err := s.Desk.Webhooks.Endpoint(r.Context(), r.PathValue("endpoint"))
	if err != nil {
		return err
	}
	p.Endpoint, p.Title, p.Self = e, p.T("endpoint.settings"), "/admin/webhooks/"+e.ID+"/settings"
	in := webhook.NewEndpoint{URL: e.URL, Description: e.Description, Types: e.Types}
	if r.PostForm.Has("url") {
		in = endpointOf(r.PostForm)
	}
	p.endpointForm = formOfEndpoint(in, p.Values)
	if why != nil {
		p.wrong(why, append(endpointFields, "sure")...)
	}
	return s.show(w, "admin-settings", why, p)
}

func (s *Site) changeEndpoint(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	id, in := r.PathValue("endpoint"), endpointOf(form)
	was, err := s.Desk.Webhooks.Endpoint(r.Context(), id)
	if err != nil {
		return err
	}
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.EndpointChange, Object: id, Was: was.URL, Became: in.URL})
	_, err = s.Desk.Webhooks.Update(ctx, id, webhook.Change{URL: &in.URL, Description: &in.Description, Types: &in.Types})
	return s.answered(w, r, err, "/admin/webhooks/"+id, "endpoint", s.showSettings)
}

// rotateEndpoint gives an endpoint a new secret, which is shown this once.
func (s *Site) rotateEndpoint(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	hours, err := strconv.Atoi(form.Get("overlap"))
	if err != nil || hours > overlaps[len(overlaps)-1] {
		return s.showSettings(w, r, errChoice)
	}
	fresh, err := s.Desk.Webhooks.DraftRotation(time.Duration(hours) * time.Hour)
	if err == nil {
		id := r.PathValue("endpoint")
		ctx := audit.Note(r.Context(), audit.Entry{Action: audit.EndpointChange, Object: id, Became: "secret"})
		_, err = s.Desk.Webhooks.Rotate(ctx, id, fresh)
	}
	if err != nil {
		return s.answered(w, r, err, "", "", s.showSettings)
	}
	return s.showEndpoint(w, r, nil, fresh)
}

var errSure = fault.Input("/sure", "not_confirmed", "Tick that you are sure.")

func (s *Site) deleteEndpoint(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	if form.Get("sure") == "" {
		return s.showSettings(w, r, errSure)
	}
	id := r.PathValue("endpoint")
	was, err := s.Desk.Webhooks.Endpoint(r.Context(), id)
	if err == nil {
		err = s.Desk.Webhooks.Delete(audit.Note(r.Context(), audit.Entry{Action: audit.EndpointDelete, Object: id, Was: was.URL}), id)
	}
	return s.answered(w, r, err, "/admin/webhooks", "deleted", s.showSettings)
}
