package store

import (
	"context"

	"github.com/paypush/paypush/internal/push"
)

// What a recipient's row is made of, and who goes in: the people of an
// audience after the cursor, in the order of their openids, numbered on from
// the base.
const (
	freezeInto = `INSERT INTO campaign_deliveries (campaign_no, n, recipient, status, way, code, detail, platform_id,
			attempts, first_try_at, due_at, done_at)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY openid) - 1, openid,
			'queued', '', '', '', '', 0, 0, 0, 0 FROM (`
	freezeEnd = ` ORDER BY openid LIMIT $4) AS fresh`

	ofFollowers = `SELECT openid FROM followers WHERE account = $5 AND openid > $3 AND following = 1`
	ofMembers   = `SELECT openid FROM bindings WHERE account = $5 AND openid > $3`
	ofTag       = `SELECT openid FROM follower_tags WHERE account = $5 AND tag = $6 AND openid > $3`
	ofList      = `SELECT openid FROM campaign_people WHERE campaign_no = $1 AND openid > $3`
	ofPayers    = `SELECT openid FROM bindings WHERE account = $5 AND openid > $3 AND EXISTS (SELECT 1 FROM orders
		WHERE orders.member_id = bindings.member_id AND orders.member_id <> '' AND orders.status = 'paid' AND orders.paid_at >= $6)`

	sqlFreezeFollowers statement = freezeInto + ofFollowers + freezeEnd
	sqlFreezeMembers   statement = freezeInto + ofMembers + freezeEnd
	sqlFreezeTag       statement = freezeInto + ofTag + freezeEnd
	sqlFreezeList      statement = freezeInto + ofList + freezeEnd
	sqlFreezePayers    statement = freezeInto + ofPayers + freezeEnd

	sqlFrozenLast  statement = `SELECT recipient, n FROM campaign_deliveries WHERE campaign_no = $1 AND n >= $2 ORDER BY n DESC LIMIT 1`
	sqlFrozenChunk statement = `WITH RECURSIVE fresh(first) AS (SELECT CAST($2 AS BIGINT)
			UNION ALL SELECT first + CAST($4 AS BIGINT) FROM fresh WHERE first + CAST($4 AS BIGINT) < $3)
		INSERT INTO campaign_chunks (campaign_no, first, size, due_at, holder, lease_until, sent, failed, skipped, unknown)
		SELECT CAST($1 AS BIGINT), first, CASE WHEN first + CAST($4 AS BIGINT) > $3 THEN $3 - first ELSE CAST($4 AS BIGINT) END,
			CAST($5 AS BIGINT), '', 0, 0, 0, 0, 0 FROM fresh`

	sqlPlanOpen  statement = `INSERT INTO campaign_plans (campaign_no, cursor, total, chunks, open, holder, lease_until) VALUES ($1, '', 0, 0, 1, '', 0)`
	sqlPlanLease statement = `UPDATE campaign_plans SET holder = $2, lease_until = $3
		WHERE campaign_no = $1 AND open = 1 AND (holder = $2 OR lease_until <= $4) RETURNING cursor, total`
	sqlPlanMove statement = `UPDATE campaign_plans SET cursor = $2, total = $3, open = $4 WHERE campaign_no = $1`
)

// OpenPlan implements [push.CampaignTx].
func (c campaignTx) OpenPlan(ctx context.Context, no int64) error {
	_, err := change(ctx, c.txn, sqlPlanOpen, no)
	return err
}

// Freeze implements [push.CampaignStore]. One slice is one transaction, so
// that others get their turn between two.
func (c Campaigns) Freeze(ctx context.Context, v push.Campaign, s push.Slice) (added int64, last bool, err error) {
	err = c.db.update(ctx, func(tx *txn) error {
		added, last, err = freeze(ctx, campaignTx{campaignReader{tx}, tx, c.db}, v, s)
		return err
	})
	return added, last, err
}

func freeze(ctx context.Context, tx campaignTx, v push.Campaign, s push.Slice) (added int64, last bool, err error) {
	if status, _, err := tx.Standing(ctx, v.No); err != nil || status != push.CampaignRunning {
		return 0, false, err
	}
	type place struct {
		cursor string
		n      int64
	}
	at := func(r row) (p place, err error) {
		err = r.Scan(&p.cursor, &p.n)
		return p, err
	}
	plan, err := many(ctx, tx.txn, at, sqlPlanLease, v.No, s.Holder, micros(s.Until), micros(tx.db.now()))
	if err != nil || len(plan) == 0 {
		return 0, false, err
	}
	if err := inOrder(ctx, tx.txn); err != nil {
		return 0, false, err
	}
	base := plan[0].n
	if err := freezePeople(ctx, tx, v, base, plan[0].cursor, s.Size); err != nil {
		return 0, false, err
	}
	end, err := many(ctx, tx.txn, at, sqlFrozenLast, v.No, base)
	if err != nil {
		return 0, false, err
	}
	total, cursor := base, plan[0].cursor
	if len(end) == 1 {
		total, cursor = end[0].n+1, end[0].cursor
		if _, err := change(ctx, tx.txn, sqlFrozenChunk, v.No, base, total, s.Chunk, micros(s.Now)); err != nil {
			return 0, false, err
		}
	}
	last = total-base < s.Size
	_, err = change(ctx, tx.txn, sqlPlanMove, v.No, cursor, total, flag(!last))
	return total - base, last, err
}

func freezePeople(ctx context.Context, tx campaignTx, v push.Campaign, base int64, cursor string, size int64) error {
	args := []any{v.No, base, cursor, size, v.Account}
	var q statement
	switch v.Audience.Kind {
	case push.AudienceFollowers:
		q = sqlFreezeFollowers
	case push.AudienceMembers:
		q = sqlFreezeMembers
	case push.AudienceTag:
		q, args = sqlFreezeTag, append(args, v.Audience.Tag)
	case push.AudiencePaidSince:
		q, args = sqlFreezePayers, append(args, micros(v.Audience.Since))
	case push.AudienceOpenIDs:
		q, args = sqlFreezeList, args[:4]
	default:
		return push.ErrAudience
	}
	_, err := change(ctx, tx.txn, q, args...)
	return err
}
