package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const patience = 30 * time.Second

// process is a program that runs beside the load.
type process struct {
	cmd  *exec.Cmd
	out  *tail
	done chan struct{}
}

// start starts a program that dies with this one.
func start(name string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(name, args...), out: new(tail), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.run(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) run() error {
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		p.cmd.Wait() //nolint:errcheck // how it ended shows in its output
		close(p.done)
	}()
	return nil
}

// stop asks the process to end and waits until it has.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(patience):
		p.kill()
		return errors.New("a process did not stop")
	}
}

// kill ends the process at once; it may be gone already.
func (p *process) kill() {
	p.cmd.Process.Kill() //nolint:errcheck // it may be gone already
	<-p.done
}

// answers waits until url answers 200, looking every millisecond so that the
// wait itself adds nothing to a start that is being timed.
func (p *process) answers(ctx context.Context, url string) error {
	return p.answersWithin(ctx, patience, url)
}

func (p *process) answersWithin(ctx context.Context, d time.Duration, url string) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	hc := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if ok(ctx, hc, url) {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return fmt.Errorf("the process ended:\n%s", p.out)
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer:\n%s", url, p.out)
		}
	}
}

func ok(ctx context.Context, hc *http.Client, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := hc.Do(r)
	if err != nil {
		return false
	}
	resp.Body.Close() //nolint:errcheck // only the status counts
	return resp.StatusCode == http.StatusOK
}

// megabytes reads a line of /proc/PID/status such as VmRSS or VmHWM, the
// memory that the process holds or held at its highest.
func (p *process) megabytes(field string) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), "\n"+field+":")
	words := strings.Fields(rest)
	if len(words) == 0 {
		return 0, fmt.Errorf("/proc tells no %s", field)
	}
	kb, err := strconv.ParseFloat(words[0], 64)
	return kb / 1024, err
}

// ticks reads how much processor time the process has used, in hundredths of a
// second.
func (p *process) ticks() (int64, error) {
	_, used, err := family(p.cmd.Process.Pid)
	return used, err
}

// sayTime tells how much processor time a process has used for each thing it
// did, its start included: a figure that others on the machine disturb less.
func sayTime(who string, p *process, done int) {
	if used, err := p.ticks(); err == nil && done > 0 {
		say("%s used %.0f us of processor time each", who, float64(used)*1e4/float64(done))
	}
}

// quiet waits until the process works no more, so that what it does after it
// has answered is not done on the time of the slice that follows. It gives up
// after five seconds: what never rests is part of the next slice.
func (p *process) quiet(ctx context.Context) error {
	before, err := p.ticks()
	for range 50 {
		if err != nil {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		var now int64
		if now, err = p.ticks(); err == nil && now-before <= 1 {
			return nil
		}
		before = now
	}
	return err
}

// tail keeps the end of what a process prints.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > 8192 {
		t.buf = append([]byte(nil), t.buf[len(t.buf)-4096:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
