package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/push"
)

const (
	campaignColumns = `id, no, title, kind, account, audience, template, template_version, vals, text, link, ways, rate, start_at,
		if_missed, quiet_from, quiet_to, gap, status, hold_until, hold_reason, version, created_at, started_at, done_at, cap_most, cap_days`

	sqlCampaignInsert statement = `INSERT INTO campaigns (` + campaignColumns + `) VALUES
		($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`
	sqlCampaignUpdate statement = `UPDATE campaigns SET status = $3, template_version = $4,
		started_at = $5, done_at = $6, version = version + 1 WHERE id = $1 AND version = $2`
	sqlCampaignRewrite statement = `UPDATE campaigns SET title = $3, kind = $4, account = $5, audience = $6, template = $7, vals = $8, text = $9,
		link = $10, ways = $11, rate = $12, start_at = $13, if_missed = $14, quiet_from = $15, quiet_to = $16, gap = $17, cap_most = $18, cap_days = $19
		WHERE id = $1 AND version = $2 AND status = 'draft'`
	sqlCampaignByID statement = `SELECT ` + campaignColumns + ` FROM campaigns WHERE id = $1`
	sqlCampaignByNo statement = `SELECT ` + campaignColumns + ` FROM campaigns WHERE no = $1`
	sqlCampaigns    statement = `SELECT ` + campaignColumns + ` FROM campaigns WHERE id < $1 ORDER BY id DESC LIMIT $2`
	sqlCampaignsDue statement = `SELECT ` + campaignColumns + ` FROM campaigns
		WHERE status = 'scheduled' AND start_at <= $1 LIMIT 20`
	sqlCampaignsUnfrozen statement = `SELECT ` + campaignColumns + ` FROM campaigns WHERE status = 'running'
		AND EXISTS (SELECT 1 FROM campaign_plans AS p WHERE p.campaign_no = campaigns.no AND p.open = 1) ORDER BY no LIMIT 20`
	sqlCampaignsFinished statement = `SELECT ` + campaignColumns + ` FROM campaigns WHERE status = 'running'
		AND NOT EXISTS (SELECT 1 FROM campaign_plans AS p WHERE p.campaign_no = campaigns.no AND p.open = 1)
		AND NOT EXISTS (SELECT 1 FROM campaign_chunks AS k WHERE k.campaign_no = campaigns.no AND k.due_at > 0) ORDER BY no LIMIT 20`
	sqlCampaignStanding statement = `SELECT status, hold_until FROM campaigns WHERE no = $1 /*for share*/`
	sqlCampaignHold     statement = `UPDATE campaigns SET hold_until = $2, hold_reason = $3 WHERE no = $1 AND hold_until < $2`

	sqlCampaignPeople statement = `INSERT INTO campaign_people (campaign_no, openid)
		SELECT CAST($1 AS BIGINT), value->>0 FROM json_each($2) WHERE true ON CONFLICT DO NOTHING`

	sqlCampaignNobody statement = `DELETE FROM campaign_people WHERE campaign_no = $1`

	sqlSendCalls  statement = `SELECT calls FROM send_days WHERE account = $1 AND way = $2 AND day = $3`
	sqlSendCalled statement = `INSERT INTO send_days (account, way, day, calls) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, way, day) DO UPDATE SET calls = send_days.calls + excluded.calls`
	sqlSendReserve statement = `INSERT INTO send_limits (name, next_at) VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT))
		ON CONFLICT (name) DO UPDATE SET
			next_at = CAST($3 AS BIGINT) + CASE WHEN send_limits.next_at > $2 THEN send_limits.next_at ELSE CAST($2 AS BIGINT) END
		WHERE send_limits.next_at <= $4 RETURNING next_at`
)

// peopleAtOnce is how many openids one statement stores.
const peopleAtOnce = 1000

// Campaigns keeps campaigns and their recipients. It implements
// [push.CampaignStore].
type Campaigns struct {
	campaignReader
	db *DB
}

var (
	_ push.CampaignStore = Campaigns{}
	_ push.CampaignTx    = campaignTx{}
)

// Campaigns gives the store of campaigns.
func (db *DB) Campaigns() Campaigns { return Campaigns{campaignReader{db.reader()}, db} }

// UpdateCampaigns implements [push.CampaignStore].
func (c Campaigns) UpdateCampaigns(ctx context.Context, fn func(tx push.CampaignTx) error) error {
	return c.db.update(ctx, func(tx *txn) error { return fn(campaignTx{campaignReader{tx}, tx, c.db}) })
}

// Campaigns implements [push.CampaignStore].
func (c Campaigns) Campaigns(ctx context.Context, before string, limit int) ([]push.Campaign, error) {
	return many(ctx, c.x, scanCampaign, sqlCampaigns, cmp.Or(before, lastID), page(limit))
}

// Due implements [push.CampaignStore].
func (c Campaigns) Due(ctx context.Context, now time.Time) ([]push.Campaign, error) {
	return many(ctx, c.x, scanCampaign, sqlCampaignsDue, micros(now))
}

// Unfrozen implements [push.CampaignStore].
func (c Campaigns) Unfrozen(ctx context.Context) ([]push.Campaign, error) {
	return many(ctx, c.x, scanCampaign, sqlCampaignsUnfrozen)
}

// Finished implements [push.CampaignStore].
func (c Campaigns) Finished(ctx context.Context) ([]push.Campaign, error) {
	return many(ctx, c.x, scanCampaign, sqlCampaignsFinished)
}

// Calls implements [push.CampaignStore].
func (c Campaigns) Calls(ctx context.Context, account string, way push.Way, day int64) (int64, error) {
	found, err := many(ctx, c.x, number, sqlSendCalls, account, string(way), day)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// campaignReader reads campaigns, inside a transaction or outside.
type campaignReader struct{ x executor }

// Campaign implements [push.CampaignStore].
func (c campaignReader) Campaign(ctx context.Context, id string) (push.Campaign, error) {
	return one(ctx, c.x, push.ErrNoCampaign, scanCampaign, sqlCampaignByID, id)
}

// CampaignByNo implements [push.CampaignStore].
func (c campaignReader) CampaignByNo(ctx context.Context, no int64) (push.Campaign, error) {
	return one(ctx, c.x, push.ErrNoCampaign, scanCampaign, sqlCampaignByNo, no)
}

// campaignTx is the campaigns inside one transaction.
type campaignTx struct {
	campaignReader
	*txn
	db *DB
}

// InsertCampaign implements [push.CampaignTx].
func (c campaignTx) InsertCampaign(ctx context.Context, v push.Campaign, openids []string) error {
	audience, err := json.Marshal(v.Audience)
	if err != nil {
		return err
	}
	if _, err := change(ctx, c.txn, sqlCampaignInsert, v.ID, v.No, v.Title, string(v.Purpose), v.Account, string(audience), v.Template,
		v.TemplateVersion, pack(v.Values), v.Text, v.Link, waysText(v.Ways), v.Rate, micros(v.StartAt), v.IfMissed, v.Quiet.From, v.Quiet.To,
		int64(v.Gap/time.Second), string(v.Status), micros(v.HoldUntil), v.HoldReason, v.Version, micros(v.CreatedAt),
		micros(v.StartedAt), micros(v.DoneAt), v.Cap.Most, v.Cap.Days); err != nil {
		return err
	}
	return c.addPeople(ctx, v.No, openids)
}

// RewriteCampaign implements [push.CampaignTx].
func (c campaignTx) RewriteCampaign(ctx context.Context, v push.Campaign, openids []string, listStays bool) error {
	audience, err := json.Marshal(v.Audience)
	if err != nil {
		return err
	}
	if err := must(ctx, c.txn, push.ErrStale, sqlCampaignRewrite, v.ID, v.Version, v.Title, string(v.Purpose), v.Account, string(audience), v.Template,
		pack(v.Values), v.Text, v.Link, waysText(v.Ways), v.Rate, micros(v.StartAt), v.IfMissed, v.Quiet.From, v.Quiet.To,
		int64(v.Gap/time.Second), v.Cap.Most, v.Cap.Days); err != nil || listStays {
		return err
	}
	if _, err := change(ctx, c.txn, sqlCampaignNobody, v.No); err != nil {
		return err
	}
	return c.addPeople(ctx, v.No, openids)
}

func (c campaignTx) addPeople(ctx context.Context, no int64, openids []string) error {
	for part := range slices.Chunk(openids, peopleAtOnce) {
		if _, err := change(ctx, c.txn, sqlCampaignPeople, no, tuples(part, single)); err != nil {
			return err
		}
	}
	return nil
}

// UpdateCampaign implements [push.CampaignTx]. What is said to whom is changed
// by RewriteCampaign alone, and a hold by Hold.
func (c campaignTx) UpdateCampaign(ctx context.Context, v push.Campaign) error {
	return must(ctx, c.txn, push.ErrStale, sqlCampaignUpdate, v.ID, v.Version, string(v.Status), v.TemplateVersion,
		micros(v.StartedAt), micros(v.DoneAt))
}

// Standing implements [push.CampaignTx].
func (c campaignTx) Standing(ctx context.Context, no int64) (status push.CampaignStatus, hold time.Time, err error) {
	_, err = one(ctx, c.txn, push.ErrNoCampaign, func(r row) (struct{}, error) {
		return struct{}{}, r.Scan(&status, moment{&hold})
	}, sqlCampaignStanding, no)
	return status, hold, err
}

// Hold implements [push.CampaignTx].
func (c campaignTx) Hold(ctx context.Context, no int64, until time.Time, reason string) error {
	_, err := change(ctx, c.txn, sqlCampaignHold, no, micros(until), reason)
	return err
}

// Called implements [push.CampaignTx].
func (c campaignTx) Called(ctx context.Context, account string, way push.Way, day, calls int64) error {
	_, err := change(ctx, c.txn, sqlSendCalled, account, string(way), day, calls)
	return err
}

// Reserve implements [push.CampaignTx].
func (c campaignTx) Reserve(ctx context.Context, name string, now time.Time, span time.Duration, latest time.Time) (time.Time, bool, error) {
	found, err := many(ctx, c.txn, number, sqlSendReserve, name, micros(now), span.Microseconds(), micros(latest))
	if err != nil || len(found) == 0 {
		return time.Time{}, false, err
	}
	return fromMicros(found[0]).Add(-span), true, nil
}

func scanCampaign(r row) (v push.Campaign, err error) {
	var audience string
	var gap int64
	if err = r.Scan(&v.ID, &v.No, &v.Title, &v.Purpose, &v.Account, &audience, &v.Template, &v.TemplateVersion,
		packed[map[string]string, string]{&v.Values}, &v.Text, &v.Link, waysOf{&v.Ways}, &v.Rate, moment{&v.StartAt}, &v.IfMissed, &v.Quiet.From,
		&v.Quiet.To, &gap, &v.Status, moment{&v.HoldUntil}, &v.HoldReason, &v.Version, moment{&v.CreatedAt}, moment{&v.StartedAt},
		moment{&v.DoneAt}, &v.Cap.Most, &v.Cap.Days); err != nil {
		return v, err
	}
	v.Gap = time.Duration(gap) * time.Second
	return v, json.Unmarshal([]byte(audience), &v.Audience)
}
