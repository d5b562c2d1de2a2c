package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/webhook"
)

// webhooksPage lists the endpoints of the team's application, and adds one.
type webhooksPage struct {
	board
	endpointForm
	Endpoints []webhook.Endpoint
}

// endpointForm is what the forms for a new endpoint and for its settings have
// in common. A family of types is ticked, any other type is written.
type endpointForm struct{ Ticked map[string]bool }

// families are those of the program's own events.
var families = []string{"order.*", "refund.*", "surplus.*", "notice.*", "user.*", "message.*", "campaign.*", "webhook_endpoint.*"}

// Families lists the families that can be ticked.
func (f endpointForm) Families() []string { return families }

// endpointFields are the fields of such a form.
var endpointFields = []string{"url", "description", "types"}

// formOfEndpoint fills the form with what an endpoint has.
func formOfEndpoint(in webhook.NewEndpoint, values map[string]string) endpointForm {
	f := endpointForm{Ticked: map[string]bool{}}
	var others []string
	for _, t := range in.Types {
		if slices.Contains(families, t) {
			f.Ticked[t] = true
		} else {
			others = append(others, t)
		}
	}
	values["url"], values["description"], values["types"] = in.URL, in.Description, strings.Join(others, " ")
	return f
}

// endpointOf reads the form. A type that is given twice counts once.
func endpointOf(form url.Values) webhook.NewEndpoint {
	written := strings.FieldsFunc(form.Get("types"), func(r rune) bool { return strings.ContainsRune(" ,，、\t\r\n", r) })
	types := slices.Sorted(slices.Values(slices.Concat(form["family"], written)))
	return webhook.NewEndpoint{URL: strings.TrimSpace(form.Get("url")), Description: strings.TrimSpace(form.Get("description")),
		Types: slices.Compact(types)}
}

func (s *Site) webhooksBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showWebhooks(w, r, nil)
}

func (s *Site) showWebhooks(w http.ResponseWriter, r *http.Request, why error) (err error) {
	p := webhooksPage{board: s.board(r, "webhooks")}
	p.endpointForm = formOfEndpoint(endpointOf(r.PostForm), p.Values)
	if why != nil {
		p.Self = "/admin/webhooks"
		p.wrong(why, endpointFields...)
	}
	if p.Endpoints, err = s.Desk.Webhooks.Endpoints(r.Context()); err != nil {
		return fault.Wrap("web.webhooksBoard", err)
	}
	return s.show(w, "admin-webhooks", why, p)
}

func (s *Site) createEndpoint(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	e, secret, err := s.Desk.Webhooks.Draft(endpointOf(form))
	if err == nil {
		ctx := audit.Note(r.Context(), audit.Entry{Action: audit.EndpointCreate, Object: e.ID, Became: e.URL})
		err = s.Desk.Webhooks.Place(ctx, e)
	}
	if err != nil {
		return s.answered(w, r, err, "", "", s.showWebhooks)
	}
	r.SetPathValue("endpoint", e.ID)
	return s.showEndpoint(w, r, nil, webhook.Rotation{Secret: secret})
}

// endpointState tells how an endpoint does: "on", "troubled" while tries fail,
// otherwise why it is switched off.
func endpointState(e webhook.Endpoint) string {
	switch {
	case !e.Enabled:
		return string(e.DisabledReason)
	case !e.FailingSince.IsZero():
		return "troubled"
	}
	return "on"
}

// EndpointState tells how an endpoint does, for what is marked by it.
func (b Base) EndpointState(e webhook.Endpoint) string { return endpointState(e) }

// EndpointWord is what people call how an endpoint does.
func (b Base) EndpointWord(e webhook.Endpoint) string {
	return b.Locale.word("endpoint.state.", endpointState(e))
}

// tileWebhooks counts the endpoints that need somebody to look at them.
func (s *Site) tileWebhooks(r *http.Request, p *dashboardPage) error {
	all, err := s.Desk.Webhooks.Endpoints(r.Context())
	ill := 0
	for _, e := range all {
		if st := endpointState(e); st != "on" && st != string(webhook.ByRequest) {
			ill++
		}
	}
	p.Tiles = append(p.Tiles, tile{"webhooks", "/admin/webhooks", atMost(ill), p.T("tile.webhooks.under", len(all)), ill > 0})
	return err
}
