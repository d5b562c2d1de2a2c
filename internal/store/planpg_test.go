package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Their tables hold a bounded number of rows, which PostgreSQL walks through
// rather than look into an index.
var bounded = []string{"api_keys", "forged_counts", "forged_samples", "templates", "rules", "webhook_endpoints", "cursors", "numbering",
	"stamp", "account_tags", "send_limits", "schema_floor"}

// TestEveryStatementUsesAnIndexOfPostgreSQL asks PostgreSQL how it would run
// each statement over tables with thousands of rows, no two alike, whatever its
// parameters are, and refuses a walk through a whole table or index.
func TestEveryStatementUsesAnIndexOfPostgreSQL(t *testing.T) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, storetest.URL(t, store.Postgres))
	good(t, err)
	defer conn.Close(ctx)
	fillTables(t, conn)
	// Some thousands of rows are walked through sooner than a million would be.
	_, err = conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
	good(t, err)
	partial := partialIndexes(t, conn)
	for name, q := range statements(t) {
		for _, text := range store.Texts(store.Postgres, q) {
			for _, walk := range walks(t, conn, name, text) {
				if !slices.Contains(bounded, walk.Relation) && !slices.Contains(partial, walk.Index) {
					t.Errorf("%s walks through %s by %s", name, walk.Relation, walk.Type)
				}
			}
		}
	}
}

// TestListsAreLookedUpByKeyFromTheStart asks the same of statements for many rows
// before PostgreSQL knows anything of a table. A plan made then is kept while a
// campaign is frozen and sent, or payments pour in, until the table is analyzed.
func TestListsAreLookedUpByKeyFromTheStart(t *testing.T) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, storetest.URL(t, store.Postgres))
	good(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan")
	good(t, err)
	lists := 0
	for name, q := range statements(t) {
		ofCampaign := strings.HasPrefix(q, "WITH fresh AS MATERIALIZED") && strings.Contains(q, "campaign_no")
		texts := store.Texts(store.Postgres, q)
		if !ofCampaign && len(texts) < 2 {
			continue
		}
		lists++
		for _, text := range texts {
			for _, walk := range walks(t, conn, name, text) {
				t.Errorf("%s walks through %s by %s", name, walk.Relation, walk.Type)
			}
		}
	}
	if lists < 10 {
		t.Errorf("%d statements have a list", lists)
	}
}

// TestAnAudienceIsFrozenInTheOrderOfAnIndex has PostgreSQL find the next few of
// many people whom it does not know to be many, without sorting all of them.
func TestAnAudienceIsFrozenInTheOrderOfAnIndex(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.Postgres), store.Options{})
	plan := strings.Join(store.FreezePlan(t, db, 50_000), "\n")
	if strings.Contains(plan, "Sort") || !strings.Contains(plan, "Index Scan") {
		t.Errorf("the people are sorted:\n%s", plan)
	}
}

// fillTables puts rows into every table that may have more than one, all of
// whose columns differ from row to row.
func fillTables(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	ctx := context.Background()
	rows, err := conn.Query(ctx, `SELECT table_name, string_agg(quote_ident(column_name), ', '), string_agg(
			CASE data_type WHEN 'bigint' THEN 'g' WHEN 'bytea' THEN 'decode(lpad(to_hex(g), 8, ''0''), ''hex'')' ELSE 'lpad(g::text, 8, ''0'')' END, ', ')
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' GROUP BY table_name
		HAVING NOT bool_or(column_name = 'one')`)
	good(t, err)
	fills, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (string, error) {
		var table, columns, values string
		err := r.Scan(&table, &columns, &values)
		return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 5000) AS g", table, columns, values), err
	})
	good(t, err)
	if len(fills) < 30 {
		t.Fatalf("found %d tables only", len(fills))
	}
	// Foreign keys are not looked at, since the tables are not in their order.
	for _, q := range slices.Concat([]string{"SET session_replication_role = replica"}, fills, []string{"ANALYZE"}) {
		if _, err := conn.Exec(ctx, q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

// partialIndexes are those over some rows of a table, the ones that wait for
// something: to walk through one of them is to find all that waits.
func partialIndexes(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
	good(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	good(t, err)
	return names
}

// step is a node of a plan.
type step struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Filter   string `json:"Filter"`
	Steps    []step `json:"Plans"`
}

// walks finds the steps of a statement that read a whole table: those without
// an index, and those that read an index from its beginning and throw away
// what they find.
func walks(t *testing.T, conn *pgx.Conn, name, q string) (found []step) {
	t.Helper()
	ctx := context.Background()
	_, err := conn.Exec(ctx, "PREPARE this AS "+q)
	good(t, err)
	defer func() {
		_, err := conn.Exec(ctx, "DEALLOCATE this")
		good(t, err)
	}()
	most := parameters(t, q)
	arguments := ""
	if most > 0 {
		arguments = "(" + strings.TrimSuffix(strings.Repeat("NULL, ", most), ", ") + ")"
	}
	var raw []byte
	if err := conn.QueryRow(ctx, "EXPLAIN (FORMAT JSON) EXECUTE this"+arguments).Scan(&raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var plans []struct {
		Plan step `json:"Plan"`
	}
	good(t, json.Unmarshal(raw, &plans))
	var look func(s step)
	look = func(s step) {
		byIndex := strings.HasPrefix(s.Type, "Index") && s.Cond == ""
		if s.Type == "Seq Scan" || byIndex && s.Filter != "" {
			found = append(found, s)
		}
		for _, below := range s.Steps {
			look(below)
		}
	}
	for _, p := range plans {
		look(p.Plan)
	}
	return found
}
