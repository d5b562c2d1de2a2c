package crash_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// command runs the program and returns what it printed and its exit code.
func command(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var stdout bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Stdout = &stdout
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return stdout.String(), cmd.ProcessState.ExitCode()
}

// The exit code of an audit is 0 for clean books, 1 for findings, 2 for usage.
func TestAuditTellsByItsExitCode(t *testing.T) {
	data := t.TempDir()
	database := filepath.Join(data, "audit.db")
	address := "sqlite:" + database
	for _, args := range [][]string{{"audit", "--data", data}, {"audit", "--database-url", address}, {"audit", "--sandbox", "nonsense"}, {"audit", "extra"}} {
		if out, code := command(t, args...); code != 2 {
			t.Errorf("%v: %d\n%s", args, code, out)
		}
	}
	if out, code := command(t, "migrate", "--database-url", address); code != 0 {
		t.Fatalf("migrate: %d\n%s", code, out)
	}
	if out, code := command(t, "audit", "--database-url", address); code != 0 || !strings.Contains(out, "0 findings") {
		t.Errorf("clean: %d\n%s", code, out)
	}
	db, err := sql.Open("sqlite", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE numbering SET last = 5`); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "audit", "--database-url", address); code != 1 || !strings.Contains(out, "event_number_last 5") || !strings.Contains(out, "→ ") {
		t.Errorf("spoilt: %d\n%s", code, out)
	}
	out, code := command(t, "audit", "--database-url", address, "--json")
	var finding struct {
		Code, Object, English, Chinese, Advice string
	}
	var tally struct{ Audit struct{ Findings int } }
	d := json.NewDecoder(strings.NewReader(out))
	if err := errors.Join(d.Decode(&finding), d.Decode(&tally)); err != nil || code != 1 || finding.Code != "event_number_last" || finding.Chinese == "" || tally.Audit.Findings != 1 {
		t.Errorf("as JSON: %d, %v\n%s", code, err, out)
	}
}
