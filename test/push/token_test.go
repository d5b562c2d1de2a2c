package push_test

import (
	"net/http"
	"testing"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// Invariant 14: nodes share one access token: none is fetched for each
// message, and no node makes another's invalid. What the platform reports
// afterwards stands beside the recipient.
func TestInvariant14NodesShareOneTokenThroughACampaign(t *testing.T) {
	w := newWorld(t, pgtest.URL(t), 2)
	w.follow(t, 600)
	c := w.draft(t, 0)
	w.do(t, c.ID, "start")
	done := w.finish(t, c.ID)
	if done.Counts.Sent != 600 {
		t.Errorf("counts %+v", done.Counts)
	}
	var seen struct {
		Requests []struct {
			Path string `json:"path"`
		} `json:"requests"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/history?path=/cgi-bin/stable_token", nil, &seen)
	if n := len(seen.Requests); n == 0 || n > 3 {
		t.Errorf("%d tokens were fetched for 600 messages", n)
	}
	harness.Eventually(t, "the platform's reports stand beside the recipients", func() bool {
		var page struct {
			Data []struct {
				Report string `json:"report"`
			} `json:"data"`
		}
		w.last().Must(t, http.MethodGet, "/v1/campaigns/"+c.ID+"/deliveries?limit=100", nil, &page)
		for _, d := range page.Data {
			if d.Report != "delivered" {
				return false
			}
		}
		return len(page.Data) == 100
	})
}
