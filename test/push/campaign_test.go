package push_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// Invariant 15: whatever is killed and lost, every recipient ends in a final
// state, nobody is told twice, what is called sent has arrived, and nothing
// leaves during a pause.
func TestInvariant15CampaignUnderFaultsSQLite(t *testing.T) { tellUnderFaults(t, "", 1) }

func TestInvariant15CampaignUnderFaultsPostgreSQL(t *testing.T) {
	tellUnderFaults(t, pgtest.URL(t), 3)
}

// people is how many a run tells; PAYPUSH_TEST_PEOPLE makes it more.
func people() int {
	if n, err := strconv.Atoi(os.Getenv("PAYPUSH_TEST_PEOPLE")); err == nil {
		return n
	}
	return 3000
}

func tellUnderFaults(t *testing.T, databaseURL string, nodes int) {
	n := people()
	w := newWorld(t, databaseURL, nodes)
	w.follow(t, n)
	const path = "/cgi-bin/message/template/send"
	w.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 11, "rules": []map[string]any{
		{"at": "wechat.api", "kind": "reply_lost", "rate": 0.02, "path": path},
		{"at": "wechat.api", "kind": "errcode", "code": 40001, "rate": 0.005, "path": path},
		{"at": "wechat.api", "kind": "http_500", "rate": 0.01, "path": path},
		{"at": "wechat.api", "kind": "latency", "rate": 1, "delay": "20ms", "path": path},
	}}, nil)
	c := w.draft(t, 1000)
	w.do(t, c.ID, "start")
	for k := range 2 {
		w.reaches(t, c.ID, int64(n*(k+1)/5))
		w.nodes[k%len(w.nodes)].restart(t)
	}
	w.reaches(t, c.ID, int64(n*3/5))
	w.pause(t, c.ID)
	w.nodes[0].restart(t)
	w.do(t, c.ID, "resume")
	done := w.finish(t, c.ID)
	w.compare(t, done, int64(n))
}

func (w *world) reaches(t *testing.T, id string, sent int64) {
	t.Helper()
	harness.Eventually(t, fmt.Sprintf("%d are told", sent), func() bool { return w.see(id).Counts.Sent >= sent })
}

// pause holds the campaign to its word: after the answer nothing arrives.
func (w *world) pause(t *testing.T, id string) {
	t.Helper()
	before := w.do(t, id, "pause")
	arrived := w.truth(t)
	if before.Status != "paused" {
		t.Fatalf("it is %s", before.Status)
	}
	<-time.After(1500 * time.Millisecond) // several looks of every worker
	if now := w.truth(t); now.Delivered != arrived.Delivered || now.Deduplicated != arrived.Deduplicated {
		t.Errorf("%+v arrived before the pause, %+v during it", arrived, now)
	}
	if after := w.see(id); after.Counts != before.Counts {
		t.Errorf("the counts moved from %+v to %+v during the pause", before.Counts, after.Counts)
	}
}

// compare holds the campaign against the sandbox's truth.
func (w *world) compare(t *testing.T, c campaign, people int64) {
	t.Helper()
	got, n := w.truth(t), c.Counts
	t.Logf("counts %+v, truth %+v", n, got)
	if n.Total != people || n.Queued != 0 || n.Sent+n.Failed+n.Skipped+n.Unknown != people {
		t.Errorf("of %d people: %+v", people, n)
	}
	if got.RecipientsTwice != 0 {
		t.Errorf("%d people were told twice", got.RecipientsTwice)
	}
	if n.Unknown*200 > people {
		t.Errorf("%d of %d are unknown", n.Unknown, people)
	}
	if n.Sent > got.Recipients || n.Sent+n.Unknown < got.Recipients {
		t.Errorf("%d are called sent and %d unknown, %d arrived", n.Sent, n.Unknown, got.Recipients)
	}
	if got.Deduplicated == 0 {
		t.Error("no lost reply was asked for again: the faults were not on")
	}
}
