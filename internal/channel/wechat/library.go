package wechat

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
	client "github.com/paypush/paypush/wechat"
)

var _ push.Librarian = (*Channel)(nil)

var gap = regexp.MustCompile(`(?:^|\n)([^\n{}]*)\{\{([A-Za-z0-9_]+)\.DATA\}\}`)

// onceSubscription is the one keyword of the template that every account has
// for one-time subscriptions; template messages can't use it.
const onceSubscription = "content"

// PlatformTemplates lists the account's templates, 25 at most, with their
// keywords as the content names them.
func (c *Channel) PlatformTemplates(ctx context.Context) ([]push.PlatformTemplate, error) {
	found, err := c.client.Templates(ctx)
	if err != nil {
		return nil, unlisted("wechat.PlatformTemplates", err)
	}
	var all []push.PlatformTemplate
	for _, t := range found {
		one := push.PlatformTemplate{ID: t.ID, Title: t.Title, Example: t.Example}
		for _, m := range gap.FindAllStringSubmatch(t.Content, -1) {
			one.Keywords = append(one.Keywords, push.Keyword{Name: m[2], Label: strings.Trim(m[1], " :：")})
		}
		if len(one.Keywords) > 0 && (len(one.Keywords) > 1 || one.Keywords[0].Name != onceSubscription) {
			all = append(all, one)
		}
	}
	return all, nil
}

// Configured implements [push.Librarian].
func (c *Channel) Configured(template string) (push.Layout, bool) {
	t, ok := c.templates[template]
	return push.Layout{ID: t.ID, Fields: t.Fields}, ok
}

// unlisted gives a failed look at the account the domain's kind.
func unlisted(op string, err error) error {
	var e *client.Error
	if errors.As(err, &e) && e.Rejected() {
		return fault.New(fault.Rejected, "wechat_refused", "WeChat refused this. Run the doctor to see what the account lacks.").Because(op, err)
	}
	return fault.New(fault.Unavailable, "wechat_unavailable", "WeChat can't be reached now. Try again in a minute.").Because(op, err)
}
