package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// writerEnv makes the test binary a process that writes until it is killed.
const writerEnv = "STORE_TEST_WRITER"

// write adds two events in each transaction and tells of those that were
// committed.
func write(url string) {
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				object := id.New("obj")
				err := db.Ledger().Update(context.Background(), func(tx pay.Tx) error {
					first := event.Event{ID: id.New("evt"), Type: "test", Object: object, Version: 1}
					second := event.Event{ID: id.New("evt"), Type: "test", Object: object, Version: 2}
					if err := tx.AddEvent(context.Background(), first); err != nil {
						return err
					}
					return tx.AddEvent(context.Background(), second)
				})
				mu.Lock()
				if err == nil {
					fmt.Println(object)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestInvariant01KilledWriterKeepsItsWord kills a process that writes, with no
// warning, and looks for everything that it had said was committed.
func TestInvariant01KilledWriterKeepsItsWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		for round := range 3 {
			child := exec.Command(os.Args[0], "-test.run=^$")
			child.Env = append(os.Environ(), writerEnv+"="+url)
			out, err := child.StdoutPipe()
			good(t, err)
			good(t, child.Start())
			var said []string
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				said = append(said, lines.Text())
				if len(said) == 100+round*77 {
					good(t, child.Process.Kill())
				}
			}
			child.Wait() //nolint:errcheck // it was killed
			if len(said) < 100 {
				t.Fatalf("the writer said %q", said)
			}
			db := storetest.Open(t, url, store.Options{})
			for _, object := range said {
				if len(object) != len(id.New("obj")) {
					continue // its last word was cut off
				}
				found, err := db.Outbox().Of(context.Background(), object)
				good(t, err)
				if len(found) != 2 {
					t.Fatalf("round %d: %d of 2 events of %s", round, len(found), object)
				}
			}
		}
	})
}
