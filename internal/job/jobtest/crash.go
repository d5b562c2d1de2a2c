package jobtest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/job"
)

// childEnv tells the test binary that it is the child, and where its database is.
const childEnv = "JOBTEST_CHILD"

// Child is called first in TestMain. In the child process it takes a job and
// works on it until it is killed; anywhere else it returns at once.
func Child(open func(address string, handlers map[string]job.Handler, o job.Options) (job.Runner, error)) {
	address := os.Getenv(childEnv)
	if address == "" {
		return
	}
	r, err := open(address, map[string]job.Handler{"send": func(context.Context, job.Job) error {
		fmt.Println("working")
		select {}
	}}, job.Options{Poll: 20 * time.Millisecond})
	if err == nil {
		err = r.Start(context.Background())
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	select {}
}

// crash kills the process that works on a job; another one does it again.
func crash(t *testing.T, e Engine) {
	o := quick()
	o.Timeout = 20 * time.Millisecond // River takes a job back once no run can be that old
	s := scripted()
	r := opened(t, e, map[string]job.Handler{"send": s.handle}, o)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})

	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), childEnv+"="+e.Address)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if err := child.Process.Kill(); err != nil {
		t.Error(err)
	}
	child.Wait() //nolint:errcheck // it was killed
	if line != "working\n" {
		t.Fatalf("the child said %q", line)
	}
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	receive(t, s.ran)
}
