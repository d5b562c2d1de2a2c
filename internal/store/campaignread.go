package store

import (
	"context"

	"github.com/paypush/paypush/internal/push"
)

const (
	sqlChunksDue statement = `SELECT 1 FROM campaign_chunks WHERE due_at > 0 AND due_at <= $1 AND lease_until <= $2
		AND +campaign_no IN (` + openCampaigns + `) LIMIT 1`
	// Chosen once and apart: inside a join PostgreSQL might choose again for
	// each row, and lock other chunks each time.
	sqlChunksLease statement = `WITH oldest AS MATERIALIZED (
			SELECT campaign_no AS c, first AS f FROM campaign_chunks WHERE due_at > 0 AND due_at <= $1 AND lease_until <= $2
			AND +campaign_no IN (` + openCampaigns + `) ORDER BY due_at LIMIT $6 /*skip locked*/)
		UPDATE campaign_chunks SET holder = $4, lease_until = $5 FROM oldest WHERE campaign_no = oldest.c AND first = oldest.f
			AND +due_at > 0 AND +lease_until <= $2
		RETURNING campaign_no, first, size`
	// The names of limits are those of push's rate.go.
	openCampaigns = `SELECT no FROM campaigns WHERE status = 'running' AND hold_until <= $1 AND (kind <> 'service' OR NOT EXISTS (
			SELECT 1 FROM send_limits AS l WHERE l.name IN ('campaign:' || id, 'account:' || account, 'provider:wechat') AND l.next_at > $3))
		UNION ALL SELECT no FROM campaigns WHERE status = 'cancelled'`
	sqlChunksLeased statement = `SELECT 1 FROM campaign_chunks WHERE campaign_no = $1 AND due_at > 0 AND lease_until > $2 LIMIT 1`
	sqlChunksFree   statement = `UPDATE campaign_chunks SET holder = '', lease_until = 0 WHERE due_at > 0 AND lease_until > 0`
	sqlChunksSum    statement = `SELECT COALESCE(SUM(sent), 0), COALESCE(SUM(failed), 0), COALESCE(SUM(skipped), 0), COALESCE(SUM(unknown), 0)
		FROM campaign_chunks WHERE campaign_no = $1`
	sqlPlan statement = `SELECT total, open FROM campaign_plans WHERE campaign_no = $1`

	deliveryOfCampaign = `SELECT d.n, d.recipient, d.status, d.way, d.code, d.detail, d.platform_id, d.attempts, d.first_try_at,
			d.due_at, d.done_at, d.skips, COALESCE(r.status, '')
		FROM campaign_deliveries AS d LEFT JOIN message_reports AS r
			ON r.account = $2 AND r.platform_id = d.platform_id AND d.platform_id <> '' AND d.way IN ('template', 'mass')
		WHERE d.campaign_no = $1 AND `
	sqlRecipients      statement = deliveryOfCampaign + `d.n > $3 ORDER BY d.n LIMIT $4`
	sqlRecipientsWhere statement = deliveryOfCampaign + `d.n > $3 AND ($5 = '' OR d.status = $5) AND ($6 = '' OR d.code = $6)
		AND ($7 = '' OR d.way = $7) ORDER BY d.n LIMIT $4`
	sqlRecipientsGone statement = `SELECT 1 FROM campaigns WHERE no = $1 AND done_at > 0 AND done_at <= (
		SELECT upto_at FROM archives WHERE tbl = 'campaign_deliveries' ORDER BY archives.no DESC LIMIT 1)`
	sqlRecipient statement = deliveryOfCampaign + `d.recipient = $3`
)

// LeaseChunks implements [push.CampaignStore]. It looks before it writes, since
// mostly nothing is due.
func (c Campaigns) LeaseChunks(ctx context.Context, l push.Lease) (all []push.Chunk, err error) {
	now, real, room := micros(l.Now), micros(c.db.now()), micros(l.Room)
	due, err := many(ctx, c.x, number, sqlChunksDue, now, real, room)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	err = c.db.update(ctx, func(tx *txn) error {
		all, err = many(ctx, tx, func(r row) (k push.Chunk, err error) {
			k.Holder = l.Holder
			err = r.Scan(&k.No, &k.First, &k.Size)
			return k, err
		}, sqlChunksLease, now, real, room, l.Holder, micros(l.Until), l.Limit)
		return err
	})
	return all, err
}

// Leased implements [push.CampaignStore].
func (c Campaigns) Leased(ctx context.Context, no int64) (bool, error) {
	found, err := many(ctx, c.x, number, sqlChunksLeased, no, micros(c.db.now()))
	return len(found) > 0, err
}

// Recover frees the chunks that a process held which is gone. It is right only
// where nobody else can be at work on them, so on PostgreSQL it does nothing:
// there leases run out.
func (c Campaigns) Recover(ctx context.Context) error {
	if c.db.Engine() == Postgres {
		return nil
	}
	return c.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlChunksFree)
		return err
	})
}

// Counts implements [push.CampaignStore].
func (c Campaigns) Counts(ctx context.Context, no int64) (n push.Counts, err error) {
	if err = each(ctx, c.x, func(r row) error {
		var open int64
		err := r.Scan(&n.Total, &open)
		n.Frozen = open == 0
		return err
	}, sqlPlan, no); err != nil {
		return n, err
	}
	err = each(ctx, c.x, func(r row) error { return r.Scan(&n.Sent, &n.Failed, &n.Skipped, &n.Unknown) }, sqlChunksSum, no)
	n.Queued = max(0, n.Total-n.Sent-n.Failed-n.Skipped-n.Unknown)
	return n, err
}

// Deliveries implements [push.CampaignStore]. Whether they are archived is read
// after them, so that a part is never taken for all.
func (c Campaigns) Deliveries(ctx context.Context, f push.DeliveryFilter) ([]push.Delivery, error) {
	all, err := c.deliveries(ctx, f)
	if err != nil {
		return nil, err
	}
	gone, err := many(ctx, c.x, number, sqlRecipientsGone, f.No)
	if err == nil && len(gone) > 0 {
		err = push.ErrArchived
	}
	return all, err
}

func (c Campaigns) deliveries(ctx context.Context, f push.DeliveryFilter) ([]push.Delivery, error) {
	limit := min(max(f.Limit, 1), 1000)
	switch {
	case f.Recipient != "":
		return many(ctx, c.x, scanRecipient, sqlRecipient, f.No, f.Account, f.Recipient)
	case f.Status != "" || f.Code != "" || f.Way != "":
		return many(ctx, c.x, scanRecipient, sqlRecipientsWhere, f.No, f.Account, f.After, limit, string(f.Status), f.Code, string(f.Way))
	}
	return many(ctx, c.x, scanRecipient, sqlRecipients, f.No, f.Account, f.After, limit)
}

func scanRecipient(r row) (d push.Delivery, err error) {
	err = r.Scan(&d.N, &d.Recipient, &d.Status, &d.Way, &d.Code, &d.Detail, &d.PlatformID, &d.Attempts, moment{&d.FirstTryAt},
		moment{&d.DueAt}, moment{&d.DoneAt}, skipsOf{&d.Skips}, &d.Report)
	return d, err
}
