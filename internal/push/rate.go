package push

import "time"

// limit is a rate that all nodes share: so many messages a second under a name.
type limit struct {
	name string
	rate int64
}

// span is what so many messages take under the rate.
func (l limit) span(messages int) time.Duration {
	return time.Second / time.Duration(l.rate) * time.Duration(messages)
}

// ProviderWeChat is the name under which all accounts of WeChat together may
// be limited; see [CampaignConfig].
const ProviderWeChat = "provider:wechat"

// limits are the rates that a campaign is under.
func (s *Campaigns) limits(c Campaign) []limit {
	all := []limit{{"campaign:" + c.ID, c.Rate}, {"account:" + c.Account, s.rates[c.Account]}, {ProviderWeChat, s.rates[ProviderWeChat]}}
	n := 0
	for _, l := range all {
		if l.rate > 0 {
			all[n] = l
			n++
		}
	}
	return all[:n]
}

// single is how many recipients a batch of single messages has: those of half a
// second where there is a rate, so that a pause never waits long.
func (s *Campaigns) single(c Campaign) int {
	most := int64(batchSize)
	for _, l := range s.limits(c) {
		most = min(most, max(1, l.rate/2))
	}
	return int(most)
}

// batchFor is how many candidates are looked at for one batch.
func (s *Campaigns) batchFor(c Campaign) int {
	if c.Purpose == PurposePromotion {
		return massSize
	}
	return s.single(c)
}
