package push_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// template stores one with words in both languages.
func (n *node) template(t *testing.T, name string) {
	t.Helper()
	_, err := n.messages.SaveTemplate(context.Background(), push.Template{Name: name, Zh: "退款{amount}元", En: "{amount} yuan come back",
		Params:  map[string]push.Param{"amount": push.ParamMoney},
		Layouts: map[string]push.Layout{"wechat": {ID: "T1", Fields: map[string]string{"amount1": "amount"}}}})
	good(t, err)
}

func (n *node) tell(t *testing.T, in push.NewMessage) push.Message {
	t.Helper()
	m, err := n.messages.Draft(context.Background(), in)
	good(t, err)
	_, err = n.messages.Place(context.Background(), m)
	good(t, err)
	return n.deliver(t, m.ID)
}

func (n *node) deliver(t *testing.T, id string) push.Message {
	t.Helper()
	_, err := n.messages.Deliver(context.Background(), id)
	good(t, err)
	m, err := n.messages.Message(context.Background(), id)
	good(t, err)
	return m
}

// Invariant 16: one message goes in the first legal way of its order, with the
// reason for each that was passed over; where the platform refuses the person
// one way, the next is tried.
func TestInvariant16MessageGoesInTheFirstLegalWay(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.template(t, "refund")
		n.follow(t, 0, 3) // their minute is over
		good(t, n.followers.Touch(ctx, "wechat", "o00001", push.ContactWrote, noon.Add(-time.Hour)))
		in := push.NewMessage{Template: "refund", Values: map[string]string{"amount": "990"}, Ways: []push.Way{push.WayCustom, push.WayTemplate}}

		in.To.OpenID = "o00000"
		if m := n.tell(t, in); m.Status != push.Sent || m.Way != push.WayTemplate || m.Skips.String() != "custom:window_closed" {
			t.Errorf("window closed: %s %s %v", m.Status, m.Way, m.Skips)
		}
		in.To.OpenID = "o00001"
		if m := n.tell(t, in); m.Way != push.WayCustom || len(m.Skips) != 0 || m.Values["amount"] != "990" {
			t.Errorf("window open: %+v", m)
		}
		got := n.channel.Delivered()
		if last := got[len(got)-1]; last.Kind != push.KindText || last.Text != "退款9.90元\n9.90 yuan come back" || got[0].Values["amount"] != "9.90" {
			t.Errorf("delivered %+v", got)
		}
		if f, err := n.followers.Follower(ctx, "wechat", "o00001"); err != nil || f.Typed.Left != 4 {
			t.Errorf("%d texts are left of five, %v", f.Typed.Left, err)
		}
		n.channel.Next(push.Outcome{Status: push.Skipped, Code: "45015"})
		if m := n.tell(t, in); m.Status != push.Sent || m.Way != push.WayTemplate || m.Skips.String() != "custom:45015" {
			t.Errorf("refused: %s %s %v", m.Status, m.Way, m.Skips)
		}
	})
}

// A text outside every window is skipped with the reason, though not before
// the news of a window had its time to come.
func TestTextWaitsForTheNewsOfItsWindow(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 2)
		late := n.tell(t, push.NewMessage{To: push.To{OpenID: "o00000"}, Text: "您好"})
		never := n.tell(t, push.NewMessage{To: push.To{OpenID: "o00001"}, Text: "您好"})
		if late.Status != push.Queued || n.channel.Tries() != 0 {
			t.Fatalf("it is %s after %d tries", late.Status, n.channel.Tries())
		}
		good(t, n.followers.Touch(context.Background(), "wechat", "o00000", push.ContactWrote, noon))
		n.clock.advance(3 * time.Second)
		if late, never = n.deliver(t, late.ID), n.deliver(t, never.ID); late.Status != push.Sent || never.Status != push.Skipped || never.Code != push.CodeWindow {
			t.Errorf("who wrote: %s, who did not: %s %s", late.Status, never.Status, never.Code)
		}
	})
}

// A message in doubt from before ways were kept is repeated as what it was.
func TestOldMessageInDoubtIsRepeatedAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		n := newNode(t, url, &clock{t: noon}, pushtest.Recognising(8*time.Minute))
		n.template(t, "refund")
		good(t, n.db.Messages().Update(context.Background(), func(tx push.Tx) error {
			_, err := tx.InsertMessages(context.Background(), []push.Message{{ID: "msg_old", Key: "old", Channel: "wechat", Account: "wechat", Recipient: "o1",
				Kind: push.KindTemplate, Template: "refund", Values: map[string]string{"amount": "1"}, Status: push.Sending, Attempts: 1, Version: 1,
				CreatedAt: noon, FirstTryAt: noon.Add(-time.Minute)}})
			return err
		}))
		if m := n.deliver(t, "msg_old"); m.Status != push.Sent || m.Way != push.WayTemplate || n.channel.Delivered()[0].Kind != push.KindTemplate {
			t.Errorf("%+v, delivered %+v", m, n.channel.Delivered())
		}
	})
}

// People are named in one of several ways; what can't be told has a clear
// error and stores nothing.
func TestRecipientsAreNamedInOneWay(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		for want, to := range map[error]push.To{push.ErrNoRecipient: {}, push.ErrNoWay: {Email: "a@example.com"}, push.ErrNoUser: {User: "nobody"},
			push.ErrUnreachable: {MemberID: "mem_none"}} {
			if _, err := n.messages.Draft(context.Background(), push.NewMessage{To: to, Text: "hi"}); !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", to, err, want)
			}
		}
		if _, err := n.messages.Draft(context.Background(), push.NewMessage{To: push.To{OpenID: "o", Phone: "1"}, Text: "hi"}); !errors.Is(err, push.ErrNoRecipient) {
			t.Errorf("two at once: %v", err)
		}
	})
}

// A rule tells of a refund in its order of ways, once; what the platform
// reports afterwards stands beside the message.
func TestRuleTellsOfARefundAndShowsThatItArrived(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.template(t, "refund")
		r, err := n.messages.DraftRule(ctx, push.Rule{Event: event.RefundSucceeded, Template: "refund", Enabled: true,
			Values: map[string]string{"amount": "amount"}, Ways: []push.Way{push.WayCustom, push.WayTemplate}})
		good(t, err)
		good(t, n.messages.AddRule(ctx, r))
		e := event.Event{ID: "evt_1", Type: event.RefundSucceeded, Object: "ref_1", At: noon, Data: []byte(`{"openid":"o1","amount":500}`)}
		good(t, n.onEvents(ctx, []event.Event{e, e}))
		m, err := n.db.Messages().MessageByKey(ctx, "rule:"+r.ID+":evt_1")
		good(t, err)
		if len(m.Ways) != 2 || m.Ways[0] != push.WayCustom {
			t.Errorf("ways %v", m.Ways)
		}
		if m = n.deliver(t, m.ID); m.Status != push.Sent || m.Report != "" {
			t.Fatalf("%+v", m)
		}
		good(t, n.followers.Report(ctx, "wechat", m.PlatformID, push.ReportDelivered))
		if m, err = n.messages.Message(ctx, m.ID); err != nil || m.Report != push.ReportDelivered || m.ReportedAt.IsZero() {
			t.Errorf("reported %q at %v, %v", m.Report, m.ReportedAt, err)
		}
		if _, err := n.messages.DraftRule(ctx, push.Rule{Event: "a.b", Template: "refund", Ways: []push.Way{push.WayMass}}); !errors.Is(err, push.ErrWays) {
			t.Errorf("a rule by mass send: %v", err)
		}
	})
}
