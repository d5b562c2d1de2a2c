package wechat

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
	client "github.com/paypush/paypush/wechat"
)

var (
	_ push.Masser    = (*Channel)(nil)
	_ push.Previewer = (*Channel)(nil)
	_ push.Allower   = (*Channel)(nil)
)

// What the platform answers to a mass call that it knows: it names the job of
// the first one.
const (
	massKnown   = 45065
	massTooSoon = 45066 // within a minute after the first
)

// SendMass sends a text to a list by mass send. A call that the platform has
// taken already counts as sent.
func (c *Channel) SendMass(ctx context.Context, m push.Mass) push.Outcome {
	job, err := c.client.MassSendList(ctx, m.Recipients, client.MassText(m.Text), client.MassOptions{ClientMsgID: m.ID})
	var e *client.Error
	if errors.As(err, &e) && (e.Code == massKnown || e.Code == massTooSoon) && job.MsgID != 0 {
		err = nil
	}
	out := outcome(strconv.FormatInt(job.MsgID, 10), err)
	if e != nil && err != nil && e.Code == massTooSoon {
		out.Status, out.After = push.Unknown, time.Minute
	}
	out.Somebody = out.Status == push.Failed && (e.Code == strangerCode || e.Code == foreignCode)
	return out
}

// What the platform answers to a call because of somebody in its list.
const (
	strangerCode = 40003 // an openid that is none of this account's
	foreignCode  = 49003 // another account's
)

// Preview fills a layout in as Send does and asks the client's rules for each
// keyword.
func (c *Channel) Preview(l push.Layout, values map[string]string) []push.Line {
	data := Template{Fields: l.Fields}.data(values)
	all := make([]push.Line, 0, len(data))
	for _, keyword := range slices.Sorted(maps.Keys(data)) {
		v := data[keyword].Value
		all = append(all, push.Line{Keyword: keyword, Value: v, Fault: client.CheckValue(keyword, v)})
	}
	return all
}

// Allowance asks the platform for the day's quota of a way.
func (c *Channel) Allowance(ctx context.Context, way push.Way) (daily, left int64, err error) {
	path := "/cgi-bin/message/template/send"
	switch way {
	case push.WayCustom:
		path = "/cgi-bin/message/custom/send"
	case push.WayMass:
		path = "/cgi-bin/message/mass/send"
	}
	q, err := c.client.Quota(ctx, path)
	return q.Daily, q.Remain, fault.Wrap("wechat.Allowance", err)
}
