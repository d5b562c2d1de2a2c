package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var takesBack = regexp.MustCompile(`(?is)\b(delete\s+from|update|truncate(\s+table)?|replace\s+into|drop\s+table(\s+if\s+exists)?|alter\s+table)\s+"?audit\b`)

// No role can take an entry of the audit trail back, since no SQL anywhere in
// the program does: not in a statement, not in a migration that goes up.
func TestNothingTakesBackTheAuditTrail(t *testing.T) {
	for _, good := range []string{"DELETE FROM audit WHERE id = $1", "update audit set was = ''", "TRUNCATE TABLE audit", "DROP TABLE audit"} {
		if !takesBack.MatchString(good) {
			t.Fatalf("the search does not find %q", good)
		}
	}
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".sql") {
			return nil
		}
		files++
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		up, _, _ := strings.Cut(string(b), "-- +goose Down")
		if found := takesBack.FindString(up); found != "" {
			t.Errorf("%s says %q", path, found)
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}
