package webhook

import (
	"encoding/json"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Status is where a delivery stands.
type Status string

// The states of a delivery. All but pending are final, until it is replayed.
const (
	Pending   Status = "pending"   // to be tried, now or later
	Delivered Status = "delivered" // the endpoint answered 2xx
	Failed    Status = "failed"    // given up
	Skipped   Status = "skipped"   // the endpoint was disabled when it happened
)

// Delivery is one event for one endpoint. There is one at most for each pair,
// however often the event is handed in. Times are UTC, business time.
type Delivery struct {
	ID           string     // whd_...
	EndpointID   string     //
	EventID      string     // the webhook-id
	Type         event.Type //
	Body         []byte     // what is posted, the same at every try
	Status       Status     //
	Attempts     int        // how often it was tried in all
	Tries        int        // how often since it was made or replayed; the wait grows with it
	NextAt       time.Time  // when it is due; zero where it is final
	FailingSince time.Time  // its first failure since it was made or replayed
	GiveUpAt     time.Time  // after which it is not tried again
	Version      int64      //
	CreatedAt    time.Time  //
	DoneAt       time.Time  // when it became final
}

// Attempt is one try to deliver. It is never changed.
type Attempt struct {
	ID         string        // wha_...
	DeliveryID string        //
	EndpointID string        //
	Number     int           // counts the delivery's attempts from 1
	HTTPStatus int           // 0 where there was no answer
	Response   string        // the beginning of the answer's body
	Error      string        // why there was no answer, for people; no secrets
	At         time.Time     // business time
	SignedAt   time.Time     // real time to the second: the webhook-timestamp
	Took       time.Duration // until the answer's body was read
}

// Tried is an attempt together with the delivery that it belongs to.
type Tried struct {
	Attempt
	Delivery Delivery
}

// payload is what is posted: the event as GET /v1/events shows it, and its
// time under the name that Standard Webhooks gives it.
type payload struct {
	ID        string          `json:"id"`
	Type      event.Type      `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Object    string          `json:"object"`
	Version   int64           `json:"version"`
	Data      json.RawMessage `json:"data"`
	CreatedAt time.Time       `json:"created_at"`
}

// Body writes an event as it is posted. The same event gives the same bytes.
func Body(e event.Event) ([]byte, error) {
	data := e.Data
	if len(data) == 0 {
		data = json.RawMessage("null")
	}
	at := e.At.UTC()
	return json.Marshal(payload{e.ID, e.Type, at, e.Object, e.Version, data, at})
}

// newDelivery makes the row for one event and one endpoint.
func (s *Service) newDelivery(e event.Event, body []byte, to Endpoint, now time.Time) Delivery {
	d := Delivery{ID: s.newID("whd"), EndpointID: to.ID, EventID: e.ID, Type: e.Type, Body: body, Status: Pending,
		NextAt: now, GiveUpAt: now.Add(Window), Version: 1, CreatedAt: now}
	if !to.Enabled {
		d.Status, d.NextAt, d.DoneAt = Skipped, time.Time{}, now
	}
	return d
}

// again makes d due now, as if it were new; what was tried stays logged.
func (d *Delivery) again(now time.Time) {
	d.Status, d.NextAt, d.Tries = Pending, now, 0
	d.FailingSince, d.DoneAt, d.GiveUpAt = time.Time{}, time.Time{}, now.Add(Window)
}
