package store_test

import (
	"context"
	"database/sql"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Parts of a plan that walk through what a statement itself made, not through
// a table.
var harmless = regexp.MustCompile(`^SCAN (fresh|asked|oldest|\(|CONSTANT)`)

// wholeCampaign is a walk through all recipients of a campaign, of which there
// may be a million.
const wholeCampaign = "campaign_deliveries USING PRIMARY KEY (campaign_no=?)"

// TestEveryStatementUsesAnIndex asks SQLite how it would run each statement
// and refuses a walk through a whole table or campaign, and sorting before a
// limit.
func TestEveryStatementUsesAnIndex(t *testing.T) {
	// Their tables hold a bounded number of rows.
	small := map[string]bool{"sqlKeys": true, "sqlForgedTrim": true, "sqlForgedSamples": true, "sqlForgedCounts": true}
	db, err := sql.Open("sqlite", strings.TrimPrefix(storetest.URL(t, store.SQLite), "sqlite:"))
	good(t, err)
	defer db.Close()
	for name, q := range statements(t) {
		for _, step := range plan(t, db, q) {
			walks := strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "INDEX") && !harmless.MatchString(step)
			walks = walks || strings.HasSuffix(step, wholeCampaign)
			sorts := strings.Contains(step, "TEMP B-TREE") && strings.Contains(q, "LIMIT")
			if (walks || sorts) && !small[name] {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// parameters counts those of a statement.
func parameters(t *testing.T, q string) (most int) {
	t.Helper()
	for _, m := range parameter.FindAllStringSubmatch(q, -1) {
		n, err := strconv.Atoi(m[1])
		good(t, err)
		most = max(most, n)
	}
	return most
}

// plan asks for the plan of a statement, with nothing bound to its parameters.
func plan(t *testing.T, db *sql.DB, q string) (steps []string) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+q, make([]any, parameters(t, q))...)
	good(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		good(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	good(t, rows.Err())
	return steps
}
