package app

import (
	"context"
	"crypto/rand"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/push"
)

// openPush makes the services of messages, campaigns and followers.
func (s *Server) openPush() {
	messages, book, holder := s.db.Messages(), s.db.Book(), rand.Text()
	s.push = push.NewService(push.Config{Store: s.metrics.Messages(messages), People: messages, Channels: s.accounts.channels,
		Templates: s.templates(), Book: book, Rules: book, WeChat: s.wechat().Name, Now: s.clock.Now, NewID: id.New,
		BaseURL: s.conf.PublicURL, Log: s.log})
	s.campaigns = push.NewCampaigns(push.CampaignConfig{Store: s.metrics.Campaigns(s.db.Campaigns()), Messages: s.push, Channels: s.accounts.channels,
		WeChat: s.wechat().Name, Rates: s.rates(), Caps: s.caps(), Now: s.clock.Now, NewID: id.New, Holder: holder, Log: s.log})
	s.followers = push.NewFollowers(push.FollowersConfig{Store: s.db.Followers(), Channels: s.accounts.channels, Now: s.clock.Now,
		Holder: holder, Log: s.log})
}

// rates are the limits that the configuration sets to campaigns.
func (s *Server) rates() map[string]int64 {
	rates := map[string]int64{push.ProviderWeChat: s.conf.WeChatRate}
	for _, w := range s.conf.WeChat {
		rates[w.Name] = w.Rate
	}
	return rates
}

// caps are how many promotions the configuration allows to one person.
func (s *Server) caps() map[string]push.Cap {
	caps := map[string]push.Cap{}
	for _, w := range s.conf.WeChat {
		caps[w.Name] = push.Cap{Most: w.Promotions, Days: w.PromotionDays}
	}
	return caps
}

// beginPush works on campaigns and followers for as long as live does.
func (s *Server) beginPush(live context.Context) {
	s.loop(func() { s.campaigns.Run(live) })
	s.loop(func() { s.followers.Run(live) })
}

// answer has the rules answer events, and delivers at once what they say.
func (s *Server) answer(ctx context.Context, all []event.Event) ([]job.Job, error) {
	placed, err := s.push.OnEvents(ctx, all)
	jobs := make([]job.Job, len(placed))
	for i, id := range placed {
		jobs[i] = deliverJob(id)
	}
	return jobs, err
}
