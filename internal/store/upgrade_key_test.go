package store_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Who made the keys that are there already is read from the audit trail, so
// that they are bound like new ones.
func TestInvariant17KeysOfThePastKnowWhoMadeThem(t *testing.T) {
	for engine, address := range map[string]string{store.SQLite: "sqlite:" + filepath.Join(t.TempDir(), "old.db"), store.Postgres: pgtest.URL(t)} {
		db, ctx := storetest.Open(t, address, store.Options{}), context.Background()
		store.MigrateTo(t, db, 16, func(on *sql.DB) {
			for _, q := range []string{
				`INSERT INTO api_keys VALUES ('key_page', 'h1', 'x', 'operator', 1, 0, 0), ('key_command', 'h2', 'x', 'operator', 1, 0, 0)`,
				`INSERT INTO audit VALUES ('aud_1', 1, 'member:mem_1', 'key.create', 'key_page', '', '', 'x'),
					('aud_2', 2, 'member:mem_2', 'key.revoke', 'key_page', '', '', ''), ('aud_3', 3, 'command', 'key.create', 'key_command', '', '', 'x')`} {
				_, err := on.Exec(q)
				good(t, err)
			}
		})
		good(t, db.Migrate(ctx))
		for actor, want := range map[string]string{"key:key_page": "member:mem_1", "key:key_command": "key:key_command", "key:none": "key:none", "member:mem_3": "member:mem_3"} {
			got, err := db.Keys().Behind(ctx, actor)
			good(t, err)
			if got != want {
				t.Errorf("%s: behind %s stands %s, want %s", engine, actor, got, want)
			}
		}
	}
}
