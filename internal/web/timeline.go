package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/webhook"
)

// happening is one line of an order's history.
type happening struct {
	At     time.Time
	Kind   string // "event", "notice", "message", "webhook", "person" or "difference"
	What   string
	Detail string
	Link   string // empty for none
	Bad    bool
}

// timeline puts together what happened to an order, oldest first, out of the
// places that each know a part of it.
func (s *Site) timeline(ctx context.Context, l locale, p orderPage) (all []happening, err error) {
	objects := []string{p.Order.ID}
	for _, one := range p.Payments {
		objects = append(objects, one.ID)
	}
	for _, one := range p.Refunds {
		objects = append(objects, one.ID)
	}
	for _, part := range []func(context.Context, locale, []string, *[]happening) error{s.lineEvents, s.lineNotices, s.lineMessage, s.linePeople, s.lineDifferences} {
		if err := part(ctx, l, objects, &all); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.At.Compare(b.At) })
	return all, nil
}

func (s *Site) lineEvents(ctx context.Context, l locale, objects []string, all *[]happening) error {
	endpoints, err := s.Desk.Webhooks.Endpoints(ctx)
	if err != nil {
		return err
	}
	for _, id := range objects {
		events, err := s.Desk.History.Of(ctx, id)
		if err != nil {
			return err
		}
		for _, e := range events {
			*all = append(*all, happening{At: e.At, Kind: "event", What: l.word("event.", string(e.Type)), Detail: e.Object})
			if err := s.lineWebhooks(ctx, l, endpoints, e.ID, all); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Site) lineWebhooks(ctx context.Context, l locale, endpoints []webhook.Endpoint, eventID string, all *[]happening) error {
	found, err := s.Desk.Webhooks.Deliveries(ctx, webhook.Filter{EventID: eventID, Limit: 100})
	for _, d := range found {
		at, to := d.DoneAt, d.EndpointID
		if at.IsZero() {
			at = d.CreatedAt
		}
		for _, e := range endpoints {
			if e.ID == to {
				to = e.URL
			}
		}
		*all = append(*all, happening{At: at, Kind: "webhook", Bad: d.Status == webhook.Failed, Link: "/admin/deliveries/" + d.ID,
			What: l.word("delivery.status.", string(d.Status)), Detail: l.T("line.webhook", d.Type, to, d.Attempts)})
	}
	return err
}

func (s *Site) lineNotices(ctx context.Context, l locale, objects []string, all *[]happening) error {
	for _, id := range objects {
		if !strings.HasPrefix(id, "pay_") {
			continue
		}
		found, err := s.Pay.Reader().NoticePage(ctx, pay.NoticeSearch{PaymentID: id, Limit: 100})
		if err != nil {
			return err
		}
		for _, n := range found {
			*all = append(*all, happening{At: n.ReceivedAt, Kind: "notice", What: l.word("verdict.", string(n.Verdict)),
				Detail: l.T("line.notice", n.Number, n.Deliveries), Link: "/admin/notices/" + n.ID, Bad: n.Verdict == pay.VerdictMismatched})
		}
	}
	return nil
}

func (s *Site) lineMessage(ctx context.Context, l locale, objects []string, all *[]happening) error {
	m, err := s.Desk.Outcomes.MessageByKey(ctx, "order.paid:"+objects[0])
	if errors.Is(err, push.ErrNoMessage) {
		return nil
	}
	*all = append(*all, happening{At: m.CreatedAt, Kind: "message", What: l.word("message.status.", string(m.Status)),
		Detail: strings.TrimSpace(m.Template + " " + m.Code), Bad: m.Status == push.Failed || m.Status == push.Unknown})
	return err
}

func (s *Site) linePeople(ctx context.Context, l locale, objects []string, all *[]happening) error {
	for _, id := range objects {
		found, err := s.Desk.Trail.Entries(ctx, audit.Filter{Object: id, Limit: 100})
		if err != nil {
			return err
		}
		for _, e := range found {
			*all = append(*all, happening{At: e.At, Kind: "person", What: l.word("action.", string(e.Action)),
				Detail: fmt.Sprintf("%s %s", s.actorName(ctx, e.Actor), cmp.Or(e.Became, e.Was))})
		}
	}
	return nil
}

// actorName is what people call somebody who did something: a member's name
// where there still is one, otherwise the actor as it is.
func (s *Site) actorName(ctx context.Context, actor string) string {
	id, ok := strings.CutPrefix(actor, audit.MemberActor)
	if !ok {
		return actor
	}
	if m, err := s.Members.Member(ctx, id); err == nil {
		return m.Name
	}
	return actor
}
