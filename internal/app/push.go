package app

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/wechat"
)

// openPush makes the services of messages, campaigns and followers.
func (s *Server) openPush() {
	messages, book, holder := s.db.Messages(), s.db.Book(), rand.Text()
	s.push = push.NewService(push.Config{Store: s.metrics.Messages(messages), People: messages, Channels: s.accounts.channels,
		Templates: s.templates(), Book: book, Rules: book, WeChat: s.wechat().Name, Now: s.clock.Now, NewID: id.New,
		BaseURL: s.conf.PublicURL, Log: s.log})
	s.campaigns = push.NewCampaigns(push.CampaignConfig{Store: s.db.Campaigns(), Messages: s.push, Channels: s.accounts.channels,
		WeChat: s.wechat().Name, Now: s.clock.Now, NewID: id.New, Holder: holder, Log: s.log})
	s.followers = push.NewFollowers(push.FollowersConfig{Store: s.db.Followers(), Channels: s.accounts.channels, Now: s.clock.Now,
		Holder: holder, Log: s.log})
}

// beginPush works on campaigns and followers for as long as live does.
func (s *Server) beginPush(live context.Context) {
	s.loop(func() { s.campaigns.Run(live) })
	s.loop(func() { s.followers.Run(live) })
	s.loop(func() { every(live, cleanEvery, func() { s.forgetReports(live) }) })
}

// reportsKept is for how long it is known what a platform reported of a message.
const reportsKept = 90 * 24 * time.Hour

func (s *Server) forgetReports(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := s.db.Followers().ForgetReports(ctx, s.clock.Now().Add(-reportsKept))
		if err != nil && ctx.Err() == nil {
			s.log.Error("old reports can't be deleted", "error", err)
		}
		if n == 0 || err != nil {
			return
		}
	}
}

// onEvents is what follows from every event, of whatever type.
func (s *Server) onEvents(ctx context.Context, all []event.Event) error {
	if err := s.push.OnEvents(ctx, all); err != nil {
		return err
	}
	return s.webhooks.Enqueue(ctx, all)
}

// wechatEvent takes what an Official Account is told: who follows, who may be
// written to, and what became of messages.
func (s *Server) wechatEvent(account string) wechat.HandleFunc {
	return func(ctx context.Context, m *wechat.Message) (wechat.Answer, error) {
		s.log.DebugContext(ctx, "wechat event", "account", account, "type", m.Type, "event", m.Event)
		contact := push.ContactOther
		switch c := m.Content.(type) {
		case wechat.TemplateResult:
			return nil, s.followers.Report(ctx, account, platformID(c.MsgID), reportOf(c))
		case wechat.MassResult, wechat.SubscribeResult:
			return nil, nil
		case wechat.Text:
			if c.MenuItem == "" {
				return s.heard(ctx, account, m, c.Content)
			}
			contact = push.ContactTapped
		case wechat.Subscribe:
			contact = push.ContactFollowed
		case wechat.Unsubscribe:
			contact = push.ContactLeft
		case wechat.Scan, wechat.MenuClick, wechat.MenuScan:
			contact = push.ContactTapped
		case wechat.Image, wechat.Voice, wechat.Video, wechat.Location, wechat.Link:
			contact = push.ContactWrote
		}
		return nil, s.followers.Touch(ctx, account, m.From, contact, m.CreatedAt)
	}
}

// heard takes what somebody wrote, and confirms a choice about promotions.
func (s *Server) heard(ctx context.Context, account string, m *wechat.Message, text string) (wechat.Answer, error) {
	choice, err := s.followers.Wrote(ctx, account, m.From, text, m.CreatedAt)
	if err != nil || !choice {
		return nil, err
	}
	return wechat.TextAnswer("好的，已按您的意愿设置。\nDone as you wish."), nil
}

func platformID(n int64) string { return strconv.FormatInt(n, 10) }

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
