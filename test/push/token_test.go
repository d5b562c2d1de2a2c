package push_test

import (
	"net/http"
	"strings"
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
	stable, forced := w.fetched(t, "/cgi-bin/stable_token")
	t.Run("no token is fetched for each message", func(t *testing.T) {
		if stable == 0 || stable > 3 {
			t.Errorf("%d tokens were fetched for 600 messages", stable)
		}
	})
	t.Run("no node makes another's token invalid", func(t *testing.T) {
		if classic, _ := w.fetched(t, "/cgi-bin/token"); classic+forced > 0 {
			t.Errorf("%d tokens were fetched in a way that ends the one before, %d by force", classic, forced)
		}
	})
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

// fetched counts the calls for tokens, and those of them that end the token
// before.
func (w *world) fetched(t *testing.T, path string) (all, forced int) {
	t.Helper()
	var seen struct {
		Requests []struct {
			Body string `json:"body"`
		} `json:"requests"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/history?path="+path, nil, &seen)
	for _, r := range seen.Requests {
		if strings.Contains(strings.ReplaceAll(r.Body, " ", ""), `"force_refresh":true`) {
			forced++
		}
	}
	return len(seen.Requests), forced
}
