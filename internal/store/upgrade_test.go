package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// eachVersion runs fn with an empty database for every version of the past, on
// both engines.
func eachVersion(t *testing.T, fn func(t *testing.T, db *store.DB, version int64)) {
	for version := int64(1); version < store.Versions(t); version++ {
		t.Run(fmt.Sprint(store.SQLite, " from ", version), func(t *testing.T) {
			fn(t, storetest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "old.db"), store.Options{}), version)
		})
		t.Run(fmt.Sprint(store.Postgres, " from ", version), func(t *testing.T) {
			fn(t, storetest.Open(t, pgtest.URL(t), store.Options{}), version)
		})
	}
}

// A row in every table that there was, whatever it means, keeps all it held;
// and a ledger of the past is read by the stores of today.
func TestEveryEarlierVersionIsBroughtUpWithItsData(t *testing.T) {
	eachVersion(t, func(t *testing.T, db *store.DB, version int64) {
		var tables []table
		var before, after []string
		store.MigrateTo(t, db, version, func(on *sql.DB) {
			insertOld(t, on, version)
			tables = tablesOf(t, on, db.Engine())
			for _, tb := range tables {
				tb.fill(t, on)
			}
			before = contents(t, on, tables)
		})
		if len(before) != len(tables) || len(tables) < 4 {
			t.Fatalf("%d rows in %d tables", len(before), len(tables))
		}
		good(t, db.Migrate(context.Background()))
		store.MigrateTo(t, db, store.Versions(t), func(on *sql.DB) { after = contents(t, on, tables) })
		if d := cmp.Diff(before, after); d != "" {
			t.Errorf("(-before +after):\n%s", d)
		}
		readBack(t, db, version)
	})
}

// table is a table of an old version with its columns.
type table struct {
	name    string
	columns []string
	values  []any
}

// tablesOf lists the tables in the order in which they were made, so that rows
// that others need come first.
func tablesOf(t *testing.T, on *sql.DB, engine string) (all []table) {
	t.Helper()
	q := `SELECT m.name, c.name, lower(c.type) FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY m.rowid, c.cid`
	if engine == store.Postgres {
		q = `SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
			AND c.relname NOT LIKE 'goose%' ORDER BY c.oid, a.attnum`
	}
	rows, err := on.Query(q)
	good(t, err)
	defer rows.Close()
	for rows.Next() {
		var name, column, kind string
		good(t, rows.Scan(&name, &column, &kind))
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, column)
		last.values = append(last.values, map[string]any{"text": "x", "blob": []byte("x"), "bytea": []byte("x")}[kind])
		if v := &last.values[len(last.values)-1]; *v == nil {
			*v = 1
		}
	}
	good(t, rows.Err())
	return all
}

// fill puts in a row of which every text is x and every number 1, so that it
// refers to the others like it. Where a migration left a row with that key,
// that one stays.
func (tb table) fill(t *testing.T, on *sql.DB) {
	t.Helper()
	places := make([]string, len(tb.columns))
	for i := range places {
		places[i] = fmt.Sprint("$", i+1)
	}
	_, err := on.Exec("INSERT INTO "+tb.name+" ("+strings.Join(tb.columns, ", ")+") VALUES ("+strings.Join(places, ", ")+
		") ON CONFLICT DO NOTHING", tb.values...)
	if err != nil {
		t.Fatalf("%s: %v", tb.name, err)
	}
}

// contents writes down the first row of each table, in the columns it had.
func contents(t *testing.T, on *sql.DB, tables []table) (all []string) {
	t.Helper()
	for _, tb := range tables {
		into := make([]any, len(tb.columns))
		for i := range into {
			into[i] = new(sql.NullString)
		}
		q := "SELECT " + strings.Join(tb.columns, ", ") + " FROM " + tb.name + " ORDER BY " + tb.columns[0] + " DESC LIMIT 1"
		if err := on.QueryRow(q).Scan(into...); err != nil {
			t.Fatalf("%s: %v", tb.name, err)
		}
		line := tb.name
		for i, v := range into {
			line += fmt.Sprintf(" %s=%s", tb.columns[i], v.(*sql.NullString).String)
		}
		all = append(all, line)
	}
	return all
}
