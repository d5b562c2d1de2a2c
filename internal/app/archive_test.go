package app_test

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/test/harness"
)

// Beside a server everything that is old is archived, and whoever looks for it
// is told so.
func TestWhatIsArchivedIsSaidToBe(t *testing.T) {
	w := newWorld(t, "text", nil)
	order := w.live(t).orderID
	office, err := app.OpenOffice(t.Context(), w.conf.DatabaseURL(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer office.Close() //nolint:errcheck // a test
	path, err := office.Appoint(t.Context(), "office", userPassword, "admin")
	if err != nil {
		t.Fatal(err)
	}
	desk := newVisitor(t, w.server.URL())
	desk.open(t, w.server.URL()+path+"?go=1")
	caller := harness.NewClient(w.server.URL(), w.hello.APIKey)
	var feed struct {
		Data []struct {
			Type string `json:"type"`
		} `json:"data"`
		Next string `json:"next_cursor"`
	}
	harness.Eventually(t, "the order's events to be told", func() bool {
		caller.Must(t, http.MethodGet, "/v1/events", nil, &feed)
		return len(feed.Data) >= 2
	})
	if strings.Contains(desk.body(t, "/admin/orders/"+order), `data-testid="archived"`) {
		t.Error("the page says that events are archived before they are")
	}
	harness.Eventually(t, "all events to be archived", func() bool {
		if err := office.Archive(t.Context(), w.conf, time.Now().Add(time.Hour), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		feed.Data = nil
		caller.Must(t, http.MethodGet, "/v1/events", nil, &feed)
		return len(feed.Data) == 0
	})
	last, err := strconv.Atoi(feed.Next)
	if err != nil || last < 2 {
		t.Errorf("without after the feed goes on after %q", feed.Next)
	}
	caller.Must(t, http.MethodGet, "/v1/events?after="+feed.Next, nil, &feed)
	for _, after := range []string{"0", "1", strconv.Itoa(last - 1)} {
		status, body := get(t, w.server.URL()+"/v1/events?after="+after, "Authorization", "Bearer "+w.hello.APIKey)
		if status != http.StatusGone || !strings.Contains(body, `"code":"events_archived"`) {
			t.Errorf("after %s: %d %s", after, status, body)
		}
	}
	if !strings.Contains(desk.body(t, "/admin/orders/"+order), `data-testid="archived"`) {
		t.Error("the order's page does not say that events are archived")
	}
	if trail := desk.body(t, "/admin/trail"); !strings.Contains(trail, "archive.run") && !strings.Contains(trail, "手动归档旧记录") {
		t.Error("the audit trail does not say that rows were archived by hand")
	}
	tally, err := office.Prove(t.Context(), w.conf.SandboxURL, func(f proof.Finding) error {
		t.Errorf("%s %s: %s", f.Code, f.Object, f.Detail)
		return nil
	})
	if err != nil || tally.Orders != 1 || tally.Notices != 0 || tally.Events != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
	whole := 0
	err = office.VerifyArchive(t.Context(), w.conf, func(v archive.Verdict) error {
		if whole++; v.Err != nil || v.Stray {
			t.Errorf("%+v", v)
		}
		return nil
	})
	if err != nil || whole < 2 {
		t.Errorf("%d archives, %v", whole, err)
	}
}
