package store

import (
	"context"
	"time"
)

// What of an ended campaign is of no use once its recipients are archived: the
// list that it came with, how far it was over time, and its own rate.
const (
	sqlCampaignForgettable statement = `SELECT no, id FROM campaigns WHERE no > $1 AND done_at > 0 AND done_at < $2
			AND (EXISTS (SELECT 1 FROM campaign_people WHERE campaign_people.campaign_no = no)
				OR EXISTS (SELECT 1 FROM campaign_progress WHERE campaign_progress.campaign_no = no))
		ORDER BY no LIMIT 1`
	sqlPeopleForget statement = `DELETE FROM campaign_people WHERE campaign_no = $1 AND openid IN (
		SELECT openid FROM campaign_people WHERE campaign_no = $1 ORDER BY openid LIMIT 1000)`
	sqlProgressForget statement = `DELETE FROM campaign_progress WHERE campaign_no = $1 AND at IN (
		SELECT at FROM campaign_progress WHERE campaign_no = $1 ORDER BY at LIMIT 1000)`
	sqlLimitForget statement = `DELETE FROM send_limits WHERE name = $1`
)

// Forget deletes a batch of what only campaigns that ended before then needed,
// and returns how many rows; call it until that is 0. The campaigns, their
// counts and their recipients stay.
func (c Campaigns) Forget(ctx context.Context, then time.Time) (n int64, err error) {
	type ended struct {
		no int64
		id string
	}
	found, err := many(ctx, c.x, func(r row) (e ended, err error) {
		err = r.Scan(&e.no, &e.id)
		return e, err
	}, sqlCampaignForgettable, int64(-1), micros(then))
	if err != nil || len(found) == 0 {
		return 0, err
	}
	err = c.db.update(ctx, func(tx *txn) error {
		n = 0
		for _, q := range []statement{sqlPeopleForget, sqlProgressForget} {
			gone, err := change(ctx, tx, q, found[0].no)
			if err != nil {
				return err
			}
			n += gone
		}
		_, err := change(ctx, tx, sqlLimitForget, "campaign:"+found[0].id)
		return err
	})
	return n, err
}
