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
	_ push.Inquirer  = (*Channel)(nil)
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

// noJob is what the platform answers about a mass call that it does not know.
const noJob = 40059

// MassReport asks how a mass call ended. The platform tells by its event alone
// how many were reached, so that a call that succeeded counts as delivered; one
// that was taken back, or that it has forgotten, ended without a report.
func (c *Channel) MassReport(ctx context.Context, platformID string) (report string, ended bool, err error) {
	id, err := strconv.ParseInt(platformID, 10, 64)
	if err != nil {
		return "", true, nil //nolint:nilerr // no number of the platform's: there is nobody to ask
	}
	state, err := c.client.MassStatus(ctx, id)
	var e *client.Error
	if errors.As(err, &e) && e.Code == noJob {
		return "", true, nil
	}
	if err != nil {
		return "", false, fault.Wrap("wechat.MassReport", err)
	}
	switch state {
	case client.MassSucceeded:
		return push.ReportDelivered, true, nil
	case client.MassFailed:
		return push.ReportFailed, true, nil
	}
	return "", state == client.MassDeleted, nil
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
