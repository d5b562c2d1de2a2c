//go:build linux

package walvfs_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"github.com/paypush/paypush/internal/walvfs"
)

// open opens a database for one connection, through the VFS or, without a name,
// through SQLite's own.
func open(t testing.TB, path, vfs string, pragmas ...string) *sql.DB {
	t.Helper()
	address := "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	if vfs != "" {
		address += "&vfs=" + vfs
	}
	for _, p := range pragmas {
		address += "&_pragma=" + p
	}
	db, err := sql.Open("sqlite", address)
	good(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { good(t, db.Close()) })
	return db
}

func good(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, x interface {
	ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
}, q string, args ...any,
) {
	t.Helper()
	_, err := x.ExecContext(context.Background(), q, args...)
	good(t, err)
}

// content is what the table holds, as SQLite finds it sound.
func content(t testing.TB, db *sql.DB) map[int]int {
	t.Helper()
	var verdict string
	good(t, db.QueryRowContext(context.Background(), "PRAGMA integrity_check").Scan(&verdict))
	if verdict != "ok" {
		t.Fatal(verdict)
	}
	rows, err := db.QueryContext(context.Background(), "SELECT id, LENGTH(b) FROM t")
	good(t, err)
	defer rows.Close() //nolint:errcheck // it only reads
	found := make(map[int]int)
	for rows.Next() {
		var id, length int
		good(t, rows.Scan(&id, &length))
		found[id] = length
	}
	good(t, rows.Err())
	return found
}

// inFiles is what is left where a machine stops now that lost nothing of what
// was written, as SQLite's own VFS reads it.
func inFiles(t testing.TB, path string) map[int]int {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(path), "copy")
	good(t, err)
	defer os.RemoveAll(dir) //nolint:errcheck // it is in a folder that goes anyway
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + end)
		good(t, err)
		good(t, os.WriteFile(filepath.Join(dir, "db"+end), b, 0o600))
	}
	db := open(t, filepath.Join(dir, "db"), "")
	found := content(t, db)
	good(t, db.Close())
	return found
}

// TestEveryCommitIsInTheFiles changes a table at random, with parts taken back,
// whole transactions taken back, pages that leave the cache before the commit,
// more in one transaction than is gathered at once, and checkpoints. After each
// commit the files alone hold exactly what was committed.
func TestEveryCommitIsInTheFiles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		good(t, err)
		path := filepath.Join(dir, "db")
		db := open(t, path, walvfs.Name(), "cache_size(10)")
		defer db.Close() //nolint:errcheck // and once more at the end, which tells
		must(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
		wanted := make(map[int]int)
		for range rapid.IntRange(1, 8).Draw(r, "transactions") {
			wanted = change(t, r, db, wanted)
			if found := inFiles(t, path); !maps.Equal(found, wanted) {
				t.Fatalf("the files hold %v and not %v", found, wanted)
			}
			if rapid.IntRange(0, 3).Draw(r, "checkpoint") == 0 {
				must(t, db, "PRAGMA wal_checkpoint("+rapid.SampledFrom([]string{"PASSIVE", "RESTART", "TRUNCATE"}).Draw(r, "mode")+")")
			}
		}
		if found := content(t, db); !maps.Equal(found, wanted) {
			t.Fatalf("the writer finds %v and not %v", found, wanted)
		}
	})
}

// change runs one transaction and tells what the table then holds.
func change(t *testing.T, r *rapid.T, db *sql.DB, was map[int]int) map[int]int {
	tx, err := db.BeginTx(context.Background(), nil)
	good(t, err)
	now := maps.Clone(was)
	for range rapid.IntRange(1, 4).Draw(r, "steps") {
		must(t, tx, "SAVEPOINT step")
		before := maps.Clone(now)
		for range rapid.IntRange(1, 20).Draw(r, "rows") {
			id, length := rapid.IntRange(0, 50).Draw(r, "id"), rapid.SampledFrom([]int{0, 10, 3000, 40_000}).Draw(r, "length")
			must(t, tx, "INSERT OR REPLACE INTO t VALUES ($1, RANDOMBLOB($2))", id, length)
			now[id] = max(1, length) // the least that RANDOMBLOB gives
		}
		if rapid.Bool().Draw(r, "undo") {
			must(t, tx, "ROLLBACK TO step")
			now = before
		}
		must(t, tx, "RELEASE step")
	}
	if rapid.IntRange(0, 3).Draw(r, "rollback") == 0 {
		good(t, tx.Rollback())
		return was
	}
	good(t, tx.Commit())
	return now
}

// TestOthersReadWholeCommits has connections of SQLite's own VFS read while one
// writes through ours. Each sees the same number in every row.
func TestOthersReadWholeCommits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	db := open(t, path, walvfs.Name(), "wal_autocheckpoint(50)")
	must(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, b BLOB)")
	must(t, db, "WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 100) INSERT INTO t SELECT i, 0, ZEROBLOB(900) FROM c")
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		reader := open(t, path, "")
		all.Go(func() {
			last := -1
			for {
				var least, most int
				if err := reader.QueryRowContext(context.Background(), "SELECT MIN(n), MAX(n) FROM t").Scan(&least, &most); err != nil {
					t.Error(err)
					return
				}
				if least != most || least < last {
					t.Errorf("one transaction was seen in part or taken back: %d to %d after %d", least, most, last)
					return
				}
				last = least
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for range 300 {
		must(t, db, "UPDATE t SET n = n + 1")
	}
	close(stop)
	all.Wait()
}

// TestCommitIsSyncedBeforeItIsShown looks, whenever the log is synced, whether
// its frames are in the file and nobody else sees the commit yet. A sync that
// fails fails the commit, and nothing of it is left.
func TestCommitIsSyncedBeforeItIsShown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	db, reader := open(t, path, walvfs.Name()), open(t, path, "")
	must(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	mark := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, 100) }
	now, syncs := 0, 0
	var fails error
	walvfs.WatchSyncs(t, func(fd int) error {
		syncs++
		b, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", fd))
		good(t, err)
		if !bytes.Contains(b, mark(now)) {
			t.Errorf("the log is synced before row %d is in it", now)
		}
		if _, seen := content(t, reader)[now]; seen {
			t.Errorf("row %d is seen before the log is synced", now)
		}
		return fails
	})
	for now = 1; now <= 20; now++ {
		must(t, db, "INSERT INTO t VALUES ($1, $2)", now, mark(now))
		if syncs != now {
			t.Fatalf("%d commits and %d syncs", now, syncs)
		}
	}
	fails = unix.EIO
	if _, err := db.ExecContext(context.Background(), "INSERT INTO t VALUES ($1, $2)", now, mark(now)); err == nil {
		t.Error("a commit that was not synced was told to be one")
	}
	if _, seen := content(t, reader)[now]; seen {
		t.Error("a commit that failed is seen")
	}
	fails = nil
	must(t, db, "INSERT INTO t VALUES ($1, $2)", now, mark(now))
	if found := content(t, reader); len(found) != now {
		t.Errorf("found %d rows of %d", len(found), now)
	}
}

// cramped makes the test binary a process whose files can't grow.
const cramped = "WALVFS_TEST_CRAMPED"

// TestLogThatCanNotGrow fills the log up to a limit of the system's: commits
// then fail, with what was committed before untouched, and with room again they
// work.
func TestLogThatCanNotGrow(t *testing.T) {
	if path := os.Getenv(cramped); path != "" {
		fill(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "db")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLogThatCanNotGrow$", "-test.v")
	child.Env = append(os.Environ(), cramped+"="+path)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fill(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	db := open(t, path, walvfs.Name(), "wal_autocheckpoint(0)")
	must(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	var roomy unix.Rlimit
	good(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &roomy))
	good(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1 << 20, Max: roomy.Max}))
	wanted, failed := make(map[int]int), 0
	for id := range 40 {
		if _, err := db.ExecContext(context.Background(), "INSERT INTO t VALUES ($1, RANDOMBLOB(50000))", id); err == nil {
			wanted[id] = 50_000
		} else {
			failed++
		}
	}
	good(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &roomy))
	if failed == 0 || len(wanted) == 0 {
		t.Fatalf("%d failed and %d did not", failed, len(wanted))
	}
	must(t, db, "INSERT INTO t VALUES (100, RANDOMBLOB(50000))")
	wanted[100] = 50_000
	for _, found := range []map[int]int{content(t, db), inFiles(t, path)} {
		if !maps.Equal(found, wanted) {
			t.Errorf("found %v and not %v", found, wanted)
		}
	}
}
