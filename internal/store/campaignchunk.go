package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// Many rows of a chunk change by one statement, which is given their numbers
// as a list. The campaign's number is a column of the list too, so that either
// engine looks each row up by its whole key. That all numbers are of the chunk
// has PostgreSQL expect few of them: otherwise it reads the whole table while it
// takes it for small, and keeps to that plan while it grows.
const (
	listed = `WITH fresh AS MATERIALIZED (SELECT CAST($1 AS BIGINT) AS c, CAST(value->>0 AS BIGINT) AS v, value->>1 AS w
		FROM json_each($2) WHERE CAST(value->>0 AS BIGINT) >= $3 AND CAST(value->>0 AS BIGINT) < $4) `
	among = ` FROM fresh WHERE campaign_no = fresh.c AND n = fresh.v`

	sqlDeliveriesBegin statement = listed + `UPDATE campaign_deliveries SET status = 'sending', way = $5, attempts = attempts + 1,
		due_at = 0, first_try_at = CASE WHEN first_try_at = 0 THEN $6 ELSE first_try_at END, skips = $7` + among + `
		AND status IN ('queued', 'sending')`
	sqlDeliveriesSent statement = listed + `UPDATE campaign_deliveries SET status = 'sent', code = '', detail = '', done_at = $5,
		platform_id = fresh.w` + among + ` AND status = 'sending'`
	sqlDeliveriesEnd statement = listed + `UPDATE campaign_deliveries SET status = $5, code = $6, detail = $7, due_at = 0,
		done_at = $8, skips = $9` + among + ` AND status IN ('queued', 'sending')`
	sqlDeliveryAgain statement = `UPDATE campaign_deliveries SET status = 'queued', code = $3, detail = $4, first_try_at = $5, due_at = $6, skips = $7
		WHERE campaign_no = $1 AND n = $2 AND status = 'sending'`
	sqlDeliveriesLeft statement = `SELECT COUNT(*), COALESCE(MIN(due_at), 0) FROM campaign_deliveries
		WHERE campaign_no = $1 AND n >= $2 AND n < $3 AND status IN ('queued', 'sending')`

	sqlCandidates statement = `SELECT d.n, d.recipient, d.status, d.way, d.attempts, d.first_try_at, d.skips,
			COALESCE(f.openid, ''), COALESCE(f.following, 0), COALESCE(f.typed_until, 0), COALESCE(f.typed_left, 0),
			COALESCE(f.brief_until, 0), COALESCE(f.brief_left, 0), COALESCE(f.no_promotions, 0), COALESCE(f.promoted_at, 0),
			COALESCE(f.mass_month, 0), COALESCE(f.mass_count, 0), COALESCE(f.no_notices, 0), COALESCE(f.without, ''), COALESCE(f.promotions, '')
		FROM campaign_deliveries AS d LEFT JOIN followers AS f ON f.account = $4 AND f.openid = d.recipient
		WHERE d.campaign_no = $1 AND d.n >= $2 AND d.n < $3 AND d.status IN ('queued', 'sending') AND d.due_at <= $5
		ORDER BY d.n LIMIT $6`

	sqlToldCustom statement = listed + `UPDATE followers SET
			typed_left = CASE WHEN typed_left > 0 THEN typed_left - 1 ELSE 0 END,
			brief_left = CASE WHEN brief_left > 0 THEN brief_left - 1 ELSE 0 END
		WHERE account = $5 AND openid IN (` + told
	sqlToldMass statement = listed + `UPDATE followers SET promoted_at = $6,
			mass_count = CASE WHEN mass_month = $7 THEN mass_count + 1 ELSE 1 END, mass_month = $7
		WHERE account = $5 AND openid IN (` + told
	told = `SELECT recipient FROM campaign_deliveries, fresh WHERE campaign_no = fresh.c AND n = fresh.v)`

	sqlChunkKeep statement = `UPDATE campaign_chunks SET lease_until = $4 WHERE campaign_no = $1 AND first = $2 AND holder = $3`
	sqlChunkFree statement = `UPDATE campaign_chunks SET holder = '', lease_until = 0, due_at = $4
		WHERE campaign_no = $1 AND first = $2 AND holder = $3`
	sqlChunkCount statement = `UPDATE campaign_chunks SET sent = sent + $3, failed = failed + $4, skipped = skipped + $5,
		unknown = unknown + $6 WHERE campaign_no = $1 AND first = $2`
)

// Keep implements [push.CampaignTx].
func (c campaignTx) Keep(ctx context.Context, k push.Chunk, until time.Time) (bool, error) {
	n, err := change(ctx, c.txn, sqlChunkKeep, k.No, k.First, k.Holder, micros(until))
	return n == 1, err
}

// Release implements [push.CampaignTx].
func (c campaignTx) Release(ctx context.Context, k push.Chunk, due time.Time) error {
	_, err := change(ctx, c.txn, sqlChunkFree, k.No, k.First, k.Holder, micros(due))
	return err
}

// Candidates implements [push.CampaignTx].
func (c campaignTx) Candidates(ctx context.Context, k push.Chunk, account string, now time.Time, limit int) ([]push.Candidate, error) {
	return many(ctx, c.txn, scanCandidate, sqlCandidates, k.No, k.First, k.First+k.Size, account, micros(now), limit)
}

func scanCandidate(r row) (v push.Candidate, err error) {
	f := &v.Follower
	err = r.Scan(&v.N, &v.Recipient, &v.Status, &v.Way, &v.Attempts, moment{&v.FirstTryAt}, skipsOf{&v.Skips}, &f.OpenID, truth{&f.Following},
		moment{&f.Typed.Until}, &f.Typed.Left, moment{&f.Brief.Until}, &f.Brief.Left, truth{&f.NoPromotions}, moment{&f.PromotedAt},
		&f.MassMonth, &f.MassCount, truth{&f.NoNotices}, waysOf{&f.Without}, promotionsOf{&f.Promotions})
	v.Known = f.OpenID != ""
	return v, err
}

// NextDue implements [push.CampaignTx].
func (c campaignTx) NextDue(ctx context.Context, k push.Chunk) (due time.Time, waits bool, err error) {
	_, err = one(ctx, c.txn, push.ErrNoCampaign, func(r row) (n int64, err error) {
		err = r.Scan(&n, moment{&due})
		waits = n > 0
		return n, err
	}, sqlDeliveriesLeft, k.No, k.First, k.First+k.Size)
	return due, waits, err
}

// Begin implements [push.CampaignTx].
func (c campaignTx) Begin(ctx context.Context, k push.Chunk, way push.Way, skips push.Skips, now time.Time, ns []int64) error {
	_, err := change(ctx, c.txn, sqlDeliveriesBegin, k.No, tuples(ns, single), k.First, k.First+k.Size, string(way), micros(now), skips.String())
	return err
}

// Told implements [push.CampaignTx].
func (c campaignTx) Told(ctx context.Context, k push.Chunk, account string, way push.Way, now time.Time, month int64, ns []int64) (err error) {
	if way == push.WayCustom {
		_, err = change(ctx, c.txn, sqlToldCustom, k.No, tuples(ns, single), k.First, k.First+k.Size, account)
	}
	if way == push.WayMass {
		_, err = change(ctx, c.txn, sqlToldMass, k.No, tuples(ns, single), k.First, k.First+k.Size, account, micros(now), month)
	}
	return err
}

// ending is what rows that one statement ends have in common.
type ending struct {
	status              push.Status
	code, detail, skips string
}

// Settle implements [push.CampaignTx].
func (c campaignTx) Settle(ctx context.Context, k push.Chunk, all []push.Delivery) error {
	var sent []push.Delivery
	ends := map[ending][]push.Delivery{}
	for _, d := range all {
		switch d.Status {
		case push.Queued:
			if _, err := change(ctx, c.txn, sqlDeliveryAgain, k.No, d.N, d.Code, d.Detail, micros(d.FirstTryAt), micros(d.DueAt),
				d.Skips.String()); err != nil {
				return err
			}
		case push.Sent:
			sent = append(sent, d)
		default:
			e := ending{d.Status, d.Code, d.Detail, d.Skips.String()}
			ends[e] = append(ends[e], d)
		}
	}
	counts := map[push.Status]int64{}
	if err := c.settleSent(ctx, k, sent, counts); err != nil {
		return err
	}
	for _, e := range sorted(ends) {
		if err := c.settleEnd(ctx, k, e, ends[e], counts); err != nil {
			return err
		}
	}
	if len(counts) == 0 {
		return nil
	}
	_, err := change(ctx, c.txn, sqlChunkCount, k.No, k.First, counts[push.Sent], counts[push.Failed], counts[push.Skipped], counts[push.Unknown])
	return err
}

func (c campaignTx) settleSent(ctx context.Context, k push.Chunk, sent []push.Delivery, counts map[push.Status]int64) error {
	if len(sent) == 0 {
		return nil
	}
	told := tuples(sent, func(d push.Delivery) []any { return []any{d.N, d.PlatformID} })
	n, err := change(ctx, c.txn, sqlDeliveriesSent, k.No, told, k.First, k.First+k.Size, micros(sent[0].DoneAt))
	counts[push.Sent] += n
	return err
}

func (c campaignTx) settleEnd(ctx context.Context, k push.Chunk, e ending, all []push.Delivery, counts map[push.Status]int64) error {
	ns := tuples(all, func(d push.Delivery) []any { return []any{d.N} })
	n, err := change(ctx, c.txn, sqlDeliveriesEnd, k.No, ns, k.First, k.First+k.Size, string(e.status), e.code, e.detail, micros(all[0].DoneAt), e.skips)
	counts[e.status] += n
	return err
}

// sorted has every transaction touch rows in the same order of endings.
func sorted(ends map[ending][]push.Delivery) []ending {
	all := make([]ending, 0, len(ends))
	for e := range ends {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b ending) int {
		return cmp.Or(cmp.Compare(a.status, b.status), cmp.Compare(a.code, b.code), cmp.Compare(a.detail, b.detail), cmp.Compare(a.skips, b.skips))
	})
	return all
}
