package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// TestFullDisk fills the disk under many writers: whoever was told that it
// worked finds the row, whoever was not finds none, and with room again the
// writer works on.
func TestFullDisk(t *testing.T) {
	url := storetest.URL(t, store.SQLite)
	db := storetest.Open(t, url, store.Options{})
	store.LimitPages(t, db, 300)
	big, err := json.Marshal(string(bytes.Repeat([]byte("x"), 20_000)))
	good(t, err)
	add := func() (string, error) {
		e := event.Event{ID: id.New("evt"), Type: "test", Object: id.New("obj"), Version: 1, Data: big}
		return e.Object, db.Outbox().Add(context.Background(), e)
	}
	var mu sync.Mutex
	told := make(map[string]error)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 10 {
				object, err := add()
				mu.Lock()
				told[object] = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	failed := 0
	for object, err := range told {
		found, readErr := db.Outbox().Of(context.Background(), object)
		good(t, readErr)
		if (err == nil) != (len(found) == 1) {
			t.Errorf("told %v, %d rows", err, len(found))
		}
		if err != nil {
			failed++
			if kind := fault.KindOf(err); kind != fault.Unavailable && kind != fault.Internal {
				t.Errorf("failed with %v", err)
			}
		}
	}
	if failed == 0 || failed == len(told) {
		t.Fatalf("%d of %d failed", failed, len(told))
	}
	store.LimitPages(t, db, 1<<30)
	_, err = add()
	good(t, err)
}
