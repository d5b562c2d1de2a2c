package app

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/web"
	"github.com/paypush/paypush/wechat"
)

// wechatEvents takes what an Official Account is told: who follows, who scanned
// a code of ours, who may be written to, and what became of messages.
type wechatEvents struct {
	account   string
	followers *push.Followers
	site      *web.Site
	channel   push.Channel
	log       *slog.Logger
}

func (s *Server) wechatEvents(account string, site *web.Site) http.Handler {
	e := &wechatEvents{account: account, followers: s.followers, site: site, channel: s.accounts.channels[account], log: s.log}
	h := s.accounts.callbacks[account].NewHandler(e.handle)
	h.Late = e.late
	return h
}

func (e *wechatEvents) handle(ctx context.Context, m *wechat.Message) (wechat.Answer, error) {
	e.log.DebugContext(ctx, "wechat event", "account", e.account, "type", m.Type, "event", m.Event)
	switch c := m.Content.(type) {
	case wechat.TemplateResult:
		return nil, e.followers.Report(ctx, e.account, strconv.FormatInt(c.MsgID, 10), reportOf(c))
	case wechat.MassResult:
		return nil, e.followers.Report(ctx, e.account, strconv.FormatInt(c.MsgID, 10), massReport(c))
	case wechat.SubscribeResult:
		return nil, nil
	case wechat.Text:
		if c.MenuItem != "" {
			return nil, e.touch(ctx, m, push.ContactTapped)
		}
		return e.heard(ctx, m, c.Content)
	case wechat.Subscribe:
		return e.scanned(ctx, m, push.ContactFollowed, c.Scene)
	case wechat.Scan:
		return e.scanned(ctx, m, push.ContactTapped, c.Scene)
	case wechat.Unsubscribe:
		return nil, e.touch(ctx, m, push.ContactLeft)
	case wechat.MenuClick, wechat.MenuScan:
		return nil, e.touch(ctx, m, push.ContactTapped)
	case wechat.Image, wechat.Voice, wechat.Video, wechat.Location, wechat.Link:
		return nil, e.touch(ctx, m, push.ContactWrote)
	}
	return nil, e.touch(ctx, m, push.ContactOther)
}

func (e *wechatEvents) touch(ctx context.Context, m *wechat.Message, c push.Contact) error {
	return e.followers.Touch(ctx, e.account, m.From, c, m.CreatedAt)
}

// scanned answers who scanned a code of ours; nobody else is said anything.
func (e *wechatEvents) scanned(ctx context.Context, m *wechat.Message, c push.Contact, scene string) (wechat.Answer, error) {
	if err := e.touch(ctx, m, c); err != nil || scene == "" {
		return nil, err
	}
	text, err := e.site.Scanned(ctx, e.account, scene, m.From)
	return said(text), err
}

// heard takes what somebody wrote, and confirms a choice about promotions.
func (e *wechatEvents) heard(ctx context.Context, m *wechat.Message, text string) (wechat.Answer, error) {
	choice, err := e.followers.Wrote(ctx, e.account, m.From, text, m.CreatedAt)
	if err != nil || !choice {
		return nil, err
	}
	return said("好的，已按您的意愿设置。\nDone as you wish."), nil
}

func said(text string) wechat.Answer {
	if text == "" {
		return nil
	}
	return wechat.TextAnswer(text)
}

// late sends what took too long for an answer as a message of its own, which
// the person's own act has just allowed.
func (e *wechatEvents) late(ctx context.Context, m *wechat.Message, a wechat.Answer) {
	text, ok := a.(wechat.TextAnswer)
	if !ok {
		return
	}
	out := e.channel.Send(ctx, push.Message{Kind: push.KindText, Recipient: m.From, Text: string(text)})
	if out.Status != push.Sent {
		e.log.WarnContext(ctx, "a late answer was not sent", "account", e.account, "status", string(out.Status), "code", out.Code)
	}
}

// reportOf names what the platform reported of a template message.
func reportOf(r wechat.TemplateResult) string {
	switch {
	case r.Delivered():
		return push.ReportDelivered
	case r.Blocked():
		return push.ReportBlocked
	}
	return push.ReportFailed
}

// massDone is the status of a mass call that went out.
const massDone = "send success"

// massReport names what the platform reported of a mass call, which is of all
// its people together.
func massReport(r wechat.MassResult) string {
	switch {
	case r.Sent == 0 || r.Status != massDone:
		return push.ReportFailed
	case r.Sent < r.Total:
		return push.ReportPartly
	}
	return push.ReportDelivered
}
