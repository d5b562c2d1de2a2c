package crash_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/test/harness"
)

// additions are migrations of a program yet to be written, as the recipe has
// them: what locks nobody for long, and an index in a file of its own.
var additions = []string{`-- +goose Up
ALTER TABLE orders ADD COLUMN next_note {{text}};
ALTER TABLE payments ADD COLUMN next_note {{text}};
CREATE TABLE next_things (
    id   {{text}} PRIMARY KEY,
    kind {{text}} NOT NULL
){{strict}};
CREATE INDEX next_things_kind ON next_things (kind, id);
`, `-- +goose NO TRANSACTION
-- +goose Up
DROP INDEX {{concurrently}} IF EXISTS orders_next_note;
CREATE INDEX {{concurrently}} orders_next_note ON orders (next_note) WHERE next_note IS NOT NULL;
`}

// nextProgram builds this tree with the additions laid over it.
func nextProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	migrations, err := filepath.Abs(filepath.Join("..", "..", "internal", "store", "migrations"))
	if err != nil {
		t.Fatal(err)
	}
	laid := map[string]string{}
	for i, text := range additions {
		name := fmt.Sprintf("%05d_next.sql", store.SchemaVersion()+1+int64(i))
		laid[filepath.Join(migrations, name)] = write(t, dir, name, []byte(text))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": laid})
	if err != nil {
		t.Fatal(err)
	}
	program, err := harness.Build(dir, "-overlay", write(t, dir, "overlay.json", overlay))
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func write(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Invariants 1 and 2, and no request lost: a new version migrates the database
// under the old servers, which go on, one of them even after a restart, and then
// go one after the other.
func TestInvariant01ANewVersionRunsBesideTheOldOne(t *testing.T) {
	next := nextProgram(t)
	b := open(t)
	old := b.nodes
	b.addNode(t, b.front, next, "--public-url", b.front.URL())
	b.grown(t)
	b.replace(t, old[0])
	for _, n := range old {
		b.end(t, n)
	}
	b.close(t)
}

// grown checks that the new version has added to the schema, its indexes whole.
func (b *business) grown(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // a test's own
	var schema, additional int64
	var broken int
	err = conn.QueryRow(t.Context(), `SELECT (SELECT max(version_id) FROM goose_db_version),
		(SELECT count(*) FROM information_schema.columns WHERE column_name = 'next_note'),
		(SELECT count(*) FROM pg_index WHERE NOT indisvalid)`).Scan(&schema, &additional, &broken)
	if want := store.SchemaVersion() + int64(len(additions)); err != nil || schema != want || additional != 2 || broken != 0 {
		t.Fatalf("schema %d, want %d; %d new columns, %d broken indexes; %v", schema, want, additional, broken, err)
	}
}
