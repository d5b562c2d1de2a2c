package web

import (
	"fmt"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
)

// What the domains' words are called in the page's language. A word that the
// catalogs lack is shown as it is.

func (l locale) word(prefix, word string) string {
	if l.Has(prefix + word) {
		return l.T(prefix + word)
	}
	return word
}

// ChannelName is what people call a way to pay.
func (b Base) ChannelName(channel string) string { return b.Locale.word("channel.", channel) }

// Heading says in a few words how the order stands.
func (p cashierPage) Heading() string { return p.T("cashier.title." + p.State) }

// LiveState is the state by which the stream knows what this page shows.
func (p cashierPage) LiveState() string {
	if p.State == stateAsking {
		return statePending
	}
	return p.State
}

// SurplusText explains money that came and did not pay this order.
func (p cashierPage) SurplusText(one pay.Payment) string {
	return p.T("surplus."+string(one.Surplus), p.Locale.Money(one.PaidAmount))
}

// Clock is the code's remaining life as minutes and seconds.
func (p bindPage) Clock() string { return fmt.Sprintf("%d:%02d", p.Seconds/60, p.Seconds%60) }

// OrderStatus is what people call a state of an order.
func (b Base) OrderStatus(st pay.OrderStatus) string {
	return b.Locale.word("order.status.", string(st))
}

// PaymentStatus is what people call a state of a payment.
func (b Base) PaymentStatus(st pay.PaymentStatus) string {
	return b.Locale.word("payment.status.", string(st))
}

// RefundStatus is what people call a state of a refund.
func (b Base) RefundStatus(st pay.RefundStatus) string {
	return b.Locale.word("refund.status.", string(st))
}

// SurplusState is what people call a state of a surplus.
func (b Base) SurplusState(st pay.SurplusState) string {
	return b.Locale.word("surplus.state.", string(st))
}

// SurplusName is what people call a kind of surplus.
func (b Base) SurplusName(k pay.SurplusKind) string { return b.Locale.word("surplus.kind.", string(k)) }

// SurplusWhy explains a kind of surplus to somebody of the team.
func (b Base) SurplusWhy(k pay.SurplusKind) string { return b.Locale.word("surplus.why.", string(k)) }

// VerdictName is what people call what became of a notice.
func (b Base) VerdictName(v pay.Verdict) string { return b.Locale.word("verdict.", string(v)) }

// RoleName is what people call a role.
func (b Base) RoleName(r member.Role) string { return b.Locale.word("role.", string(r)) }

// ActionName is what people call something that was done.
func (b Base) ActionName(a audit.Action) string { return b.Locale.word("action.", string(a)) }

// MessageStatus is what people call a state of a message.
func (b Base) MessageStatus(st push.Status) string {
	return b.Locale.word("message.status.", string(st))
}

// MessageText is what a message said, in a line.
func (p Base) MessageText(m push.Message) string {
	switch {
	case m.Kind == push.KindText:
		return m.Text
	case m.Template == push.TemplateReceipt:
		return p.T("message.receipt", m.Values["subject"], m.Values["amount"])
	}
	return m.Template
}

// CampaignStatus is what people call a state of a campaign.
func (b Base) CampaignStatus(st push.CampaignStatus) string {
	return b.Locale.word("campaign.status.", string(st))
}

// WayName is what people call a way of telling somebody.
func (b Base) WayName(w push.Way) string { return b.Locale.word("way.", string(w)) }

// PurposeName is what people call a kind of campaign.
func (b Base) PurposeName(p push.Purpose) string { return b.Locale.word("purpose.", string(p)) }

// EventName is what people call an event; a team's own is shown as it is.
func (b Base) EventName(t event.Type) string { return b.Locale.word("event.", string(t)) }

// CodeName says in a few words what a code means: ours, or a platform's as it
// is.
func (b Base) CodeName(code string) string { return b.Locale.word("skip.", code) }

// MissedName is what is done about a missed start.
func (b Base) MissedName(policy string) string { return b.Locale.word("missed.", policy) }
