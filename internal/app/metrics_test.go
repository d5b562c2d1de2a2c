package app_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/test/harness"
)

func get(t *testing.T, address string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestMetricsTellTheStory(t *testing.T) {
	w := newWorld(t, logging.JSON, nil)
	s := w.live(t)
	harness.NewClient(w.server.URL(), w.hello.APIKey).Must(t, http.MethodPost, "/v1/orders/"+s.orderID+"/refunds",
		map[string]any{"amount": 250, "reason": "退货"}, nil)
	var page string
	harness.Eventually(t, "everything is counted", func() bool {
		_, page = get(t, w.server.URL()+"/metrics")
		return strings.Contains(page, `paypush_sends_total{account="wechat",channel="wechat",code="",outcome="sent"} 1`) &&
			strings.Contains(page, `paypush_refund_transitions_total{automatic="false",to="succeeded"} 1`)
	})
	for _, pattern := range []string{
		`paypush_order_transitions_total\{from="new",to="pending"\} 1`,
		`paypush_order_transitions_total\{from="pending",to="paid"\} 1`,
		`paypush_payment_transitions_total\{channel="alipay.page",surplus="",to="succeeded"\} 1`,
		`paypush_notices_total\{account="alipay",verdict="settled"\} 1`,
		`paypush_refund_transitions_total\{automatic="false",to="pending"\} 1`, `paypush_refunds_unknown 0`,
		`paypush_token_refreshes_total\{account="[^"]+"\} 1`,
		`paypush_platform_call_duration_seconds_count\{call="/cgi-bin/message/template/send",host="[^"]+",result="ok"\} 1`,
		`paypush_http_request_duration_seconds_count\{method="POST",route="/notify/alipay",status="200"\} 1`,
		`paypush_http_request_duration_seconds_count\{method="GET",route="/pay/\{order\}",status="200"\} \d`,
		`paypush_job_duration_seconds_count\{kind="push.deliver",outcome="done"\} 1`,
		`paypush_jobs_waiting\{older_than="1m0s"\} 0`, `paypush_dispatch_lag_seconds \d`, `paypush_orders_pending 0`, `paypush_database_up 1`,
		`paypush_build_info\{engine="sqlite",go="go[^"]+",mode="sandbox",version="1.2.3"\} 1`, `go_goroutines \d`,
	} {
		if !regexp.MustCompile(`(?m)^` + pattern).MatchString(page) {
			t.Errorf("there is no line like %s", pattern)
		}
	}
	for name, secret := range s.secrets {
		if strings.Contains(page, secret) {
			t.Errorf("the %s is shown", name)
		}
	}
	if strings.Contains(page, s.orderID) {
		t.Error("a path is shown")
	}
	if status, _ := get(t, w.server.URL()+"/metrics", "X-Forwarded-For", "203.0.113.9"); status != http.StatusNotFound {
		t.Errorf("through a proxy /metrics answers %d", status)
	}
}

func TestMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	w := newWorld(t, logging.Text, func(c *config.Config) { c.MetricsListen = "127.0.0.1:0" })
	if status, _ := get(t, w.server.URL()+"/metrics"); status != http.StatusNotFound {
		t.Errorf("the main address answers %d", status)
	}
	at := "http://" + w.server.MetricsAddress()
	for path, want := range map[string]string{"/metrics": "paypush_build_info", "/healthz": "ok", "/readyz": "ready"} {
		if status, page := get(t, at+path); status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%s: %d %.200s", path, status, page)
		}
	}
	if status, _ := get(t, at+"/v1/orders"); status != http.StatusNotFound {
		t.Errorf("the metrics' address serves the API: %d", status)
	}
}
