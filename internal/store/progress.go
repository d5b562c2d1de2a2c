package store

import (
	"context"

	"github.com/paypush/paypush/internal/push"
)

const (
	sqlRunning      statement = `SELECT ` + campaignColumns + ` FROM campaigns WHERE status = 'running' ORDER BY no LIMIT 100`
	sqlProgressMark statement = `INSERT INTO campaign_progress (campaign_no, at, total, sent, failed, skipped, unknown)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM campaign_progress WHERE campaign_no = $1 AND total = $3 AND sent = $4 AND failed = $5
			AND skipped = $6 AND unknown = $7)
		ON CONFLICT (campaign_no, at) DO UPDATE SET total = excluded.total, sent = excluded.sent, failed = excluded.failed,
			skipped = excluded.skipped, unknown = excluded.unknown`
	sqlProgress statement = `SELECT at, total, sent, failed, skipped, unknown FROM campaign_progress WHERE campaign_no = $1 ORDER BY at`
)

// Running implements [push.CampaignStore].
func (c Campaigns) Running(ctx context.Context) ([]push.Campaign, error) {
	return many(ctx, c.x, scanCampaign, sqlRunning)
}

// Mark implements [push.CampaignStore].
func (c Campaigns) Mark(ctx context.Context, no int64, p push.Progress) error {
	return c.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlProgressMark, no, micros(p.At), p.Total, p.Sent, p.Failed, p.Skipped, p.Unknown)
		return err
	})
}

// Progress implements [push.CampaignStore].
func (c Campaigns) Progress(ctx context.Context, no int64) ([]push.Progress, error) {
	return many(ctx, c.x, func(r row) (p push.Progress, err error) {
		err = r.Scan(moment{&p.At}, &p.Total, &p.Sent, &p.Failed, &p.Skipped, &p.Unknown)
		p.Queued = max(0, p.Total-p.Sent-p.Failed-p.Skipped-p.Unknown)
		return p, err
	}, sqlProgress, no)
}
