package metrics_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/paypush/paypush/internal/metrics"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
	"github.com/paypush/paypush/internal/survey"
)

func newMetrics() *metrics.Metrics {
	return metrics.New(metrics.Build{Version: "1.2.3", Mode: "sandbox", Engine: "sqlite"})
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func want(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+page, "\n"+line+"\n") {
			t.Errorf("there is no line %s", line)
		}
	}
}

// again fails every first run of a transaction, as a busy engine does.
type again struct {
	pay.Store
	runs int
}

func (a *again) Update(ctx context.Context, fn func(pay.Tx) error) error {
	failed := errors.New("gave up")
	if err := a.Store.Update(ctx, func(tx pay.Tx) error { a.runs++; return errors.Join(fn(tx), failed) }); !errors.Is(err, failed) {
		return err
	}
	return a.Store.Update(ctx, func(tx pay.Tx) error { a.runs++; return fn(tx) })
}

func TestTransitionsCountOnceTheyAreDurable(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.SQLite), store.Options{})
	m := newMetrics()
	twice := &again{Store: db.Ledger()}
	ledger := m.Ledger(twice)
	o := pay.Order{ID: "ord_1", Number: "20260301", Amount: 100, Subject: "s", Status: pay.OrderPending, Version: 1, CreatedAt: time.Now()}
	n := pay.Notice{ID: "ntc_1", Account: "alipay", BodyHash: "h", Verdict: pay.VerdictSettled, Deliveries: 1, ReceivedAt: time.Now()}
	if err := ledger.Update(t.Context(), func(tx pay.Tx) error {
		return errors.Join(tx.InsertOrder(t.Context(), o), tx.InsertNotice(t.Context(), n))
	}); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Update(t.Context(), func(tx pay.Tx) error {
		found, err := tx.Order(t.Context(), o.ID)
		if err != nil {
			return err
		}
		found.Status = pay.OrderPaid
		return tx.UpdateOrder(t.Context(), found)
	}); err != nil {
		t.Fatal(err)
	}
	ledger.Repeated("alipay", "h", time.Now())
	undone := errors.New("undone")
	if err := ledger.Update(t.Context(), func(tx pay.Tx) error {
		o.ID, o.Number = "ord_2", "20260302"
		return errors.Join(tx.InsertOrder(t.Context(), o), undone)
	}); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	m.Rejects(db.Ledger()).Reject(t.Context(), pay.Posted{Account: "alipay"}, "bad")
	if twice.runs != 6 {
		t.Errorf("%d runs", twice.runs)
	}
	want(t, scrape(t, m), `paypush_order_transitions_total{from="new",to="pending"} 1`,
		`paypush_order_transitions_total{from="pending",to="paid"} 1`,
		`paypush_notices_total{account="alipay",verdict="settled"} 1`,
		`paypush_notices_total{account="alipay",verdict="redelivered"} 1`,
		`paypush_notices_total{account="alipay",verdict="forged"} 1`)
}

func TestOutcomesOfMessagesCount(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.SQLite), store.Options{})
	m := newMetrics()
	all := m.Messages(db.Messages())
	msg := push.Message{ID: "msg_1", Key: "k", Channel: "wechat", Account: "wechat", Kind: push.KindText, Text: "x", Status: push.Queued, Version: 1}
	if err := all.Update(t.Context(), func(tx push.Tx) error {
		_, err := tx.InsertMessages(t.Context(), []push.Message{msg})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, status := range []push.Status{push.Sending, push.Queued, push.Sending, push.Failed} {
		msg.Status = status
		if status == push.Failed {
			msg.Code = "43004"
		}
		if err := all.Move(t.Context(), msg, false); err != nil {
			t.Fatal(err)
		}
		msg.Version++
	}
	page := scrape(t, m)
	want(t, page, `paypush_sends_total{account="wechat",channel="wechat",code="",outcome="queued"} 1`,
		`paypush_sends_total{account="wechat",channel="wechat",code="43004",outcome="failed"} 1`)
	if strings.Contains(page, `outcome="sending"`) {
		t.Error("a message that is being sent has an outcome")
	}
}

func TestRoutesAreToldApartByPattern(t *testing.T) {
	m := newMetrics()
	m.Answered("GET /pay/{order}", "GET", 200, 20*time.Millisecond)
	m.Answered("", "BREW", 404, time.Millisecond)
	closed := m.StreamOpened()
	want(t, scrape(t, m), `paypush_http_request_duration_seconds_count{method="GET",route="/pay/{order}",status="200"} 1`,
		`paypush_http_request_duration_seconds_count{method="other",route="none",status="404"} 1`, `paypush_http_streams 1`)
	closed()
	want(t, scrape(t, m), `paypush_http_streams 0`)
}

func TestCallsAreNamedAndBounded(t *testing.T) {
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer platform.Close()
	m := newMetrics()
	client := &http.Client{Transport: m.Calls(http.DefaultTransport)}
	get := func(path string) {
		resp, err := client.Get(platform.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	get("/gateway.do?method=alipay.trade.query&sign=geheim")
	get("/cgi-bin/stable_token?secret=geheim")
	get("/broken")
	for i := range 300 {
		get("/v3/" + strconv.Itoa(i))
	}
	host := strings.TrimPrefix(platform.URL, "http://")
	page := scrape(t, m)
	want(t, page, `paypush_platform_call_duration_seconds_count{call="alipay.trade.query",host="`+host+`",result="ok"} 1`,
		`paypush_platform_call_duration_seconds_count{call="/cgi-bin/stable_token",host="`+host+`",result="ok"} 1`,
		`paypush_platform_call_duration_seconds_count{call="/broken",host="`+host+`",result="502"} 1`)
	if n := strings.Count(page, "paypush_platform_call_duration_seconds_count"); n > 101 {
		t.Errorf("%d names of calls", n)
	}
	if strings.Contains(page, "geheim") {
		t.Error("a secret is shown")
	}
}

type counted struct{ err error }

func (c counted) Counts(context.Context, time.Time, time.Time) (survey.Counts, error) {
	return survey.Counts{PendingOrders: 3, Undispatched: survey.Backlog{Count: 2, Oldest: 5 * time.Second},
		Jobs: []survey.Aged{{Than: time.Minute, Count: 7}}, OldestJob: 90 * time.Second}, c.err
}

func TestBacklogIsReadWhenAsked(t *testing.T) {
	m := newMetrics()
	m.WatchDatabase(counted{}, time.Now)
	m.WatchPool("writer", func() sql.DBStats { return sql.DBStats{OpenConnections: 4} })
	m.TokenRefreshed("wechat")
	m.Ran("push.deliver", "done", time.Millisecond)
	want(t, scrape(t, m), `paypush_orders_pending 3`, `paypush_dispatch_lag_seconds 5`, `paypush_database_up 1`,
		`paypush_jobs_waiting{older_than="1m0s"} 7`, `paypush_jobs_oldest_seconds 90`,
		`paypush_database_connections_open{pool="writer"} 4`, `paypush_token_refreshes_total{account="wechat"} 1`,
		`paypush_job_duration_seconds_count{kind="push.deliver",outcome="done"} 1`)
	broken := newMetrics()
	broken.WatchDatabase(counted{errors.New("away")}, time.Now)
	page := scrape(t, broken)
	want(t, page, `paypush_database_up 0`)
	if strings.Contains(page, "paypush_orders_pending") {
		t.Error("a count is shown that nobody made")
	}
}

func TestNamesFollowPrometheus(t *testing.T) {
	m := newMetrics()
	m.WatchDatabase(counted{}, time.Now)
	m.WatchPool("writer", func() sql.DBStats { return sql.DBStats{} })
	m.Answered("GET /", "GET", 200, time.Second)
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "paypush_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	want(t, scrape(t, m)) // a registry is read any number of times
	if !strings.Contains(scrape(t, m), `paypush_build_info{engine="sqlite"`) {
		t.Error("no build info")
	}
}

func TestNear(t *testing.T) {
	for _, c := range []struct {
		remote, header string
		want           int
	}{
		{"127.0.0.1:5", "", 200}, {"[::1]:5", "", 200}, {"10.1.2.3:5", "", 200}, {"192.168.0.9:5", "", 200}, {"[fd00::1]:5", "", 200},
		{"203.0.113.9:5", "", 404}, {"[2001:db8::1]:5", "", 404}, {"", "", 404}, {"@", "", 404},
		{"127.0.0.1:5", "X-Forwarded-For", 404}, {"127.0.0.1:5", "Forwarded", 404}, {"127.0.0.1:5", "X-Real-IP", 404}, {"10.0.0.1:5", "Via", 404},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = c.remote
		if c.header != "" {
			r.Header.Set(c.header, "198.51.100.7")
		}
		w := httptest.NewRecorder()
		metrics.Near(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s %s: %d", c.remote, c.header, w.Code)
		}
	}
}
