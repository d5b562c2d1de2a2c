package archive_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// With these the test binary is a process that archives until it is killed.
const (
	workerEnv = "ARCHIVE_TEST_DATABASE"
	folderEnv = "ARCHIVE_TEST_FOLDER"
	beforeEnv = "ARCHIVE_TEST_BEFORE"
)

// work archives and tells of every step before it and after it.
func work(url string) int {
	before, err := time.Parse(time.RFC3339Nano, os.Getenv(beforeEnv))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	aloud := &stepped{db.Archives(), func(do func() error) error {
		fmt.Println("step")
		err := do()
		fmt.Println("step")
		return err
	}}
	a := archive.New(archive.Config{Store: aloud, Folder: os.Getenv(folderEnv), Holder: id.New("arc"), Batch: 2, Most: 5})
	if err := a.Run(context.Background(), all(before)); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("done")
	return 0
}

// killedAt has a process archive and kills it, with no warning, when it has
// told of so many steps. It reports whether the process was done before that.
func (s *shop) killedAt(steps int) (done bool) {
	s.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), workerEnv+"="+s.url, folderEnv+"="+s.folder, beforeEnv+"="+s.Now.Format(time.RFC3339Nano))
	out, err := child.StdoutPipe()
	s.Good(err)
	s.Good(child.Start())
	said := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch text := lines.Text(); {
		case text == "done":
			done = true
		case strings.HasPrefix("step", text): // its last word may be cut off
			if said++; said == steps {
				s.Good(child.Process.Kill())
			}
		default:
			s.Errorf("the process that archives said %q", text)
		}
	}
	if err := child.Wait(); (err == nil) != done {
		s.Errorf("done %t, %v", done, err)
	}
	return done
}

// A process that is killed loses no row, wherever it is killed, and the next
// one, as soon as the lease is over, ends with each row in one file.
func TestAKilledProcessLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		later := storetest.Open(t, url, store.Options{Now: func() time.Time { return time.Now().Add(2 * time.Minute) }})
		killed := 0
		for steps, done := 1, false; !done; steps += 23 {
			for range 6 {
				s.paid()
			}
			s.told(3)
			s.handled()
			s.note()
			s.Now = s.Now.Add(day)
			if done = s.killedAt(steps); !done {
				killed++
			}
			s.kept()
			s.Good(s.archiver(later.Archives()).Run(t.Context(), all(s.Now)))
			s.kept()
			s.moved(fmt.Sprintf("killed at step %d", steps))
		}
		s.whole()
		if killed < 3 {
			t.Errorf("killed %d times only", killed)
		}
	})
}
