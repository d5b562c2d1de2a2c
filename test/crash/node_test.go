package crash_test

import (
	"testing"
	"time"

	"github.com/paypush/paypush/test/harness"
)

// node is one server of several.
type node struct {
	args    []string
	ready   string
	api     *harness.Client
	process *harness.Process
	relay   *relay   // its way to the database; nil with SQLite
	behind  *backend // how the front knows it; nil where there is one server
	since   time.Time
}

// servers is how many there are over PostgreSQL.
const servers = 3

// pastEveryLease is longer than anything is leased to a node.
const pastEveryLease = 65 * time.Second

// gather starts the sandbox and the servers behind one entrance, each with a way
// of its own to the database at c.url.
func (c *chaos) gather(t *testing.T, in entrance, flags ...string) {
	t.Helper()
	flags = append(flags, "--public-url", in.URL())
	way, through := newRelay(t, c.url)
	c.world = newWorld(t, through, flags...)
	c.nodes = []*node{{args: c.args, ready: c.ready, api: c.api, process: c.server, relay: way, behind: in.add(t, c.api.Base)}}
	for range servers - 1 {
		c.addNode(t, in, bin, flags...)
	}
	c.api = harness.NewClient(in.URL(), c.api.Key)
}

// addNode starts another server over the same database, behind the same
// public address.
func (c *chaos) addNode(t *testing.T, in entrance, program string, flags ...string) {
	t.Helper()
	address := harness.FreeAddress(t)
	way, through := newRelay(t, c.url)
	n := &node{ready: "http://" + address + "/readyz", api: harness.NewClient("http://"+address, c.api.Key), relay: way,
		args: []string{"serve", "--listen", address, "--data", t.TempDir(), "--sandbox", c.box.Base, "--database-url", through}}
	n.args = append(n.args, flags...)
	n.process = harness.Start(t, program, n.args...)
	n.process.WaitReady(n.ready)
	n.behind = in.add(t, n.api.Base)
	c.nodes = append(c.nodes, n)
}

// freeze stops a node in the middle of whatever it does. People are sent to
// others; the platforms' calls still reach it, and wait.
func (c *chaos) freeze(n *node) {
	n.behind.mark(false)
	n.process.Freeze()
	c.frozen, n.since = n, time.Now()
}

// thaw lets the frozen node go on, once others may have all that it held.
func (c *chaos) thaw(t *testing.T) {
	t.Helper()
	n := c.frozen
	<-time.After(time.Until(n.since.Add(pastEveryLease)))
	n.process.Thaw()
	harness.Eventually(t, "the frozen node answers again", func() bool { return n.process.Answers(n.ready) })
	n.behind.mark(true)
	c.frozen = nil
}
