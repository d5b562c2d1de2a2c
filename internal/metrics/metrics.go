// Package metrics counts what the program does and shows it to Prometheus.
//
// The domains know nothing of it: it stands around their ports (the stores of
// money and messages, the HTTP client towards the platforms, the HTTP server)
// and looks at the database when it is asked.
//
// The rule that surprises: a transition is counted when its transaction has
// committed, never before, and by the node that made it, so the sum over all
// nodes is the truth and a retried transaction counts once.
package metrics

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is everything that is counted, in a registry of its own. It is safe
// for any number of goroutines.
type Metrics struct {
	registry *prometheus.Registry

	requests   *prometheus.HistogramVec
	streams    prometheus.Gauge
	calls      *prometheus.HistogramVec
	orders     *prometheus.CounterVec
	payments   *prometheus.CounterVec
	refunds    *prometheus.CounterVec
	notices    *prometheus.CounterVec
	sends      *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	tokens     *prometheus.CounterVec
	jobs       *prometheus.HistogramVec
	attempts   *prometheus.CounterVec
	archived   *prometheus.CounterVec

	known callNames
}

// Build says what is running.
type Build struct{ Version, Mode, Engine string }

// New makes the registry. Nothing global is touched, so that two servers in
// one process don't meet.
func New(b Build) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.requests = histogram("paypush_http_request_duration_seconds", "How long answers took, by the route's pattern.",
		[]string{"route", "method", "status"}, .0025, .01, .025, .05, .1, .25, .5, 1, 2.5, 10)
	m.streams = prometheus.NewGauge(prometheus.GaugeOpts{Name: "paypush_http_streams", Help: "Event streams that are open."})
	m.calls = histogram("paypush_platform_call_duration_seconds", "How long calls to the platforms took; result is ok, a status or error.",
		[]string{"host", "call", "result"}, .01, .05, .1, .25, .5, 1, 2.5, 5, 10, 20)
	m.orders = counter("paypush_order_transitions_total", "Orders that moved from one status to another; from is new for a created one.", "from", "to")
	m.payments = counter("paypush_payment_transitions_total", "Payments that moved to a status; surplus is the kind of one that settled nothing.", "channel", "to", "surplus")
	m.refunds = counter("paypush_refund_transitions_total", "Refunds that moved to a status, and whether a policy asked for them.", "to", "automatic")
	m.notices = counter("paypush_notices_total", "What platforms posted, by verdict.", "account", "verdict")
	m.deliveries = counter("paypush_deliveries_total", "Recipients of campaigns, by what became of a try; queued will be tried again.", "way", "outcome", "code")
	m.sends = counter("paypush_sends_total", "Tries to send a message, by outcome; queued will be tried again.", "channel", "account", "outcome", "code")
	m.tokens = counter("paypush_token_refreshes_total", "Access tokens fetched, by account.", "account")
	m.jobs = histogram("paypush_job_duration_seconds", "How long jobs ran, by outcome.", []string{"kind", "outcome"}, .005, .025, .1, .5, 1, 5, 15)
	m.attempts = counter("paypush_webhook_attempts_total", "Tries to deliver a webhook, by outcome: delivered, refused, unanswered.", "outcome")
	m.archived = counter("paypush_archived_rows_total", "Rows that were moved from a table into archives.", "table")
	m.registry.MustRegister(m.archived, m.attempts, m.requests, m.streams, m.calls, m.orders, m.payments, m.refunds, m.notices, m.sends, m.deliveries, m.tokens, m.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build(b))
	return m
}

func build(b Build) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "paypush_build_info", Help: "Always 1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": b.Version, "mode": b.Mode, "engine": b.Engine, "go": runtime.Version()}})
	g.Set(1)
	return g
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, labels []string, buckets ...float64) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// Handler answers with everything that is counted. It asks nobody who they
// are; see [Near].
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4,
		Registry: m.registry})
}

// TokenRefreshed counts an access token that was fetched for an account.
func (m *Metrics) TokenRefreshed(account string) { m.tokens.WithLabelValues(account).Inc() }

// Archived counts rows that were moved from a table into an archive.
func (m *Metrics) Archived(table string, rows int64) {
	m.archived.WithLabelValues(table).Add(float64(rows))
}
