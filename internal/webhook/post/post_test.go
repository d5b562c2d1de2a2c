package post

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/webhook"
)

func post(t *testing.T, guard webhook.Guard, url string) webhook.Reply {
	t.Helper()
	s := New(guard, "test")
	t.Cleanup(s.Close)
	return s.Post(t.Context(), webhook.Request{URL: url, ID: "evt_1", At: time.Unix(1614265330, 0), Signature: "v1,x", Body: []byte(`{"a":1}`)})
}

func TestARequestBearsTheHeadersAndTheBody(t *testing.T) {
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"a":1}` || r.Method != http.MethodPost || r.Header.Get("webhook-id") != "evt_1" ||
			r.Header.Get("webhook-timestamp") != "1614265330" || r.Header.Get("webhook-signature") != "v1,x" ||
			r.Header.Get("Content-Type") != "application/json" || r.UserAgent() != "paypush/test" {
			t.Errorf("got %q %v", body, r.Header)
		}
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, strings.Repeat("x", 1<<20)) //nolint:errcheck // the reader stops before
	}))
	defer front.Close()
	got := post(t, webhook.Guard{Anything: true}, front.URL)
	if got.Status != 503 || got.RetryAfter != 2*time.Minute || len(got.Body) != keepMost || got.Took <= 0 {
		t.Errorf("reply %d %v, %d bytes, %v", got.Status, got.RetryAfter, len(got.Body), got.Took)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		followed = followed || r.URL.Path != "/"
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer front.Close()
	if got := post(t, webhook.Guard{Anything: true}, front.URL); got.Status != 307 || followed {
		t.Errorf("status %d, followed %v", got.Status, followed)
	}
}

// A name is judged by what it resolves to at the moment of the call.
func TestAddressesThatAreNotAllowedAreNotCalled(t *testing.T) {
	called := false
	front := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer front.Close()
	byName := strings.Replace(front.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{front.URL, byName, strings.Replace(front.URL, "http:", "https:", 1)} {
		if got := post(t, webhook.Guard{}, url+"/?token=hidden"); got.Status != 0 || !strings.Contains(got.Error, "not public") || strings.Contains(got.Error, "hidden") {
			t.Errorf("%s: %+v", url, got)
		}
	}
	if called {
		t.Error("it was called")
	}
	if got := post(t, webhook.Guard{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}, byName); got.Status != 200 {
		t.Errorf("an allowed network: %+v", got)
	}
}

func TestFailuresAreToldWithoutTheAddress(t *testing.T) {
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }))
	defer front.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, url := range []string{front.URL, closed.URL, "http://no-such-host.invalid/"} {
		if got := post(t, webhook.Guard{Anything: true}, url+"?token=hidden"); got.Status != 0 || got.Error == "" || strings.Contains(got.Error, "hidden") {
			t.Errorf("%s: %+v", url, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := New(webhook.Guard{Anything: true}, "test").Post(ctx, webhook.Request{URL: front.URL}); got.Status != 0 || !strings.Contains(got.Error, "stopping") {
		t.Errorf("cancelled: %+v", got)
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{"": 0, "0": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-7": 0, "soon": 0,
		"99999999999999": 0, "Sun, 01 Mar 2026 00:01:00 GMT": time.Minute, "Sat, 28 Feb 2026 00:00:00 GMT": 0} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q gives %v, want %v", header, got, want)
		}
	}
}
