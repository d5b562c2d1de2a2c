package archive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/paypush/paypush/internal/fault"
)

// Verdict is what became of one archive, or of a file that no archive names.
type Verdict struct {
	Archive
	Err   error // [ErrDamaged], or nil where the file is whole
	Stray bool  // a file that the index does not name; only its name is known
}

// Verify reads every archive's file and tells report of each, and of every
// stray file. It changes nothing and may run beside a server.
func (a *Archiver) Verify(ctx context.Context, report func(Verdict) error) error {
	named := make(map[string]bool)
	for _, t := range Tables() {
		for last, more := int64(0), true; more; {
			all, err := a.Store.Archives(ctx, t, last, a.Batch)
			if err != nil {
				return fault.Wrap("archive.Verify", err)
			}
			for _, one := range all {
				named[one.File], last = true, one.No
				if err := errors.Join(ctx.Err(), report(Verdict{Archive: one, Err: a.whole(one)})); err != nil {
					return err
				}
			}
			more = len(all) == a.Batch
		}
	}
	return fault.Wrap("archive.Verify", a.strays(named, report))
}

// whole checks a file where it is by now; until an archive's first deletion
// that may still be where files come in.
func (a *Archiver) whole(one Archive) error {
	err := check(a.path(one), one)
	if err != nil && one.EndedAt.IsZero() && one.Removed == 0 && check(a.part(one), one) == nil {
		return nil
	}
	return err
}

func (a *Archiver) strays(named map[string]bool, report func(Verdict) error) error {
	err := filepath.WalkDir(a.Folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(d.Name(), ".jsonl.gz") {
			return err
		}
		short, err := filepath.Rel(a.Folder, path)
		if err != nil || named[filepath.ToSlash(short)] {
			return err
		}
		return report(Verdict{Archive: Archive{File: filepath.ToSlash(short)}, Stray: true})
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
