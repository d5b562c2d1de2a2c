package push_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/paypush/paypush/test/harness"
)

// node is one server process with a folder of its own.
type node struct {
	args    []string
	ready   string
	process *harness.Process
	api     *harness.Client
}

// world is a sandbox and servers over one database.
type world struct {
	box   *harness.Client
	nodes []*node
}

func newWorld(t *testing.T, databaseURL string, nodes int) *world {
	t.Helper()
	dir, at := t.TempDir(), harness.FreeAddress(t)
	box := harness.Start(t, bin, "sandbox", "--listen", at, "--data", filepath.Join(dir, "sandbox"))
	box.WaitReady("http://" + at + "/sandbox/clock")
	w := &world{box: harness.NewClient("http://"+at, "")}
	for i := range nodes {
		address, data := harness.FreeAddress(t), filepath.Join(dir, fmt.Sprintf("node%d", i))
		n := &node{ready: "http://" + address + "/readyz",
			args: []string{"serve", "--listen", address, "--data", data, "--sandbox", "http://" + at}}
		if databaseURL != "" {
			n.args = append(n.args, "--database-url", databaseURL)
		}
		n.start(t)
		n.api = harness.NewClient("http://"+address, harness.APIKey(t, data))
		w.nodes = append(w.nodes, n)
	}
	return w
}

func (n *node) start(t *testing.T) {
	t.Helper()
	n.process = harness.Start(t, bin, n.args...)
	n.process.WaitReady(n.ready)
}

// restart kills a server as kill -9 does and starts it again.
func (n *node) restart(t *testing.T) {
	t.Helper()
	n.process.Kill()
	n.start(t)
}

// last is a node that is never killed where there are several.
func (w *world) last() *harness.Client { return w.nodes[len(w.nodes)-1].api }

// follow makes so many people follow the account and waits until the server
// knows all of them.
func (w *world) follow(t *testing.T, people int) {
	t.Helper()
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/bulk", map[string]int{"count": people}, nil)
	w.last().Must(t, http.MethodPost, "/v1/follower_syncs", nil, nil)
	harness.Eventually(t, "all followers are known", func() bool {
		var got struct {
			Running bool  `json:"running"`
			Found   int64 `json:"found"`
		}
		w.last().Must(t, http.MethodGet, "/v1/follower_syncs", nil, &got)
		return !got.Running && got.Found >= int64(people)
	})
}

type counts struct {
	Total   int64 `json:"total"`
	Queued  int64 `json:"queued"`
	Sent    int64 `json:"sent"`
	Failed  int64 `json:"failed"`
	Skipped int64 `json:"skipped"`
	Unknown int64 `json:"unknown"`
	Frozen  bool  `json:"frozen"`
}

type campaign struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Counts counts `json:"counts"`
}

// see reads a campaign; a server that is down answers the zero one.
func (w *world) see(id string) (c campaign) {
	status, err := w.last().Call(http.MethodGet, "/v1/campaigns/"+id, nil, &c)
	if err != nil || status != http.StatusOK {
		return campaign{}
	}
	return c
}

// draft places a campaign with a template message to everybody.
func (w *world) draft(t *testing.T, rate int) (c campaign) {
	t.Helper()
	w.last().Must(t, http.MethodPost, "/v1/campaigns", map[string]any{"title": "开课", "kind": "service", "rate": rate,
		"audience": map[string]bool{"all_followers": true}, "template": "receipt",
		"data": map[string]string{"amount": "1.00", "subject": "课程", "number": "A1", "time": "2026-03-01 09:00"}}, &c)
	return c
}

func (w *world) do(t *testing.T, id, step string) (c campaign) {
	t.Helper()
	w.last().Must(t, http.MethodPost, "/v1/campaigns/"+id+"/"+step, nil, &c)
	return c
}

type truth struct {
	Delivered       int64 `json:"delivered"`
	Deduplicated    int64 `json:"deduplicated"`
	Recipients      int64 `json:"recipients"`
	RecipientsTwice int64 `json:"recipients_twice"`
}

func (w *world) truth(t *testing.T) truth {
	t.Helper()
	var all struct {
		WeChat truth `json:"wechat"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/truth", nil, &all)
	return all.WeChat
}

// finish waits until a campaign is done, moving the platform's clock along
// where only those are left who wait to be tried again.
func (w *world) finish(t *testing.T, id string) (c campaign) {
	t.Helper()
	moved, at := time.Duration(0), time.Now()
	harness.Eventually(t, "the campaign is done", func() bool {
		c = w.see(id)
		few := c.Counts.Frozen && c.Counts.Queued > 0 && c.Counts.Queued < c.Counts.Total/20
		if few && moved < 6*time.Minute && time.Since(at) > 500*time.Millisecond {
			w.box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": "10s"}, nil)
			moved, at = moved+10*time.Second, time.Now()
		}
		return c.Status == "done"
	})
	return c
}
