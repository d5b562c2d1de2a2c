package archive_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/store/storetest"
)

var errKilled = errors.New("killed")

// stepped is a store whose calls go through a function.
type stepped struct {
	archive.Store
	around func(do func() error) error
}

func step[T any](s *stepped, do func() (T, error)) (v T, err error) {
	err = s.around(func() (err error) {
		v, err = do()
		return err
	})
	return v, err
}

func (s *stepped) Begin(ctx context.Context, l archive.Lease, a archive.Archive) (archive.Archive, error) {
	return step(s, func() (archive.Archive, error) { return s.Store.Begin(ctx, l, a) })
}

func (s *stepped) Remove(ctx context.Context, l archive.Lease, a archive.Archive, lines [][]byte) (int64, error) {
	return step(s, func() (int64, error) { return s.Store.Remove(ctx, l, a, lines) })
}

func (s *stepped) End(ctx context.Context, l archive.Lease, a archive.Archive) error {
	return s.around(func() error { return s.Store.End(ctx, l, a) })
}

func (s *stepped) Old(ctx context.Context, t archive.Table, before time.Time, after string, limit int) (rows []archive.Row, next string, err error) {
	err = s.around(func() (err error) {
		rows, next, err = s.Store.Old(ctx, t, before, after, limit)
		return err
	})
	return rows, next, err
}

// dying is a store whose process dies at its nth call: before what the call
// does, or after it and before the caller hears of it. Nothing is cleaned up on
// failure, so that what the caller leaves then is what a kill leaves.
func dying(on archive.Store, left int, after bool) archive.Store {
	return &stepped{on, func(do func() error) error {
		left--
		if left == 0 && !after || left < 0 {
			return errKilled
		}
		err := do()
		if left == 0 && err == nil {
			err = errKilled
		}
		return err
	}}
}

// A process that dies at any of its steps loses no row, and the next one ends
// with each row in one file.
func TestDyingAtAnyStepLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		done := false
		for step := 1; !done; step++ {
			for _, after := range []bool{false, true} {
				s.told(3)
				s.note()
				s.Now = s.Now.Add(day)
				err := s.archiver(dying(s.DB.Archives(), step, after)).Run(t.Context(), all(s.Now))
				if done = err == nil; !done && !errors.Is(err, errKilled) {
					t.Fatalf("step %d: %v", step, err)
				}
				s.kept()
				s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
				s.kept()
				s.moved(fmt.Sprintf("step %d", step))
			}
		}
		s.whole()
	})
}

// dieAt has a run die at its nth call and gives the archive that it was at.
func dieAt(t *testing.T, s *shop, step int, after bool) archive.Archive {
	t.Helper()
	s.paid()
	s.paid()
	s.handled()
	s.note()
	s.Now = s.Now.Add(day)
	err := s.archiver(dying(s.DB.Archives(), step, after)).Run(t.Context(), all(s.Now))
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	open, err := s.DB.Archives().Unfinished(t.Context())
	s.Good(err)
	if len(open) != 1 {
		t.Fatalf("under way: %+v", open)
	}
	return open[0]
}

// A file that is spoiled before anything was deleted is put aside, and the
// rows, which are all there, are archived anew.
func TestAFileThatIsSpoiledBeforeTheDeletionIsMadeAnew(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"gone":      os.Remove,
		"cut":       func(path string) error { return os.Truncate(path, 20) },
		"changed":   func(path string) error { return os.WriteFile(path, make([]byte, 200), 0o600) },
		"forgotten": func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t, storetest.URL(t, "sqlite"))
			made := dieAt(t, s, 4, false) // two pages and the index, then the first deletion
			s.Good(spoil(filepath.Join(s.folder, made.File)))
			if err := s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)); !errors.Is(err, archive.ErrDamaged) {
				t.Fatal(err)
			}
			s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
			s.whole()
			if here := s.rows(); len(here) > 0 {
				t.Errorf("left in the tables: %v", here)
			}
		})
	}
}

// Once rows were deleted, a spoiled file stops everything and is named until
// somebody puts it back.
func TestAFileThatIsSpoiledLaterIsNamedUntilItIsBack(t *testing.T) {
	s := openShop(t, storetest.URL(t, "sqlite"))
	made := dieAt(t, s, 4, true)
	path := filepath.Join(s.folder, made.File)
	s.Good(os.Rename(path, path+".away"))
	for range 2 {
		if err := s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)); !errors.Is(err, archive.ErrDamaged) {
			t.Fatal(err)
		}
	}
	bad := 0
	s.Good(s.archiver(s.DB.Archives()).Verify(t.Context(), func(v archive.Verdict) error {
		if errors.Is(v.Err, archive.ErrDamaged) {
			bad++
		}
		return nil
	}))
	if bad != 1 {
		t.Errorf("%d archives are called damaged", bad)
	}
	s.Good(os.Rename(path+".away", path))
	s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
	s.whole()
}

func TestStrayAndBentFilesAreTold(t *testing.T) {
	s := openShop(t, storetest.URL(t, "sqlite"))
	s.paid()
	s.handled()
	s.Now = s.Now.Add(day)
	s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
	notices, err := s.DB.Archives().Archives(t.Context(), archive.Notices, 0, 10)
	s.Good(err)
	path := filepath.Join(s.folder, notices[0].File)
	text, err := os.ReadFile(path)
	s.Good(err)
	s.Good(os.WriteFile(filepath.Join(s.folder, "notices", "copy.jsonl.gz"), text, 0o600))
	text[len(text)/2] ^= 1
	s.Good(os.WriteFile(path, text, 0o600))
	var bent, stray int
	s.Good(s.archiver(s.DB.Archives()).Verify(t.Context(), func(v archive.Verdict) error {
		if v.Stray {
			stray++
		} else if v.Err != nil {
			bent++
		}
		return nil
	}))
	if bent != 1 || stray != 1 {
		t.Errorf("%d bent, %d stray", bent, stray)
	}
}
