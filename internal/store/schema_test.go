package store_test

import (
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
	"github.com/paypush/paypush/internal/survey"
)

func TestAnUpToDateDatabaseHasTheProgramsSchema(t *testing.T) {
	for _, engine := range []string{store.SQLite, store.Postgres} {
		url := storetest.URL(t, engine)
		db := storetest.Open(t, url, store.Options{})
		look, err := survey.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		found, err := look.Settings(t.Context())
		if err != nil || found.Schema != store.SchemaVersion() {
			t.Errorf("%s has schema %d, %v; the program says %d", engine, found.Schema, err, store.SchemaVersion())
		}
		if err := look.Close(); err != nil {
			t.Error(err)
		}
		pools := db.Pools()
		want := map[string]string{store.SQLite: "writer", store.Postgres: "postgres"}[engine]
		if stats := pools[want]; stats == nil || stats().OpenConnections == 0 {
			t.Errorf("%s has no open pool %s", engine, want)
		}
	}
}
