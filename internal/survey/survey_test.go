package survey_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/paypush/paypush/internal/job/river"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/internal/store/storetest"
	"github.com/paypush/paypush/internal/survey"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// each runs fn on both engines with a migrated database, the job engine's
// tables included.
func each(t *testing.T, fn func(t *testing.T, url string)) {
	storetest.Each(t, func(t *testing.T, url string) {
		if strings.HasPrefix(url, "postgres") {
			if err := river.Migrate(t.Context(), url); err != nil {
				t.Fatal(err)
			}
		}
		fn(t, url)
	})
}

func look(t *testing.T, url string) *survey.Survey {
	t.Helper()
	s, err := survey.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSettingsOfBothEngines(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, store.Options{})
		if err := db.Stamp(t.Context(), "live"); err != nil {
			t.Fatal(err)
		}
		got, err := look(t, url).Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Engine != db.Engine() || got.Mode != "live" || got.Schema < 6 || got.Version == "" || got.Size == 0 || !got.Durable() {
			t.Errorf("found %+v", got)
		}
		if err := look(t, url).Writable(t.Context()); err != nil {
			t.Errorf("not writable: %v", err)
		}
	})
}

func TestAnEmptyDatabaseHasNeitherSchemaNorMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"sqlite:" + path, pgtest.URL(t)} {
		got, err := look(t, url).Settings(t.Context())
		if err != nil || got.Schema != 0 || got.Mode != "" {
			t.Errorf("%s: %+v, %v", got.Engine, got, err)
		}
		if err := look(t, url).Writable(t.Context()); err != nil {
			t.Errorf("%s: not writable: %v", got.Engine, err)
		}
	}
}

func TestOpenCreatesNothingAndTellsNoPassword(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	if _, err := survey.Open(t.Context(), "sqlite:"+path); !errors.Is(err, survey.ErrAbsent) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was created")
	}
	for _, url := range []string{"mysql://x", "sqlite:", "sqlite::memory:", "postgres://%zz"} {
		if _, err := survey.Open(t.Context(), url); !errors.Is(err, survey.ErrAddress) {
			t.Errorf("%s: %v", url, err)
		}
	}
	_, err := survey.Open(t.Context(), "postgres://u:geheim@127.0.0.1:1/x")
	if !errors.Is(err, survey.ErrUnreachable) || strings.Contains(err.Error(), "geheim") {
		t.Errorf("an unreachable server: %v", err)
	}
}

func TestPostgresThatForgetsIsFound(t *testing.T) {
	url := storetest.URL(t, store.Postgres) + "&synchronous_commit=off"
	got, err := look(t, url).Settings(t.Context())
	if err != nil || got.SynchronousCommit != "off" || got.Durable() {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestAReadOnlyDatabaseIsFound(t *testing.T) {
	url := storetest.URL(t, store.Postgres) + "&default_transaction_read_only=on"
	if err := look(t, url).Writable(t.Context()); !errors.Is(err, survey.ErrReadOnly) {
		t.Errorf("postgres: %v", err)
	}
	url = storetest.URL(t, store.SQLite)
	holder, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	tx, err := holder.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := look(t, url).Writable(t.Context()); !errors.Is(err, survey.ErrLocked) {
		t.Errorf("sqlite with a held lock: %v", err)
	}
}

func TestCountsOfAnEmptyLedger(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		got, err := look(t, url).Counts(t.Context(), time.Now(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Jobs) != 5 || got.PendingOrders+got.OpenSurpluses+got.HeldSurpluses+got.ApprovingRefunds+got.RunningJobs+got.Undispatched.Count+got.LateQueries.Count != 0 {
			t.Errorf("found %+v", got)
		}
	})
}
