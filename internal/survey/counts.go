package survey

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Most is where every count stops; "10000" means that many or more.
const Most = 10000

// Backlog is how much waits and since when the oldest of it does.
type Backlog struct {
	Count  int64         // at most [Most]
	Oldest time.Duration // how long the oldest has waited; 0 where nothing waits
}

// Counts is how much waits in a database.
type Counts struct {
	PendingOrders    int64   // orders that wait for money
	OpenSurpluses    int64   // payments that settled nothing and are not dealt with yet
	HeldSurpluses    int64   // those of them that wait for a person
	ApprovingRefunds int64   // refunds that wait for a second person
	UnknownRefunds   int64   // refunds whose outcome nobody knows yet
	LateQueries      Backlog // payments whose time to be asked about has come
	Unnumbered       Backlog // events that the dispatcher has not seen
	Undispatched     Backlog // events that it has seen and not handed on
	PendingWebhooks  int64   // deliveries to enabled endpoints that are not made, those that will be tried again later included
	DueWebhooks      Backlog // those of them whose time has come
	OpenDifferences  int64   // between the ledger and bills
	LateBooks        Backlog // reconciliations whose time has come
	RunningCampaigns int64
	HeldCampaigns    int64   // those of them of which nothing leaves before a moment to come
	DueChunks        Backlog // parts of the others whose time has come
	RunningJobs      int64
	Jobs             []Aged // jobs whose time has come, by how long they have waited
	OldestJob        time.Duration
	Tables           []Oldest // of the tables that are archived, or cleaned, in time
}

// Oldest is the age of the oldest row of a table; 0 where it is empty.
type Oldest struct {
	Table  string
	Oldest time.Duration
}

// Aged counts the jobs that have waited for longer than a span.
type Aged struct {
	Than  time.Duration
	Count int64
}

// jobAges are the spans by which waiting jobs are counted.
func jobAges() []time.Duration {
	return []time.Duration{0, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour}
}

const (
	sqlPending = `SELECT count(*), 0 FROM (SELECT 1 FROM orders WHERE status = 'pending' LIMIT 10000) AS t`
	sqlOpen    = `SELECT count(*), 0 FROM (SELECT 1 FROM payments WHERE surplus_state IN ('found', 'held', 'refunding') LIMIT 10000) AS t`
	sqlHeld    = `SELECT count(*), 0 FROM (SELECT 1 FROM payments WHERE surplus_state = 'held' LIMIT 10000) AS t`
	sqlRefunds = `SELECT count(*), 0 FROM (SELECT 1 FROM refunds WHERE status = $1 LIMIT 10000) AS t`
	sqlQueries = `SELECT count(*), coalesce(min(next_query_at), 0) FROM (SELECT next_query_at FROM payments
		WHERE next_query_at > 0 AND next_query_at <= $1 ORDER BY next_query_at LIMIT 10000) AS t`
	sqlDifferences = `SELECT count(*), 0 FROM (SELECT 1 FROM differences WHERE state = 'open' LIMIT 10000) AS t`
	sqlBooks       = `SELECT count(*), coalesce(min(due_at), 0) FROM (SELECT due_at FROM reconciliations
		WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at LIMIT 10000) AS t`
	sqlNumber   = `SELECT count(*), coalesce(min(at), 0) FROM (SELECT at FROM events WHERE seq = 0 ORDER BY id LIMIT 10000) AS t`
	sqlDispatch = `SELECT count(*), coalesce(min(at), 0) FROM (SELECT at FROM events WHERE seq > 0 AND seq >
		(SELECT coalesce(max(seq), 0) FROM cursors WHERE name = 'dispatch') ORDER BY seq LIMIT 10000) AS t`

	sqlPendingHooks = `SELECT count(*), 0 FROM (SELECT 1 FROM webhook_endpoints AS e JOIN webhook_deliveries AS d ON d.endpoint_id = e.id
		WHERE e.deleted_at = 0 AND e.enabled = 1 AND d.next_at > 0 LIMIT 10000) AS t`
	// The oldest of each endpoint is one look into the index; the oldest of all would be a sort.
	sqlDueHooks = `SELECT (SELECT count(*) FROM (SELECT 1 FROM webhook_endpoints AS e JOIN webhook_deliveries AS d ON d.endpoint_id = e.id
		WHERE e.deleted_at = 0 AND e.enabled = 1 AND d.next_at > 0 AND d.next_at <= $1 LIMIT 10000) AS t),
		coalesce((SELECT min(o.at) FROM (SELECT (SELECT min(next_at) FROM webhook_deliveries WHERE endpoint_id = e.id AND next_at > 0) AS at
		FROM webhook_endpoints AS e WHERE e.deleted_at = 0 AND e.enabled = 1) AS o), 0)`

	sqlCampaigns     = `SELECT count(*), 0 FROM (SELECT 1 FROM campaigns WHERE status = 'running' LIMIT 10000) AS t`
	sqlHeldCampaigns = `SELECT count(*), 0 FROM (SELECT 1 FROM campaigns WHERE status = 'running' AND hold_until > $1 LIMIT 10000) AS t`
	sqlDueChunks     = `SELECT count(*), coalesce(min(due_at), 0) FROM (SELECT due_at FROM campaign_chunks WHERE due_at > 0 AND due_at <= $1
		AND campaign_no IN (SELECT no FROM campaigns WHERE status = 'running' AND hold_until <= $1) ORDER BY due_at LIMIT 10000) AS t`

	sqlOldestNotice    = `SELECT 0, coalesce((SELECT received_at FROM notices ORDER BY id LIMIT 1), 0)`
	sqlOldestEvent     = `SELECT 0, coalesce((SELECT at FROM events WHERE seq > 0 ORDER BY seq LIMIT 1), 0)`
	sqlOldestMessage   = `SELECT 0, coalesce((SELECT created_at FROM messages ORDER BY id LIMIT 1), 0)`
	sqlOldestRecipient = `SELECT 0, coalesce((SELECT created_at FROM campaigns WHERE no =
		(SELECT campaign_no FROM campaign_deliveries ORDER BY campaign_no, n LIMIT 1)), 0)`
	sqlOldestHook = `SELECT 0, coalesce((SELECT created_at FROM webhook_deliveries ORDER BY id LIMIT 1), 0)`

	sqlJobs = `SELECT count(*), coalesce(min(run_at), 0) FROM (SELECT run_at FROM jobs
		WHERE state = 'ready' AND run_at <= $1 ORDER BY run_at LIMIT 10000) AS t`
	sqlRunning = `SELECT count(*), 0 FROM (SELECT 1 FROM jobs WHERE state = 'running' LIMIT 10000) AS t`

	sqlRiverJobs = `SELECT count(*), coalesce(min(extract(epoch FROM scheduled_at) * 1000000)::bigint, 0) FROM (
		SELECT scheduled_at FROM river_job WHERE state IN ('available', 'retryable', 'scheduled')
		AND scheduled_at <= to_timestamp($1::bigint / 1000000.0) LIMIT 10000) AS t`
	sqlRiverRunning = `SELECT count(*), 0 FROM (SELECT 1 FROM river_job WHERE state = 'running' LIMIT 10000) AS t`
)

// Counts counts what waits. business is the time by which orders live, which in
// sandbox mode is not the real one; jobs live by real. A table that does not
// exist yet is an error.
func (s *Survey) Counts(ctx context.Context, business, real time.Time) (Counts, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l := look{s: s, ctx: ctx}
	jobs, running := sqlJobs, sqlRunning
	if s.engine == Postgres {
		jobs, running = sqlRiverJobs, sqlRiverRunning
	}
	c := Counts{PendingOrders: l.count(sqlPending), OpenSurpluses: l.count(sqlOpen), HeldSurpluses: l.count(sqlHeld),
		ApprovingRefunds: l.count(sqlRefunds, "approving"), UnknownRefunds: l.count(sqlRefunds, "unknown"),
		LateQueries:     l.backlog(business, sqlQueries, business.UnixMicro()),
		OpenDifferences: l.count(sqlDifferences), LateBooks: l.backlog(business, sqlBooks, business.UnixMicro()),
		Unnumbered: l.backlog(business, sqlNumber), Undispatched: l.backlog(business, sqlDispatch),
		PendingWebhooks: l.count(sqlPendingHooks), DueWebhooks: l.backlog(business, sqlDueHooks, business.UnixMicro()),
		RunningCampaigns: l.count(sqlCampaigns), HeldCampaigns: l.count(sqlHeldCampaigns, business.UnixMicro()),
		DueChunks: l.backlog(business, sqlDueChunks, business.UnixMicro()), RunningJobs: l.count(running)}
	for _, age := range jobAges() {
		waiting := l.backlog(real, jobs, real.Add(-age).UnixMicro())
		c.Jobs = append(c.Jobs, Aged{age, waiting.Count})
		c.OldestJob = max(c.OldestJob, waiting.Oldest)
	}
	for _, t := range [][2]string{{"notices", sqlOldestNotice}, {"events", sqlOldestEvent}, {"messages", sqlOldestMessage},
		{"campaign_deliveries", sqlOldestRecipient}, {"webhook_deliveries", sqlOldestHook}} {
		c.Tables = append(c.Tables, Oldest{t[0], l.backlog(business, t[1]).Oldest})
	}
	return c, fault.Wrap("survey.Counts", errors.Join(l.failed...))
}

// look collects the failures of several queries.
type look struct {
	s      *Survey
	ctx    context.Context
	failed []error
}

func (l *look) count(q string, args ...any) int64 { return l.backlog(time.Time{}, q, args...).Count }

func (l *look) backlog(now time.Time, q string, args ...any) (b Backlog) {
	var since int64
	if err := l.s.db.QueryRowContext(l.ctx, q, args...).Scan(&b.Count, &since); err != nil {
		l.failed = append(l.failed, err)
		return Backlog{}
	}
	if since > 0 {
		b.Oldest = max(0, now.Sub(time.UnixMicro(since)))
	}
	return b
}
