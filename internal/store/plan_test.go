package store_test

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Parts of a plan that walk through what a statement itself made, not through
// a table.
var harmless = regexp.MustCompile(`^SCAN (fresh|asked|oldest|\(|CONSTANT)`)

// Walks through all recipients of a campaign, or all followers of an account,
// of whom there may be a million.
const (
	wholeCampaign = "campaign_deliveries USING PRIMARY KEY (campaign_no=?)"
	wholeAccount  = "SEARCH followers USING PRIMARY KEY (account=?)"
)

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
		outer := map[int]string{}
		for _, step := range plan(t, db, store.Texts(store.SQLite, q)[0]) {
			loops := strings.HasPrefix(step.text, "SCAN ") || strings.HasPrefix(step.text, "SEARCH ")
			walks := strings.HasPrefix(step.text, "SCAN ") && !strings.Contains(step.text, "INDEX") && !harmless.MatchString(step.text)
			walks = walks || strings.HasSuffix(step.text, wholeCampaign) || step.text == wholeAccount
			// What a statement made is walked through once, and looked into never.
			walks = walks || loops && outer[step.under] != "" && strings.HasPrefix(step.text, "SCAN ") || strings.Contains(step.text, "AUTOMATIC")
			sorts := strings.Contains(step.text, "TEMP B-TREE") && strings.Contains(q, "LIMIT")
			if (walks || sorts) && !small[name] {
				t.Errorf("%s: %s", name, step.text)
			}
			if loops {
				outer[step.under] = step.text
			}
		}
	}
}

// keyset is where a list goes on: behind the last row, told by two columns.
var keyset = regexp.MustCompile(`\(([a-z_.]+), ([a-z_., ]+)\) ([<>]) \(\$`)

// TestEveryListStartsAtItsPlace asks SQLite where it enters the index of each
// statement that goes on after a row: there, not where its span of time begins.
// Nothing tells of the other way but the time that the last page takes.
func TestEveryListStartsAtItsPlace(t *testing.T) {
	db, err := sql.Open("sqlite", strings.TrimPrefix(storetest.URL(t, store.SQLite), "sqlite:"))
	good(t, err)
	defer db.Close()
	found := 0
	for name, q := range statements(t) {
		place := keyset.FindStringSubmatch(q)
		if place == nil {
			continue
		}
		found++
		columns := strings.NewReplacer("p.", "", "r.", "", " ", "").Replace(place[1] + "," + place[2])
		starts := func(s planned) bool { return strings.Contains(s.text, "("+columns+")"+place[3]+"(") }
		if steps := plan(t, db, store.Texts(store.SQLite, q)[0]); !slices.ContainsFunc(steps, starts) {
			t.Errorf("%s does not start at %s: %v", name, place[0], steps)
		}
	}
	if found < 6 {
		t.Errorf("found %d lists only", found)
	}
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// parameters counts those of a statement, by number or by place.
func parameters(t *testing.T, q string) (most int) {
	t.Helper()
	most = strings.Count(q, "?")
	for _, m := range parameter.FindAllStringSubmatch(q, -1) {
		n, err := strconv.Atoi(m[1])
		good(t, err)
		most = max(most, n)
	}
	return most
}

// planned is a step of a plan.
type planned struct {
	under int // the step that it is part of
	text  string
}

// plan asks for the plan of a statement, with nothing bound to its parameters.
func plan(t *testing.T, db *sql.DB, q string) (steps []planned) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+q, make([]any, parameters(t, q))...)
	good(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, unused int
		var step planned
		good(t, rows.Scan(&id, &step.under, &unused, &step.text))
		steps = append(steps, step)
	}
	good(t, rows.Err())
	return steps
}
