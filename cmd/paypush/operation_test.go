package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/test/harness"
)

// built is the binary under test.
func built(t *testing.T) string {
	t.Helper()
	bin, err := harness.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// call runs one command to its end.
func call(t *testing.T, bin string, args ...string) (code int, out string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Env = append(os.Environ(), "HTTPS_PROXY=", "HTTP_PROXY=")
	b, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

// One server lives through what an operator does with it: it is examined,
// backed up while it runs, told to stop with work under way, and restored.
func TestOperation(t *testing.T) {
	bin, dir := built(t), t.TempDir()
	listen, box := harness.FreeAddress(t), harness.FreeAddress(t)
	data, file, back := filepath.Join(dir, "data"), filepath.Join(dir, "backup.db"), filepath.Join(dir, "back")
	p := harness.Start(t, bin, "dev", "--listen", listen, "--sandbox-listen", box, "--data", data, "--log-format", "json", "--log-level", "debug")
	p.WaitReady("http://" + listen + "/readyz")
	harness.Eventually(t, "dev.json is there", func() bool { _, err := os.Stat(filepath.Join(data, "dev.json")); return err == nil })

	code, out := call(t, bin, "doctor", "--data", data)
	if code != 0 || !strings.Contains(out, "双方密钥一致") || !strings.Contains(out, "The keys match") || strings.Contains(out, "[fail]") {
		t.Errorf("doctor: %d\n%s", code, out)
	}
	var report struct{ Checks []struct{ ID, Status string } }
	code, out = call(t, bin, "doctor", "--sandbox", "http://"+box, "--data", data, "--json")
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || len(report.Checks) < 10 {
		t.Errorf("doctor --json: %d, %v\n%s", code, err, out)
	}
	if code, out := call(t, bin, "backup", file, "--data", data); code != 0 {
		t.Errorf("backup: %d\n%s", code, out)
	}
	stopsInTime(t, p, listen)
	if !strings.Contains(p.Output(), `"msg":"request"`) || !strings.Contains(p.Output(), `"request_id":"req_`) {
		t.Errorf("the log has no lines of requests:\n%.2000s", p.Output())
	}
	if code, out := call(t, bin, "restore", file, "--data", back, "--mode", "live"); code != 1 || !strings.Contains(out, "sandbox") {
		t.Errorf("restore for another mode: %d\n%s", code, out)
	}
	if code, out := call(t, bin, "restore", file, "--data", back, "--mode", "sandbox"); code != 0 {
		t.Errorf("restore: %d\n%s", code, out)
	}
	if code, _ := call(t, bin, "restore", file, "--data", back, "--mode", "sandbox"); code != 1 {
		t.Errorf("restore over a database: %d", code)
	}
}

// stopsInTime has SIGTERM meet an open event stream and a request that is
// never finished; the process must end by itself within ten seconds.
func stopsInTime(t *testing.T, p *harness.Process, listen string) {
	t.Helper()
	base := "http://" + listen
	resp, err := http.PostForm(base+"/pay", url.Values{"subject": {"茶"}, "money": {"1.00"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	stream, err := http.Get(base + resp.Request.URL.Path + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if _, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	slow, err := net.Dial("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprint(slow, "POST /notify/alipay HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	if line, err := bufio.NewReader(slow).ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the slow request: %q, %v", line, err)
	}
	if _, took := p.Stop(); took > 10*time.Second {
		t.Errorf("stopping took %s", took)
	}
}

func TestDoctorTellsByItsExitCode(t *testing.T) {
	bin, dir := built(t), t.TempDir()
	if code, out := call(t, bin, "doctor", "--data", dir); code != 2 || !strings.Contains(out, "--config") {
		t.Errorf("without anything to examine: %d\n%s", code, out)
	}
	code, out := call(t, bin, "doctor", "--data", dir, "--sandbox", "http://"+harness.FreeAddress(t))
	if code != 1 || !strings.Contains(out, "paypush sandbox") {
		t.Errorf("without a sandbox: %d\n%s", code, out)
	}
	path := filepath.Join(dir, "paypush.toml")
	if err := os.WriteFile(path, []byte("mode = \"live\"\ncolour = 1\ndata = \""+dir+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out = call(t, bin, "doctor", "--config", path)
	for _, want := range []string{"colour", "public_url", "no account"} {
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("a bad file: %d, no %q\n%s", code, want, out)
		}
	}
}
