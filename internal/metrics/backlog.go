package metrics

import (
	"context"
	"database/sql"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/paypush/paypush/internal/survey"
)

// Counter tells how much waits in the database.
type Counter interface {
	// Counts counts; see [survey.Survey.Counts].
	Counts(ctx context.Context, business, real time.Time) (survey.Counts, error)
}

// WatchDatabase adds what waits in the database, read when somebody asks.
// business is the clock by which orders live. Where the database does not
// answer within three seconds, paypush_database_up is 0 and the rest is left
// out.
func (m *Metrics) WatchDatabase(c Counter, business func() time.Time) {
	m.registry.MustRegister(&backlog{counter: c, business: business})
}

// WatchPool adds the state of a pool of database connections.
func (m *Metrics) WatchPool(name string, stats func() sql.DBStats) {
	m.registry.MustRegister(&pool{name, stats})
}

type backlog struct {
	counter  Counter
	business func() time.Time
}

// Describe implements [prometheus.Collector]; sending nothing leaves the
// checks to Collect.
func (b *backlog) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (b *backlog) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	c, err := b.counter.Counts(ctx, b.business(), time.Now())
	if err != nil {
		gauge(out, "paypush_database_up", "1 while the database answers the survey.", 0)
		return
	}
	gauge(out, "paypush_database_up", "1 while the database answers the survey.", 1)
	gauge(out, "paypush_orders_pending", "Orders that wait for money; stops at 10000.", float64(c.PendingOrders))
	gauge(out, "paypush_surpluses_open", "Payments that settled nothing and are not dealt with yet; stops at 10000.", float64(c.OpenSurpluses))
	gauge(out, "paypush_surpluses_held", "Those of them that wait for a person; stops at 10000.", float64(c.HeldSurpluses))
	gauge(out, "paypush_refunds_approving", "Refunds that wait for a second person; stops at 10000.", float64(c.ApprovingRefunds))
	gauge(out, "paypush_refunds_unknown", "Refunds whose outcome nobody knows yet; stops at 10000.", float64(c.UnknownRefunds))
	gauge(out, "paypush_differences_open", "Differences between the ledger and bills that nobody has explained; stops at 10000.", float64(c.OpenDifferences))
	waiting(out, "paypush_reconciliations_late", "reconciliations whose time has come", c.LateBooks)
	waiting(out, "paypush_queries_late", "payments whose time to be asked about has come", c.LateQueries)
	waiting(out, "paypush_events_unnumbered", "events that the dispatcher has not seen", c.Unnumbered)
	waiting(out, "paypush_events_undispatched", "events that the dispatcher has not handed on", c.Undispatched)
	gauge(out, "paypush_dispatch_lag_seconds", "Age of the oldest event that was not handed on.",
		max(c.Unnumbered.Oldest, c.Undispatched.Oldest).Seconds())
	gauge(out, "paypush_webhooks_pending", "Webhook deliveries that are not made yet; stops at 10000.", float64(c.PendingWebhooks))
	waiting(out, "paypush_webhooks_due", "webhook deliveries whose time has come", c.DueWebhooks)
	gauge(out, "paypush_campaigns_running", "Campaigns that run now.", float64(c.RunningCampaigns))
	gauge(out, "paypush_campaigns_held", "Those of them that wait for the night, or a day's quota, to be over.", float64(c.HeldCampaigns))
	waiting(out, "paypush_campaign_chunks_due", "parts of running campaigns whose time has come", c.DueChunks)
	gauge(out, "paypush_jobs_running", "Jobs that run now, on all nodes.", float64(c.RunningJobs))
	gauge(out, "paypush_jobs_oldest_seconds", "How long the oldest waiting job has waited.", c.OldestJob.Seconds())
	for _, t := range c.Tables {
		gauge(out, "paypush_table_oldest_seconds", "Age of the oldest row of a table that is archived, or cleaned, in time.",
			t.Oldest.Seconds(), "table", t.Table)
	}
	for _, j := range c.Jobs {
		gauge(out, "paypush_jobs_waiting", "Jobs whose time has come, by how long they have waited; stops at 10000.",
			float64(j.Count), "older_than", j.Than.String())
	}
}

func waiting(out chan<- prometheus.Metric, name, what string, b survey.Backlog) {
	gauge(out, name, "How many "+what+"; stops at 10000.", float64(b.Count))
	gauge(out, name+"_oldest_seconds", "How long the oldest has waited of the "+what+".", b.Oldest.Seconds())
}

// gauge sends one value; labels are pairs of name and value.
func gauge(out chan<- prometheus.Metric, name, help string, value float64, labels ...string) {
	var names, values []string
	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), prometheus.GaugeValue, value, values...)
}

type pool struct {
	name  string
	stats func() sql.DBStats
}

// Describe implements [prometheus.Collector].
func (p *pool) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (p *pool) Collect(out chan<- prometheus.Metric) {
	s, name := p.stats(), p.name
	gauge(out, "paypush_database_connections_max", "How many connections the pool may have.", float64(s.MaxOpenConnections), "pool", name)
	gauge(out, "paypush_database_connections_open", "Connections that are open.", float64(s.OpenConnections), "pool", name)
	gauge(out, "paypush_database_connections_busy", "Connections that are in use.", float64(s.InUse), "pool", name)
	gauge(out, "paypush_database_waits", "How often somebody had to wait for a connection, since the start.", float64(s.WaitCount), "pool", name)
	gauge(out, "paypush_database_wait_seconds", "How long they waited together, since the start.", s.WaitDuration.Seconds(), "pool", name)
}
