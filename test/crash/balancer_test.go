package crash_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// slots is how many servers a balancer has room for.
const slots = servers + 1

// balancer is a real HAProxy with the configuration that is handed out.
type balancer struct {
	address string
	control string // the socket of its runtime interface
	added   int
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	dir := t.TempDir()
	b := &balancer{address: harness.FreeAddress(t), control: filepath.Join(dir, "control")}
	harness.Start(t, haproxy(t), "-db", "-f", write(t, dir, "haproxy.cfg", []byte(b.configuration(t))))
	harness.Eventually(t, "the balancer answers", func() bool {
		_, err := b.tell("show info")
		return err == nil
	})
	return b
}

// haproxy finds the program, which Debian keeps where only root looks.
func haproxy(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("haproxy"); err == nil {
		return path
	}
	return "/usr/sbin/haproxy"
}

// configuration is deploy/haproxy.cfg, its address and its servers replaced by
// those of a test; what it says about servers stays.
func (b *balancer) configuration(t *testing.T) string {
	t.Helper()
	handed, err := os.ReadFile(filepath.Join("..", "..", "deploy", "haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(handed)
	replace := func(pattern string, by func(found []string) string) {
		found := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("deploy/haproxy.cfg has nothing like %s", pattern)
		}
		text = strings.Replace(text, found[0], by(found), 1)
	}
	replace(`(?m)^global$`, func([]string) string {
		return fmt.Sprintf("global\n    stats socket %s mode 600 level admin", b.control)
	})
	replace(`(?m)^    bind :8080$`, func([]string) string { return "    bind " + b.address })
	replace(`(?m)^    server-template node \d+ paypush:8080 (check .*) resolvers docker init-addr none$`, func(found []string) string {
		var lines []string
		for i := range slots {
			lines = append(lines, fmt.Sprintf("    server node%d 127.0.0.1:1 disabled %s", i, found[1]))
		}
		return strings.Join(lines, "\n")
	})
	return text
}

// tell gives a command to the runtime interface and returns what it says.
func (b *balancer) tell(command string) (string, error) {
	conn, err := net.Dial("unix", b.control)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, command+"\n"); err != nil {
		return "", err
	}
	said, err := io.ReadAll(conn)
	return strings.TrimSpace(string(said)), err
}

// URL implements entrance.
func (b *balancer) URL() string { return "http://" + b.address }

// add implements entrance.
func (b *balancer) add(t *testing.T, base string) *backend {
	t.Helper()
	host, port, err := net.SplitHostPort(strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("nodes/node%d", b.added)
	b.added++
	for _, command := range []string{"addr " + host + " port " + port, "state ready"} {
		if _, err := b.tell("set server " + name + " " + command); err != nil {
			t.Fatal(err)
		}
	}
	b.await(t, base)
	return &backend{base: base}
}

// await waits until the balancer sends requests to a server.
func (b *balancer) await(t *testing.T, base string) {
	t.Helper()
	harness.Eventually(t, "the balancer sends requests to "+base, func() bool {
		for _, row := range b.table(t) {
			if row["addr"] == strings.TrimPrefix(base, "http://") {
				return row["status"] == "UP" && row["check_status"] == "L7OK"
			}
		}
		return false
	})
}

// forget sets the counters to zero.
func (b *balancer) forget(t *testing.T) {
	t.Helper()
	if _, err := b.tell("clear counters all"); err != nil {
		t.Fatal(err)
	}
}

// unharmed fails the test where a request was not served.
func (b *balancer) unharmed(t *testing.T) {
	t.Helper()
	for _, row := range b.table(t) {
		name := row["pxname"] + "/" + row["svname"]
		t.Logf("%-15s %s sessions, %s tried again", name, row["stot"], row["wretr"])
		for _, fault := range []string{"hrsp_5xx", "eresp", "econ"} {
			if n := row[fault]; row["svname"] == "BACKEND" && n != "0" {
				t.Errorf("%s of %s is %s", fault, name, n)
			}
		}
	}
}

// table is what the balancer counts, a row for each server and for all.
func (b *balancer) table(t *testing.T) (rows []map[string]string) {
	t.Helper()
	said, err := b.tell("show stat")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(said, "# "))).ReadAll()
	if err != nil || len(lines) == 0 {
		t.Fatalf("show stat says %q, %v", said, err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}
