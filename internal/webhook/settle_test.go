package webhook

import (
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func answered(status int) result { return result{attempt: Attempt{HTTPStatus: status}} }

func TestJudgeSaysHowADeliveryGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		r      result
		left   time.Duration
		want   Status
		again  bool
		gaveUp bool
	}{
		"200":                       {answered(200), Window, Delivered, false, false},
		"299":                       {answered(299), Window, Delivered, false, false},
		"a redirect":                {answered(302), Window, Pending, true, false},
		"400":                       {answered(400), Window, Pending, true, false},
		"500":                       {answered(500), Window, Pending, true, false},
		"no answer":                 {answered(0), Window, Pending, true, false},
		"410":                       {answered(410), Window, Failed, false, true},
		"500 at the end":            {answered(500), 0, Failed, false, true},
		"200 at the end":            {answered(200), 0, Delivered, false, false},
		"our own end":               {result{interrupted: true}, Window, Pending, true, false},
		"our own end after the end": {result{interrupted: true}, -time.Hour, Pending, true, false},
	} {
		d := Delivery{Status: Pending, GiveUpAt: noon.Add(c.left), Attempts: 4, Tries: 3}
		gaveUp := d.judge(c.r, noon)
		if d.Status != c.want || d.NextAt.IsZero() == c.again || d.DoneAt.IsZero() != c.again || gaveUp != c.gaveUp || d.Attempts != 5 {
			t.Errorf("%s: %+v, gave up %v", name, d, gaveUp)
		}
		if c.r.interrupted && (d.Tries != 3 || !d.NextAt.Equal(noon) || !d.FailingSince.IsZero()) {
			t.Errorf("%s counts as a failure: %+v", name, d)
		}
	}
}

func TestAnEndpointIsDisabledWhenNothingReachedItForAWholeDelivery(t *testing.T) {
	lost := Delivery{FailingSince: noon}
	for name, c := range map[string]struct {
		since  time.Time
		r      result
		gaveUp bool
		want   Reason
	}{
		"it failed all the while":         {noon.Add(-time.Hour), answered(500), true, Failing},
		"it failed first with this":       {noon, answered(500), true, Failing},
		"something reached it in between": {noon.Add(time.Hour), answered(500), true, ""},
		"something reached it just now":   {time.Time{}, answered(500), true, ""},
		"the delivery goes on":            {noon, answered(500), false, ""},
		"it is gone":                      {time.Time{}, answered(410), true, Gone},
		"it worked":                       {noon, answered(200), false, ""},
	} {
		e := Endpoint{Enabled: true, FailingSince: c.since}
		e.learn(c.r, lost, c.gaveUp, noon.Add(Window))
		if e.DisabledReason != c.want || e.Enabled != (c.want == "") || e.FailingSince.IsZero() != c.r.succeeded() {
			t.Errorf("%s: %+v", name, e)
		}
	}
	off := Endpoint{DisabledReason: ByRequest}
	if off.learn(answered(410), lost, true, noon); off.DisabledReason != ByRequest {
		t.Errorf("a disabled endpoint got another reason: %+v", off)
	}
}

func TestEndpointsWantTypesAndFamilies(t *testing.T) {
	for _, c := range []struct {
		types []string
		kind  event.Type
		want  bool
	}{
		{nil, "order.paid", true},
		{[]string{"order.paid"}, "order.paid", true},
		{[]string{"order.paid"}, "order.paid.twice", false},
		{[]string{"order.*"}, "order.paid", true},
		{[]string{"order.*"}, "orders.paid", false},
		{[]string{"refund.*", "order.closed"}, "order.paid", false},
	} {
		if got := (Endpoint{Types: c.types}).Wants(c.kind); got != c.want {
			t.Errorf("%v wants %s: %v", c.types, c.kind, got)
		}
	}
}
