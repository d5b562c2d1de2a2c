package backup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/backup"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

// open makes or opens a stamped database.
func open(t *testing.T, path, mode string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := errors.Join(db.Migrate(t.Context()), db.Stamp(t.Context(), mode)); err != nil {
		t.Fatal(err)
	}
	return db
}

func add(ctx context.Context, db *store.DB, n int) error {
	o := pay.Order{ID: fmt.Sprintf("ord_%06d", n), Number: fmt.Sprintf("20260301%06d", n), Amount: 100, Subject: "s", Status: pay.OrderPending, Version: 1, CreatedAt: time.Now()}
	return db.Ledger().Update(ctx, func(tx pay.Tx) error { return tx.InsertOrder(ctx, o) })
}

func TestABackupOfABusyDatabaseIsWholeAndComesBack(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "paypush.db"), filepath.Join(dir, "backup.db")
	db := open(t, path, "live")
	for n := range 200 {
		if err := add(t.Context(), db, n); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 200; ctx.Err() == nil; n++ {
			if err := add(ctx, db, n); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	saved, err := backup.Save(t.Context(), path, file)
	stop()
	writer.Wait()
	if err != nil || saved.Rows["orders"] < 200 || saved.Mode != "live" || saved.Schema < 6 {
		t.Fatalf("saved %+v, %v", saved, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's rights: %v, %v", info.Mode(), err)
	}
	back := filepath.Join(dir, "back.db")
	restored, err := backup.Restore(t.Context(), file, back, "live")
	if err != nil || restored.Rows["orders"] != saved.Rows["orders"] {
		t.Fatalf("restored %+v, %v", restored, err)
	}
	again := open(t, back, "live")
	if _, err := again.Ledger().Order(t.Context(), "ord_000199"); err != nil {
		t.Errorf("an order is lost: %v", err)
	}
	if err := add(t.Context(), again, 999999); err != nil {
		t.Errorf("the restored database can't be written: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".paypush-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "paypush.db"), filepath.Join(dir, "backup.db")
	open(t, path, "live")
	if _, err := backup.Save(t.Context(), path, file); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Save(t.Context(), path, file); !errors.Is(err, backup.ErrExists) {
		t.Errorf("a second backup to the same file: %v", err)
	}
	if _, err := backup.Restore(t.Context(), file, path, "live"); !errors.Is(err, backup.ErrExists) {
		t.Errorf("restoring over a database: %v", err)
	}
	other := filepath.Join(dir, "other.db")
	if err := os.WriteFile(other+"-wal", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), file, other, "live"); !errors.Is(err, backup.ErrExists) {
		t.Errorf("restoring beside a leftover journal: %v", err)
	}
}

func TestRestoreRefusesAnotherMode(t *testing.T) {
	dir := t.TempDir()
	path, file, back := filepath.Join(dir, "paypush.db"), filepath.Join(dir, "backup.db"), filepath.Join(dir, "back.db")
	open(t, path, "sandbox")
	if _, err := backup.Save(t.Context(), path, file); err != nil {
		t.Fatal(err)
	}
	_, err := backup.Restore(t.Context(), file, back, "live")
	if !errors.Is(err, backup.ErrMode) || !strings.Contains(err.Error(), "sandbox") {
		t.Errorf("a sandbox backup for a live server: %v", err)
	}
	if _, err := os.Stat(back); err == nil {
		t.Error("the file was made all the same")
	}
}

func TestRestoreRefusesWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "paypush.db"), filepath.Join(dir, "backup.db")
	db := open(t, path, "live")
	for n := range 300 {
		if err := add(t.Context(), db, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := backup.Save(t.Context(), path, file); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	torn := append([]byte(nil), whole...)
	for i := len(torn) / 2; i < len(torn)/2+20000; i++ {
		torn[i] ^= 0xff
	}
	for name, content := range map[string][]byte{"cut": whole[:len(whole)/2], "torn": torn, "empty": nil, "no database": []byte(strings.Repeat("x", 9000))} {
		bad := filepath.Join(dir, "bad.db")
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(t.Context(), bad, filepath.Join(dir, "back.db"), "live"); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := backup.Restore(t.Context(), filepath.Join(dir, "none"), filepath.Join(dir, "back.db"), "live"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A plain copy lacks what the journal held, and nothing would tell.
func TestRestoreRefusesAPlainCopy(t *testing.T) {
	dir := t.TempDir()
	path, plain := filepath.Join(dir, "paypush.db"), filepath.Join(dir, "copy.db")
	db := open(t, path, "live")
	if err := add(t.Context(), db, 1); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plain, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), plain, filepath.Join(dir, "back.db"), "live"); !errors.Is(err, backup.ErrInUse) {
		t.Errorf("a plain copy: %v", err)
	}
}

func TestACancelledBackupLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "paypush.db")
	open(t, path, "live")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := backup.Save(ctx, path, filepath.Join(dir, "backup.db")); err == nil {
		t.Error("a cancelled backup succeeded")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "backup*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPostgresCommandsTellNoPassword(t *testing.T) {
	save, restore := backup.Commands("postgres://paypush:geheim@db/paypush?sslmode=require&password=geheim", "it's.dump")
	for _, c := range []string{save, restore} {
		if strings.Contains(c, "geheim") || !strings.Contains(c, "sslmode=require") || !strings.Contains(c, `'it'\''s.dump'`) {
			t.Errorf("command: %s", c)
		}
	}
}
