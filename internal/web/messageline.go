package web

import (
	"context"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/push"
)

// messageLine puts together what happened to a message, oldest first.
func (s *Site) messageLine(ctx context.Context, l locale, m push.Message) (all []happening, err error) {
	made := happening{At: m.CreatedAt, Kind: "message", What: l.T("message.made")}
	made.Detail, made.Link = origin(l, m.Key)
	all = append(all, made)
	if !m.FirstTryAt.IsZero() {
		all = append(all, happening{At: m.FirstTryAt, Kind: "message", What: l.T("message.tried"), Detail: l.T("message.attempts", m.Attempts)})
	}
	if !m.DoneAt.IsZero() {
		all = append(all, happening{At: m.DoneAt, Kind: "message", What: l.word("message.status.", string(m.Status)),
			Detail: strings.TrimSpace(m.Code + " " + m.Detail), Bad: m.Status == push.Failed || m.Status == push.Unknown})
	}
	if m.Report != "" {
		all = append(all, happening{At: m.ReportedAt, Kind: "message", Bad: m.Report != push.ReportDelivered,
			What: l.T("message.reported", l.word("report.", m.Report))})
	}
	if err := s.linePeople(ctx, l, []string{m.ID}, &all); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.At.Compare(b.At) })
	return all, nil
}

// origin tells by its key what a message came from, and where that is shown.
func origin(l locale, key string) (what, link string) {
	first, rest, _ := strings.Cut(key, ":")
	switch first {
	case "order.paid":
		return l.T("message.by_order"), "/admin/orders/" + rest
	case "rule":
		rule, event, _ := strings.Cut(rest, ":")
		return l.T("message.by_rule", event), "/admin/rules/" + rule
	case "again":
		return l.T("message.by_again"), "/admin/messages/" + rest
	case "trial":
		campaign, _, _ := strings.Cut(rest, ":")
		return l.T("message.by_trial"), "/admin/campaigns/" + campaign
	case "sample":
		name, _, _ := strings.Cut(rest, ":")
		return l.T("message.by_sample"), "/admin/templates/" + name
	}
	return l.T("message.by_call"), ""
}
