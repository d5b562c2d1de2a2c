package local_test

import (
	"context"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/job/jobtest"
	"github.com/paypush/paypush/internal/job/local"
	"github.com/paypush/paypush/internal/store"
)

func TestMain(m *testing.M) {
	jobtest.Child(func(address string, handlers map[string]job.Handler, o job.Options) (job.Runner, error) {
		db, err := store.Open(context.Background(), address, store.Options{})
		if err != nil {
			return nil, err
		}
		return local.New(db.Jobs(), handlers, o), nil
	})
	goleak.VerifyTestMain(m)
}

// database opens a migrated database that lives as long as the test.
func database(t *testing.T) (*store.DB, string) {
	t.Helper()
	address := "sqlite:" + filepath.Join(t.TempDir(), "jobs.db")
	db, err := store.Open(context.Background(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db, address
}

func TestConformance(t *testing.T) {
	jobtest.Run(t, func(t *testing.T) jobtest.Engine {
		db, address := database(t)
		return jobtest.Engine{Address: address, Open: func(h map[string]job.Handler, o job.Options) (job.Runner, error) {
			return local.New(db.Jobs(), h, o), nil
		}}
	})
}
