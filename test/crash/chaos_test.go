package crash_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// Invariants 1, 2, 4, 5, 6, 9 and 10: faults on every edge, nodes killed, the
// database killed, the clock advanced, two payers at one order, refunds all the
// while; and when it has come to rest the ledger fits itself, the sandbox to
// the fen, and the bill of each day. On PostgreSQL there are three nodes: one of
// them is frozen for longer than anything is leased, their ways to the database
// are cut, and each notice reaches all of them at once. PAYPUSH_CHAOS_SEED and PAYPUSH_CHAOS_RUNS choose what is played:
// what is asked for is the same each time, when it happens is not.
func TestChaosSQLite(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) { play(t, seed, nil) })
}
func TestChaosPostgreSQL(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) { play(t, seed, pgtest.Start(t)) })
}

func eachSeed(t *testing.T, run func(*testing.T, uint64)) {
	first, runs := setting(t, "PAYPUSH_CHAOS_SEED"), setting(t, "PAYPUSH_CHAOS_RUNS")
	for seed := first; seed < first+runs; seed++ {
		t.Run(fmt.Sprint("SEED=", seed), func(t *testing.T) { run(t, seed) })
	}
}

func setting(t *testing.T, name string) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return 1
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The size of a chaos.
const (
	shoppers         = 5
	ordersPerShopper = 7
	blows            = 12
)

// chaos is a world with trouble in it.
type chaos struct {
	*world
	database *pgtest.Server // nil with SQLite
	url      string         // of the database; empty with SQLite
	nodes    []*node
	frozen   *node // past helping, and not yet back
}

func play(t *testing.T, seed uint64, database *pgtest.Server) {
	c := &chaos{database: database}
	if database == nil {
		c.world = newWorld(t, "")
		c.nodes = []*node{{args: c.args, ready: c.ready, api: c.api, process: c.server}}
	} else {
		c.url = database.URL()
		c.gather(t, newFront(t))
	}
	c.addMember(t, 0)
	var shopping sync.WaitGroup
	for i := range uint64(shoppers) {
		s := &shopper{chaos: c, dice: rand.New(rand.NewPCG(seed, i)), name: fmt.Sprintf("s%d-%d", seed, i)}
		shopping.Go(func() { s.shop(t) })
	}
	done := make(chan struct{})
	go func() {
		shopping.Wait()
		close(done)
	}()
	defer func() { <-done }() // nobody tells of trouble after the test's end
	c.strike(t, rand.New(rand.NewPCG(seed, 1<<32)), done)
	<-done
	if !t.Failed() {
		c.rest(t)
	}
}

// strike deals one blow after the other until nobody shops any more.
func (c *chaos) strike(t *testing.T, dice *rand.Rand, done <-chan struct{}) {
	c.trouble(t, dice)
	defer c.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	freeze := dice.IntN(blows)
	for i := range blows {
		select {
		case <-done:
			return
		case <-time.After(time.Duration(100+dice.IntN(700)) * time.Millisecond):
		}
		c.revive(t)
		if c.database != nil && i == freeze {
			c.freeze(c.nodes[dice.IntN(len(c.nodes))])
		}
		switch hit := c.nodes[dice.IntN(len(c.nodes))]; dice.IntN(9) {
		case 0, 1, 2:
			if hit != c.frozen {
				hit.process.Kill()
				c.revive(t)
			}
		case 3:
			if c.database != nil {
				c.database.Crash(t)
			}
		case 4, 5:
			c.box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": fmt.Sprintf("%ds", 1+dice.IntN(55))}, nil)
		case 6, 7:
			c.trouble(t, dice)
		case 8:
			if hit.relay != nil {
				hit.relay.cut()
			}
		}
	}
}

// revive starts every node that is gone, as a service manager does, and waits
// until it is ready. A node that meets trouble at its start may end by itself.
func (c *chaos) revive(t *testing.T) {
	t.Helper()
	for _, n := range c.nodes {
		if !n.process.Ended() {
			continue
		}
		harness.Eventually(t, "a node is back", func() bool {
			if n.process.Ended() {
				n.process = harness.Start(t, bin, n.args...)
			}
			return n.process.Answers(n.ready)
		})
	}
}

// trouble sets new faults on every edge. A platform that lies with a good
// signature when it is asked can't be seen through, so that is left out.
func (c *chaos) trouble(t *testing.T, dice *rand.Rand) {
	t.Helper()
	var rules []map[string]any
	for at, kinds := range map[string]string{
		"alipay.gateway":  "drop latency reply_lost http_500 errcode duplicate reorder bad_signature wrong_app",
		"alipay.notify":   "drop delay reply_lost duplicate reorder bad_signature wrong_amount wrong_app",
		"wechat.api":      "drop latency reply_lost http_500 duplicate",
		"wechat.callback": "drop delay duplicate bad_signature",
	} {
		for _, kind := range strings.Fields(kinds) {
			rules = append(rules, map[string]any{"at": at, "kind": kind, "rate": 0.12 * dice.Float64(), "delay": "300ms"})
		}
	}
	c.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1 + dice.Uint32(), "rules": rules}, nil)
}

// rest lets everything that is due be done, and then audits, first without the
// node that is frozen and then with it. The clock creeps first, until no
// message in doubt would be tried again: a platform that is hours ahead of us
// from one instant to the next has forgotten what it would have recognised.
func (c *chaos) rest(t *testing.T) {
	t.Helper()
	c.revive(t)
	if c.database != nil && c.frozen == nil {
		c.freeze(c.nodes[0])
	}
	for range 6 {
		c.leap(t, "100s")
	}
	c.settled(t)
	if c.frozen != nil {
		c.thaw(t)
		c.settled(t)
	}
	c.reconciled(t)
}

// settled waits until nothing is pending and the audit finds nothing.
func (c *chaos) settled(t *testing.T) {
	t.Helper()
	harness.Eventually(t, "nothing is pending any more", func() bool {
		c.leap(t, "90m")
		return c.none("/v1/orders?status=pending")
	})
	said, err := "", error(nil)
	defer func() { t.Logf("%s", said) }()
	harness.Eventually(t, "the audit is clean", func() bool {
		c.leap(t, "45m")
		said, err = c.audit()
		return err == nil && strings.Contains(said, "events (0 waiting)")
	})
}

// reconciled waits for the morning after, and holds the bill of every day
// against the ledger. What happened around midnight may be on the bill of
// another day than in the ledger, so nothing may be left open once each day's
// bill is known.
func (c *chaos) reconciled(t *testing.T) {
	t.Helper()
	first := c.began.In(shanghai)
	c.leap(t, "36h")
	last := c.now(t).Add(-billReady).In(shanghai).AddDate(0, 0, -1)
	for _, known := range []bool{false, true} {
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			date := day.Format(time.DateOnly)
			out, err := exec.Command(bin, "reconcile", "--server", c.nodes[0].api.Base, "--api-key", c.api.Key, "--date", date).CombinedOutput()
			if err != nil && known {
				t.Errorf("the bill of %s: %v\n%s", date, err, out)
			}
		}
	}
}

// billReady is how long after midnight the bill of the day before is there.
const billReady = 10 * time.Hour

// shanghai is the platform's zone.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// now reads the world's clock.
func (c *chaos) now(t *testing.T) time.Time {
	t.Helper()
	var clock struct {
		Now time.Time `json:"now"`
	}
	c.box.Must(t, http.MethodGet, "/sandbox/clock", nil, &clock)
	return clock.Now
}

// leap moves the clock and gives the servers the time to notice.
func (c *chaos) leap(t *testing.T, by string) {
	t.Helper()
	c.box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": by}, nil)
	<-time.After(300 * time.Millisecond)
}

// none reports whether a list is empty.
func (c *chaos) none(path string) bool {
	var page struct {
		Data []json.RawMessage `json:"data"`
	}
	status, err := c.api.Call(http.MethodGet, path, nil, &page)
	return err == nil && status == http.StatusOK && len(page.Data) == 0
}

// audit runs the program's own audit against the sandbox.
func (c *chaos) audit() (string, error) {
	args := []string{"audit", "--sandbox", c.box.Base, "--data", c.dataPath}
	if c.url != "" {
		args = append(args, "--database-url", c.url)
	}
	out, err := exec.Command(bin, args...).CombinedOutput()
	return string(out), err
}
