package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// lastFree is the newest migration from before the rules below.
const lastFree = 18

// A node of the version before works on beside the new schema: migrations add,
// and what takes away says which programs it no longer serves.
func TestMigrationsExpandBeforeTheyContract(t *testing.T) {
	files, err := filepath.Glob("migrations/*.sql")
	good(t, err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		good(t, err)
		number, _, _ := strings.Cut(filepath.Base(file), "_")
		version, err := strconv.Atoi(number)
		good(t, err)
		if version <= lastFree {
			continue
		}
		for _, fault := range migrationFaults(version, string(b)) {
			t.Errorf("%s: %s", file, fault)
		}
	}
}

var (
	comment  = regexp.MustCompile(`--[^\n]*`)
	space    = regexp.MustCompile(`\s+`)
	contract = regexp.MustCompile(`(?m)^-- contract: since (\d+)$`)
	raised   = regexp.MustCompile(`(?i)UPDATE schema_floor SET oldest = (\d+)`)

	notNull     = regexp.MustCompile(`(?i)^ALTER TABLE \S+ ADD .*\bNOT NULL\b`)
	hasDefault  = regexp.MustCompile(`(?i)\bDEFAULT\b`)
	createIndex = regexp.MustCompile(`(?i)^CREATE (?:UNIQUE )?INDEX (?:\{\{concurrently\}\} )?(?:IF NOT EXISTS )?\S+ ON (\S+)`)
	createTable = regexp.MustCompile(`(?i)^CREATE TABLE (\S+)`)
	online      = regexp.MustCompile(`(?i)^(CREATE|DROP) (UNIQUE )?INDEX \{\{concurrently\}\} `)
)

// taking is what an older program may stumble over.
var taking = map[string]*regexp.Regexp{
	"takes a table away":           regexp.MustCompile(`(?i)^DROP (TABLE|VIEW|SCHEMA)\b`),
	"takes a column away":          regexp.MustCompile(`(?i)^ALTER TABLE .*\bDROP\b`),
	"renames":                      regexp.MustCompile(`(?i)^ALTER .*\bRENAME\b`),
	"changes a type":               regexp.MustCompile(`(?i)^ALTER TABLE .*\bALTER\b.*\bTYPE\b`),
	"demands a value":              regexp.MustCompile(`(?i)^ALTER TABLE .*\bSET NOT NULL\b`),
	"holds old programs to a rule": regexp.MustCompile(`(?i)^ALTER TABLE \S+ ADD (CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY)\b`),
}

// migrationFaults tells what keeps a migration from running under old programs.
func migrationFaults(version int, text string) (faults []string) {
	up, _, _ := strings.Cut(text, "-- +goose Down")
	statements := statementsOf(up)
	faults = append(lockFaults(up, statements), floorFaults(version, up)...)
	if contract.MatchString(up) {
		return faults
	}
	for _, s := range statements {
		for what, form := range taking {
			if form.MatchString(s) {
				faults = append(faults, what+": "+s)
			}
		}
		if notNull.MatchString(s) && !hasDefault.MatchString(s) {
			faults = append(faults, "old programs leave the new column empty: "+s)
		}
	}
	return faults
}

func statementsOf(up string) (all []string) {
	for s := range strings.SplitSeq(comment.ReplaceAllString(up, ""), ";") {
		if s = strings.TrimSpace(space.ReplaceAllString(s, " ")); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// lockFaults holds indexes on tables that are in use to a form that lets
// others write meanwhile. Such a statement runs outside any transaction, so
// that a file has nothing else: it could not be undone with it.
func lockFaults(up string, statements []string) (faults []string) {
	made, others, outside := map[string]bool{}, 0, strings.Contains(up, "-- +goose NO TRANSACTION")
	for _, s := range statements {
		if m := createTable.FindStringSubmatch(s); m != nil {
			made[m[1]] = true
		}
		m := createIndex.FindStringSubmatch(s)
		switch {
		case online.MatchString(s) && !outside:
			faults = append(faults, "needs -- +goose NO TRANSACTION: "+s)
		case m != nil && !made[m[1]] && !online.MatchString(s):
			faults = append(faults, "locks the table while it builds; write INDEX {{concurrently}}: "+s)
		case !online.MatchString(s):
			others++
		}
	}
	if outside && others > 0 {
		faults = append(faults, "mixes what is outside a transaction with what is not")
	}
	return faults
}

// floorFaults holds the line of a contract and what the database is told to
// the same number, which a program before this one must know.
func floorFaults(version int, up string) []string {
	line, told := contract.FindStringSubmatch(up), raised.FindStringSubmatch(up)
	switch {
	case line == nil && told == nil:
		return nil
	case line == nil:
		return []string{"raises the floor without a line -- contract: since N"}
	case told == nil || told[1] != line[1]:
		return []string{fmt.Sprintf("must run UPDATE schema_floor SET oldest = %s", line[1])}
	}
	if n, err := strconv.Atoi(line[1]); err != nil || n <= lastFree || n >= version {
		return []string{"a contract is since an earlier migration than its own: the expanding one that made do without"}
	}
	return nil
}

func TestMigrationFaultsAreFound(t *testing.T) {
	const outside = "-- +goose NO TRANSACTION\n"
	for text, want := range map[string]string{
		"ALTER TABLE orders ADD COLUMN a {{text}};":                                 "",
		"ALTER TABLE orders ADD COLUMN a {{text}} NOT NULL DEFAULT '';":             "",
		"CREATE TABLE x (a {{text}} NOT NULL); CREATE INDEX x_a ON x (a);":          "",
		"-- DROP TABLE orders;\nUPDATE orders SET a = 1;":                           "",
		outside + "CREATE INDEX {{concurrently}} IF NOT EXISTS o_a ON orders (a);":  "",
		"ALTER TABLE orders ADD COLUMN a {{text}} NOT NULL;":                        "leave the new column empty",
		"ALTER TABLE orders\n  drop column a;":                                      "takes a column away",
		"DROP TABLE orders;":                                                        "takes a table away",
		"ALTER TABLE orders RENAME TO sales;":                                       "renames",
		"ALTER TABLE orders RENAME COLUMN a TO b;":                                  "renames",
		"ALTER TABLE orders ALTER COLUMN a SET DATA TYPE text;":                     "changes a type",
		"ALTER TABLE orders ALTER COLUMN a SET NOT NULL;":                           "demands a value",
		"ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0);":                        "holds old programs to a rule",
		"CREATE INDEX o_a ON orders (a);":                                           "locks the table",
		"CREATE INDEX {{concurrently}} o_a ON orders (a);":                          "NO TRANSACTION",
		outside + "CREATE INDEX {{concurrently}} o_a ON orders (a); UPDATE x SET a": "mixes",
		"-- contract: since 20\nDROP TABLE x; UPDATE schema_floor SET oldest = 20;": "",
		"-- contract: since 20\nDROP TABLE x;":                                      "must run UPDATE",
		"-- contract: since 20\nDROP TABLE x; UPDATE schema_floor SET oldest = 21;": "must run UPDATE",
		"-- contract: since 30\nDROP TABLE x; UPDATE schema_floor SET oldest = 30;": "since an earlier",
		"UPDATE schema_floor SET oldest = 20;":                                      "without a line",
	} {
		got := strings.Join(migrationFaults(30, "-- +goose Up\n"+text+"\n-- +goose Down\nDROP TABLE orders;"), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s\n%q, want %q", text, got, want)
		}
	}
}
