package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

func TestOpenRefuses(t *testing.T) {
	const secret = "hunter2secret"
	for address, code := range map[string]string{
		"":               "database_url_invalid",
		"mysql://x":      "database_url_invalid",
		"sqlite:":        "database_url_invalid",
		"sqlite::memory": "database_url_invalid",
		"sqlite:" + filepath.Join(t.TempDir(), "no", "folder", "x.db"):      "internal",
		"postgres://u:" + secret + "@127.0.0.1:notaport/x":                  "database_url_invalid",
		"postgres://u:" + secret + "@127.0.0.1:1/x?connect_timeout=5":       "database_unreachable",
		"postgres://u:" + secret + "@127.0.0.1:1/x?sslmode=" + secret + "x": "database_url_invalid",
	} {
		_, err := store.Open(context.Background(), address, store.Options{})
		if fault.CodeOf(err) != code {
			t.Errorf("%q: %v, want %s", address, err, code)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, err := store.Open(context.Background(), url, store.Options{})
		good(t, err)
		good(t, db.Ping(context.Background()))
		if engine := filepath.Base(t.Name()); db.Engine() != engine {
			t.Errorf("engine %s", db.Engine())
		}
		good(t, db.Close())
		if err := db.Ping(context.Background()); err == nil {
			t.Error("a closed database answers")
		}
		if err := db.Tokens().Set(context.Background(), "x", nil); err == nil {
			t.Error("a closed database takes writes")
		}
	})
}

// TestOddPath keeps the data in a file whose name means something in a URL,
// and only for its owner.
func TestOddPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%20.db")
	db := storetest.Open(t, "sqlite:"+path, store.Options{})
	good(t, db.Migrate(context.Background()))
	good(t, db.Tokens().Set(context.Background(), "x", nil))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		good(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", suffix, info.Mode())
		}
	}
}

// TestMigrateAtOnce brings an empty database up to date from several sides.
func TestMigrateAtOnce(t *testing.T) {
	for engine, url := range map[string]string{
		store.SQLite:   "sqlite:" + filepath.Join(t.TempDir(), "empty.db"),
		store.Postgres: pgtest.URL(t),
	} {
		t.Run(engine, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 4 {
				db := storetest.Open(t, url, store.Options{})
				wg.Go(func() {
					if err := db.Migrate(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestGivingUpWhileWaiting gives up before the writer had time for it.
func TestGivingUpWhileWaiting(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.SQLite), store.Options{})
	busy, release := store.OccupyWriter(db)
	<-busy
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- db.Tokens().Set(ctx, "late", []byte("x")) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	close(release)
	v, err := db.Tokens().Get(context.Background(), "late")
	good(t, err)
	if v.Version != 0 {
		t.Error("it was written all the same")
	}
}

func TestOldAnswersAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		db := storetest.Open(t, url, store.Options{Now: func() time.Time { return now }})
		ctx, s := context.Background(), db.Idempotency()
		old := store.Record{Scope: store.Scope{APIKey: "key_1", Method: "POST", Path: "/", Key: "old"}}
		fresh := old
		fresh.Key = "fresh"
		good(t, s.Keep(ctx, old))
		now = now.Add(47 * time.Hour)
		good(t, s.Keep(ctx, fresh))
		now = now.Add(time.Hour)
		n, err := s.Clean(ctx)
		good(t, err)
		_, oldKept, err := s.Find(ctx, old.Scope)
		good(t, err)
		_, freshKept, err := s.Find(ctx, fresh.Scope)
		good(t, err)
		if n != 1 || oldKept || !freshKept {
			t.Errorf("forgot %d; old %v, fresh %v", n, oldKept, freshKept)
		}
	})
}
