package store

import (
	"context"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// What of a follower bears on how they may be told, told apart; people who are
// alike are counted together. $1 is the account, $2 the moment, $3 the month,
// $4 to $8 are the bars; $9 belongs to the audience.
const (
	outlookOf = `SELECT COALESCE(f.following, -1) AS following, COALESCE(f.no_promotions, 0) AS refuses,
			CASE WHEN NOT (` + gapKept + `) OR f.promoted_at > CAST(CAST($4 AS TEXT) AS BIGINT) * 60000000 THEN 1 WHEN NOT (` + capsKept + `) THEN 2 ELSE 0 END AS barred,
			CASE WHEN f.mass_month = $3 THEN f.mass_count ELSE 0 END AS masses,
			CASE WHEN f.typed_left > 0 AND f.typed_until > $2 OR f.brief_left > 0 AND f.brief_until > $2 THEN 1 ELSE 0 END AS open,
			COALESCE(f.no_notices, 0) AS silent, COALESCE(f.without, '') AS without, COUNT(*) FROM `
	outlookIn  = outlookOf + `(`
	outlookBy  = `) AS a LEFT JOIN followers AS f ON f.account = $1 AND f.openid = a.openid` + outlookEnd
	outlookEnd = ` GROUP BY 1, 2, 3, 4, 5, 6, 7`

	sqlOutlookFollowers statement = outlookOf + `followers AS f WHERE f.account = $1 AND f.following = 1` + outlookEnd
	sqlOutlookMembers   statement = outlookIn + `SELECT openid FROM bindings WHERE account = $1` + outlookBy
	sqlOutlookTag       statement = outlookIn + `SELECT openid FROM follower_tags WHERE account = $1 AND tag = $9` + outlookBy
	sqlOutlookList      statement = outlookIn + `SELECT openid FROM campaign_people WHERE campaign_no = $9` + outlookBy
	sqlOutlookPayers    statement = outlookIn + `SELECT openid FROM bindings WHERE account = $1 AND EXISTS (SELECT 1 FROM orders
		WHERE orders.member_id = bindings.member_id AND orders.member_id <> '' AND orders.status = 'paid' AND orders.paid_at >= $9)` + outlookBy
)

// Outlook implements [push.CampaignStore].
func (c Campaigns) Outlook(ctx context.Context, v push.Campaign, at time.Time, bars push.Bars) ([]push.Prospect, error) {
	args := append([]any{v.Account, micros(at), push.MonthOf(at)}, barArgs(bars)...)
	var q statement
	switch v.Audience.Kind {
	case push.AudienceFollowers:
		q = sqlOutlookFollowers
	case push.AudienceMembers:
		q = sqlOutlookMembers
	case push.AudienceTag:
		q, args = sqlOutlookTag, append(args, v.Audience.Tag)
	case push.AudiencePaidSince:
		q, args = sqlOutlookPayers, append(args, micros(v.Audience.Since))
	case push.AudienceOpenIDs:
		q, args = sqlOutlookList, append(args, v.No)
	default:
		return nil, push.ErrAudience
	}
	return many(ctx, c.x, func(r row) (p push.Prospect, err error) {
		var following, barred, open int64
		f := &p.Follower
		err = r.Scan(&following, truth{&f.NoPromotions}, &barred, &f.MassCount, &open, truth{&f.NoNotices}, waysOf{&f.Without}, &p.People)
		p.Known, f.Following, f.MassMonth = following >= 0, following == 1, push.MonthOf(at)
		switch barred {
		case barredByGap:
			f.PromotedAt = at
		case barredByCap:
			f.Promotions = slices.Repeat([]time.Time{at.Add(-v.Gap)}, push.MaxCapMost)
		}
		if open == 1 {
			f.Typed = push.Window{Until: at.Add(time.Hour), Left: 1}
		}
		return p, err
	}, q, args...)
}
