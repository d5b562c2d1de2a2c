package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/push"
)

const (
	sqlMassJobAwait statement = `INSERT INTO mass_jobs (account, platform_id, tries, ask_at, taken_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), 0, CAST($3 AS BIGINT), CAST($4 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM message_reports WHERE account = $1 AND platform_id = $2) ON CONFLICT DO NOTHING`
	sqlMassJobsDue statement = `SELECT account, platform_id, tries, ask_at FROM mass_jobs
		WHERE account = $1 AND ask_at <= $2 ORDER BY ask_at LIMIT $3`
	sqlMassJobTake    statement = `UPDATE mass_jobs SET tries = tries + 1, ask_at = $4 WHERE account = $1 AND platform_id = $2 AND ask_at = $3`
	sqlMassJobEnd     statement = `DELETE FROM mass_jobs WHERE account = $1 AND platform_id = $2`
	sqlMassJobsForget statement = `DELETE FROM mass_jobs WHERE (account, platform_id) IN (
		SELECT account, platform_id FROM mass_jobs WHERE taken_at < $1 ORDER BY taken_at LIMIT 1000)`
)

// Await implements [push.CampaignTx]. The platform may have told already.
func (c campaignTx) Await(ctx context.Context, j push.Job, now time.Time) error {
	_, err := change(ctx, c.txn, sqlMassJobAwait, j.Account, j.PlatformID, micros(j.AskAt), micros(now))
	return err
}

// DueJobs implements [push.FollowerStore].
func (f Followers) DueJobs(ctx context.Context, account string, now time.Time, limit int) ([]push.Job, error) {
	return many(ctx, f.db.reader(), func(r row) (j push.Job, err error) {
		err = r.Scan(&j.Account, &j.PlatformID, &j.Tries, moment{&j.AskAt})
		return j, err
	}, sqlMassJobsDue, account, micros(now), limit)
}

// TakeJob implements [push.FollowerStore].
func (f Followers) TakeJob(ctx context.Context, j push.Job, next time.Time) (mine bool, err error) {
	err = f.db.update(ctx, func(tx *txn) error {
		n, err := change(ctx, tx, sqlMassJobTake, j.Account, j.PlatformID, micros(j.AskAt), micros(next))
		mine = n == 1
		return err
	})
	return mine, err
}

// EndJob implements [push.FollowerStore].
func (f Followers) EndJob(ctx context.Context, j push.Job, report string, at time.Time) error {
	return f.db.update(ctx, func(tx *txn) error {
		return reported(ctx, tx, j.Account, j.PlatformID, report, at)
	})
}

// reported writes down how a message, or a mass call, ended; without a report
// only that it did.
func reported(ctx context.Context, tx *txn, account, platformID, report string, at time.Time) error {
	if report != "" {
		if _, err := change(ctx, tx, sqlReport, account, platformID, report, micros(at)); err != nil {
			return err
		}
	}
	_, err := change(ctx, tx, sqlMassJobEnd, account, platformID)
	return err
}
