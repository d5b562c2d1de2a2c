// Package harness runs the real binary for the journeys of the test folder:
// it builds it once, starts and kills processes on free loopback ports, and
// speaks to them over HTTP as people and programs do.
//
// It is for tests alone and knows nothing of the program's insides.
package harness

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait of a journey; a healthy run needs a fraction.
const patience = 60 * time.Second

// Build compiles the program into dir, with flags of go build, and returns the
// binary's path.
func Build(dir string, flags ...string) (string, error) {
	bin := filepath.Join(dir, "paypush")
	args := append([]string{"build", "-o", bin}, flags...)
	out, err := exec.Command("go", append(args, "github.com/paypush/paypush/cmd/paypush")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
}

// WithBinary builds the program, runs the tests of a package with it, and
// returns their exit code: 1 where it does not build. It is for TestMain.
func WithBinary(run func(bin string) int) int {
	dir, err := os.MkdirTemp("", "paypush-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin, err := Build(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return run(bin)
}

// FreeAddress finds a loopback address that nobody listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Process is one running binary.
type Process struct {
	t    testing.TB
	cmd  *exec.Cmd
	out  *output
	done chan struct{}
	err  error
}

// Start starts the binary with arguments. The test ends it if it still runs.
func Start(t testing.TB, bin string, args ...string) *Process {
	t.Helper()
	p := &Process{t: t, cmd: exec.Command(bin, args...), out: new(output), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("output of %v:\n%s", args, p.out.tail(6000))
		}
	})
	return p
}

// Kill ends the process at once, as kill -9 does, and waits until it is gone.
func (p *Process) Kill() {
	p.cmd.Process.Kill() //nolint:errcheck // it may be gone already
	<-p.done
}

// Freeze stops the process where it is, as SIGSTOP does; Thaw lets it go on.
func (p *Process) Freeze() { p.cmd.Process.Signal(syscall.SIGSTOP) } //nolint:errcheck // it may be gone already

// Thaw lets a frozen process go on.
func (p *Process) Thaw() { p.cmd.Process.Signal(syscall.SIGCONT) } //nolint:errcheck // it may be gone already

// Stop asks the process to stop and returns its exit code and how long it took.
func (p *Process) Stop() (code int, took time.Duration) {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatal("the process does not stop")
	}
	return p.cmd.ProcessState.ExitCode(), time.Since(began)
}

// Ended reports whether the process is gone.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Output is everything the process has printed so far.
func (p *Process) Output() string { return p.out.tail(1 << 20) }

// WaitReady waits until url answers 200, or fails the test when the process
// ends before.
func (p *Process) WaitReady(url string) {
	p.t.Helper()
	Eventually(p.t, url+" answers", func() bool {
		select {
		case <-p.done:
			p.t.Fatalf("the process ended: %v\n%s", p.err, p.out.tail(4000))
		default:
		}
		return answers(url)
	})
}

// Answers reports whether the process is there and url answers 200.
func (p *Process) Answers(url string) bool { return !p.Ended() && answers(url) }

func answers(url string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Eventually waits until check is true and fails the test when it does not
// become so.
func Eventually(t testing.TB, what string, check func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !check() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited %s for this: %s", patience, what)
		}
	}
}

// output collects what a process prints.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) tail(n int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.buf.Bytes()
	return string(b[max(0, len(b)-n):])
}
