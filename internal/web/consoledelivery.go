package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/webhook"
)

// deliveryPage is one event on its way to one endpoint, with every try.
type deliveryPage struct {
	board
	Delivery webhook.Delivery
	Endpoint webhook.Endpoint // without an id where it was deleted
	Attempts []webhook.Attempt
	Order    string // the id of the order that it is about; empty for none
}

// DeliveryStatus is what people call a state of a delivery.
func (b Base) DeliveryStatus(st webhook.Status) string {
	return b.Locale.word("delivery.status.", string(st))
}

// EventName is what people call a type of event.
func (p deliveryPage) EventName() string { return p.Locale.word("event.", string(p.Delivery.Type)) }

// Body is what is posted, set out in lines.
func (p deliveryPage) Body() string {
	var b bytes.Buffer
	if json.Indent(&b, p.Delivery.Body, "", "  ") != nil {
		return readable(p.Delivery.Body)
	}
	return readable(b.Bytes())
}

// Good reports whether a try was answered as it should be.
func (p deliveryPage) Good(a webhook.Attempt) bool { return a.HTTPStatus >= 200 && a.HTTPStatus < 300 }

// Took writes how long a try took.
func (p deliveryPage) Took(a webhook.Attempt) string {
	return p.T("attempt.took", a.Took.Milliseconds())
}

// Answer is the beginning of what an endpoint answered.
func (p deliveryPage) Answer(a webhook.Attempt) string { return readable([]byte(a.Response)) }

func (s *Site) deliveryBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showDelivery(w, r, nil)
}

func (s *Site) showDelivery(w http.ResponseWriter, r *http.Request, why error) (err error) {
	ctx := r.Context()
	p := deliveryPage{board: s.board(r, "webhooks")}
	if p.Delivery, p.Attempts, err = s.Desk.Webhooks.Delivery(ctx, r.PathValue("delivery")); err != nil {
		return err
	}
	p.Title, p.Self = p.T("delivery.title"), "/admin/deliveries/"+p.Delivery.ID
	if why != nil {
		p.wrong(why)
	}
	p.Endpoint, err = s.Desk.Webhooks.Endpoint(ctx, p.Delivery.EndpointID)
	if err != nil && !errors.Is(err, webhook.ErrNoEndpoint) {
		return fault.Wrap("web.deliveryBoard", err)
	}
	var about struct{ Object string }
	if json.Unmarshal(p.Delivery.Body, &about) == nil && strings.HasPrefix(about.Object, "ord_") {
		p.Order = about.Object
	}
	return s.show(w, "admin-delivery", why, p)
}

// replayDelivery posts one event again, whatever became of it before.
func (s *Site) replayDelivery(w http.ResponseWriter, r *http.Request) error {
	d, _, err := s.Desk.Webhooks.Delivery(r.Context(), r.PathValue("delivery"))
	if err != nil {
		return err
	}
	again, err := s.Desk.Webhooks.DraftReplay(r.Context(), d.EventID, d.EndpointID)
	if err == nil {
		entry := audit.Entry{Action: audit.EndpointReplay, Object: d.EndpointID, Was: string(d.Status), Became: d.EventID}
		err = s.Desk.Webhooks.Replay(audit.Note(r.Context(), entry), again)
	}
	return s.answered(w, r, err, "/admin/deliveries/"+d.ID, "posted", s.showDelivery)
}
