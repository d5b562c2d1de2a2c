package push_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
)

// Messages are found by whom they went to and when they were made, page by
// page.
func TestMessagesAreFoundByRecipientAndTime(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		for i := range 7 {
			m, err := n.messages.Draft(ctx, push.NewMessage{To: push.To{OpenID: []string{"o1", "o2"}[i%2]}, Text: "hello"})
			good(t, err)
			_, err = n.messages.Place(ctx, m)
			good(t, err)
			n.clock.advance(time.Hour)
		}
		for name, one := range map[string]struct {
			filter push.Filter
			want   int
		}{
			"recipient":           {push.Filter{Recipient: "o1"}, 4},
			"nobody":              {push.Filter{Recipient: "o9"}, 0},
			"recipient and state": {push.Filter{Recipient: "o1", Status: push.Sent}, 0},
			"from":                {push.Filter{From: noon.Add(5 * time.Hour)}, 2},
			"until":               {push.Filter{Until: noon.Add(3 * time.Hour)}, 3},
			"between":             {push.Filter{From: noon.Add(time.Hour), Until: noon.Add(4 * time.Hour), Status: push.Queued}, 3},
			"recipient between":   {push.Filter{Recipient: "o2", From: noon.Add(2 * time.Hour), Until: noon.Add(6 * time.Hour)}, 2},
		} {
			var seen []string
			for one.filter.Limit = 2; ; {
				page, err := n.messages.Messages(ctx, one.filter)
				good(t, err)
				for _, m := range page {
					seen, one.filter.Before = append(seen, m.ID), m.ID
				}
				if len(page) < 2 {
					break
				}
			}
			slices.Sort(seen)
			if len(slices.Compact(seen)) != one.want {
				t.Errorf("%s: %d messages, want %d", name, len(seen), one.want)
			}
		}
	})
}

// Trying a rule shows what would be sent and to whom, and sends nothing.
func TestARuleIsTriedWithoutSending(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		r := push.Rule{Event: "course.finished", Template: push.TemplateReceipt, Link: "/c/{id}",
			Values: map[string]string{"amount": "price|yuan", "subject": "=课程"}}
		got, err := n.messages.TryRule(ctx, r, event.Event{ID: "evt_try", Type: r.Event, At: noon, Data: []byte(`{"openid":"o1","price":990,"id":5}`)})
		good(t, err)
		if got.Why != nil || got.Message.Recipient != "o1" || got.Message.Values["amount"] != "9.90" || got.Message.Link != "/c/5" {
			t.Errorf("%+v", got)
		}
		for _, data := range []string{`{}`, `{"member":"mem_none"}`, `not json`} {
			got, err := n.messages.TryRule(ctx, r, event.Event{ID: "evt_try", Type: r.Event, At: noon, Data: []byte(data)})
			good(t, err)
			if got.Why == nil || got.Message.ID != "" {
				t.Errorf("%s: %+v", data, got)
			}
		}
		if _, err := n.messages.TryRule(ctx, push.Rule{Event: "bad"}, event.Event{}); err == nil {
			t.Error("a wrong rule is tried")
		}
		if all, err := n.messages.Messages(ctx, push.Filter{Limit: 10}); err != nil || len(all) != 0 {
			t.Errorf("%d messages, %v", len(all), err)
		}
	})
}

// What surely reached nobody may be sent again, once; what may have reached
// somebody may not.
func TestOnlyWhatReachedNobodyIsSentAgain(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		tell := func(out push.Outcome) string {
			t.Helper()
			m, err := n.messages.Draft(ctx, push.NewMessage{To: push.To{OpenID: "o1"}, Text: "hello"})
			good(t, err)
			_, err = n.messages.Place(ctx, m)
			good(t, err)
			n.channel.Next(out)
			_, err = n.messages.Deliver(ctx, m.ID)
			good(t, err)
			return m.ID
		}
		for _, status := range []push.Status{push.Sent, push.Unknown} {
			if _, err := n.messages.Again(ctx, tell(push.Outcome{Status: status})); !errors.Is(err, push.ErrNotAgain) {
				t.Errorf("%s: %v", status, err)
			}
		}
		failed := tell(push.Outcome{Status: push.Failed, Code: "40037"})
		first, err := n.messages.Again(ctx, failed)
		good(t, err)
		second, err := n.messages.Again(ctx, failed)
		good(t, err)
		if first.ID != second.ID || first.ID == failed || first.Status != push.Queued || first.Text != "hello" {
			t.Errorf("first %+v, second %+v", first, second)
		}
	})
}

func TestATemplateTellsWhatItTakesInThePlatformsOrder(t *testing.T) {
	l := push.Layout{Fields: map[string]string{"remark": "=再见 {who}", "thing10": "course", "amount2": "amount", "first": "=您好"}}
	if got := l.Keywords(); !slices.Equal(got, []string{"first", "amount2", "thing10", "remark"}) {
		t.Errorf("keywords %v", got)
	}
	tpl := push.Template{Zh: "{course} {when}", Layouts: map[string]push.Layout{"wechat": l}}
	if got := tpl.Takes(); !slices.Equal(got, []string{"amount", "course", "who", "when"}) {
		t.Errorf("takes %v", got)
	}
}
