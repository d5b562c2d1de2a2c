// Package wechat translates the Official Account client to the domains of
// messages and of people, once. It keeps no state: the access token is the
// client's, the bindings are the store's.
package wechat

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/push"
	client "github.com/paypush/paypush/wechat"
)

// Template maps one of our templates to one of the account's: the platform's
// id, and for each keyword of it the name of our value.
type Template struct {
	ID     string
	Fields map[string]string // keyword -> our value's name, or "=text" for a fixed text
}

// Channel sends messages as one Official Account. It is a [push.Channel] and a
// [push.Recogniser], and safe for any number of goroutines.
type Channel struct {
	client    *client.Client
	templates map[string]Template // by our name
}

// NewChannel makes a channel. Messages of a template that is not in templates
// are skipped.
func NewChannel(c *client.Client, templates map[string]Template) *Channel {
	return &Channel{client: c, templates: templates}
}

var (
	_ push.Channel    = (*Channel)(nil)
	_ push.Recogniser = (*Channel)(nil)
	_ push.Adviser    = (*Channel)(nil)
)

// window is for how long the platform surely recognises a client_msg_id: about
// ten minutes, of which two are left for clocks that differ.
const window = 8 * time.Minute

// Recognised is eight minutes for a template message, which carries a
// client_msg_id, and nothing for a custom message, which has none.
func (c *Channel) Recognised(m push.Message) time.Duration {
	if m.Kind == push.KindTemplate {
		return window
	}
	return 0
}

// Advise says what to do about one of the platform's codes.
func (c *Channel) Advise(code string) push.Sentence {
	n, err := strconv.Atoi(code)
	if err != nil || n == 0 {
		return push.Sentence{}
	}
	e := (&client.Error{Code: n}).Explain()
	return push.Sentence{Zh: e.Chinese + "：" + e.AdviceChinese, En: e.English + ": " + e.AdviceEnglish}
}

// Send sends a text as a custom message and a template as a template message;
// a preview shows what mass send would.
func (c *Channel) Send(ctx context.Context, m push.Message) push.Outcome {
	if m.Way == push.WayPreview {
		return outcome("", c.client.MassPreview(ctx, m.Recipient, client.MassText(m.Text)))
	}
	if m.Kind == push.KindText {
		return outcome("", c.client.SendText(ctx, m.Recipient, m.Text))
	}
	t, ok := c.templates[m.Template]
	if m.Layout != nil {
		t, ok = Template{ID: m.Layout.ID, Fields: m.Layout.Fields}, true
	}
	if !ok {
		return push.Outcome{Status: push.Skipped, Code: push.CodeUnmapped,
			Detail: "The account has no template for \"" + m.Template + "\". Map one in the template or the configuration."}
	}
	msgID, err := c.client.SendTemplate(ctx, client.Template{ToUser: m.Recipient, TemplateID: t.ID, URL: m.Link,
		ClientMsgID: clientMsgID(m.ID), Data: t.data(m.Values)})
	return outcome(strconv.FormatInt(msgID, 10), err)
}

// data fills in the keywords, each cut to what its type takes: a subject that
// is too long for a thing is no reason not to tell the person.
func (t Template) data(values map[string]string) map[string]client.Value {
	data := make(map[string]client.Value, len(t.Fields))
	for keyword, value := range (push.Layout{Fields: t.Fields}).Fill(values) {
		data[keyword] = client.Value{Value: client.FitValue(keyword, value)}
	}
	return data
}

// clientMsgID is the message's own id without its prefix, 32 characters, which
// is all that the platform takes.
func clientMsgID(id string) string { return id[max(0, len(id)-32):] }

// countUsedUp says that the messages that a follower's last action allowed are
// used up.
const countUsedUp = 45047

// outcome translates the result of one call.
func outcome(platformID string, err error) push.Outcome {
	if err == nil {
		return push.Outcome{Status: push.Sent, PlatformID: platformID}
	}
	var e *client.Error
	if !errors.As(err, &e) {
		return push.Outcome{Status: push.Unknown, Detail: err.Error()}
	}
	out := push.Outcome{Detail: e.Error(), After: e.RetryAfter()}
	if e.Code != 0 {
		out.Code = strconv.Itoa(e.Code)
	}
	switch {
	case e.Unreachable():
		out.Status = push.Skipped
	case e.Retryable():
		out.Status = push.Queued
	case e.Code == countUsedUp: // one person's, so nobody else waits for it
		out.Status = push.Skipped
	case e.QuotaExhausted():
		out.Status, out.After, out.Exhausted = push.Queued, max(out.After, time.Hour), true
	case e.Rejected():
		out.Status = push.Failed
	default:
		out.Status = push.Unknown
	}
	return out
}
