package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// When somebody was told promotions is kept as text: minutes since 1970 in
// eight digits and a comma, newest first. So SQL finds the n-th one by its
// place, and compares it as text. $4 is the moment after which one counts as
// recent, $5 and $6 are the place and moment of one cap, $7 and $8 of the other.
const (
	minuteSize = 9

	gapKept  = `substr(COALESCE(f.promotions, ''), 1, 8) <= CAST($4 AS TEXT)`
	capsKept = `substr(COALESCE(f.promotions, ''), CAST($5 AS INTEGER), 8) <= CAST($6 AS TEXT) AND substr(COALESCE(f.promotions, ''), CAST($7 AS INTEGER), 8) <= CAST($8 AS TEXT)`

	sqlPromise statement = `UPDATE followers AS f SET promotions = substr(CAST($3 AS TEXT) || promotions, 1, 180)
		WHERE f.account = $1 AND f.openid IN (SELECT value->>0 FROM json_each($2)) AND ` + gapKept + ` AND ` + capsKept + ` RETURNING openid`
	sqlWithdraw statement = `UPDATE followers SET promotions = substr(promotions, 10)
		WHERE account = $1 AND openid IN (SELECT value->>0 FROM json_each($2))`
)

// never is after every moment, so that what is held against it is kept.
const never = "99999999"

// What keeps people from a promotion, as the outlook tells it.
const (
	barredByGap = 1
	barredByCap = 2
)

// minuteText is a moment to the minute; of what was told, up to the next one.
func minuteText(t time.Time) string { return fmt.Sprintf("%08d", t.Unix()/60) }

// barArgs are the bars as statements take them: $4 to $8.
func barArgs(b push.Bars) []any {
	cut := func(b push.Bar) (int, string) {
		if b.Most == 0 {
			return 1, never
		}
		return (b.Most-1)*minuteSize + 1, minuteText(b.After)
	}
	_, gap := cut(b.Gap)
	place, after := cut(b.Account)
	place2, after2 := cut(b.Campaign)
	return []any{gap, place, after, place2, after2}
}

// promotionsOf reads when promotions were told.
type promotionsOf struct{ to *[]time.Time }

// Scan implements sql.Scanner.
func (p promotionsOf) Scan(v any) error {
	*p.to = nil
	for text, _ := v.(string); len(text) >= minuteSize; text = text[minuteSize:] {
		minute, err := strconv.ParseInt(text[:minuteSize-1], 10, 64)
		if err != nil {
			return err
		}
		*p.to = append(*p.to, time.Unix(minute*60, 0).UTC())
	}
	return nil
}

// Promise implements [push.CampaignTx]. The row is looked at again once
// whoever else promised is done, so that together they keep to the bars.
func (c campaignTx) Promise(ctx context.Context, account string, openids []string, now time.Time, bars push.Bars) (map[string]bool, error) {
	note := minuteText(now.Add(time.Minute-1)) + ","
	taken := make(map[string]bool, len(openids))
	return taken, each(ctx, c.txn, into(taken), sqlPromise, append([]any{account, tuples(openids, single), note}, barArgs(bars)...)...)
}

// Withdraw implements [push.CampaignTx].
func (c campaignTx) Withdraw(ctx context.Context, account string, openids []string) error {
	_, err := change(ctx, c.txn, sqlWithdraw, account, tuples(openids, single))
	return err
}
