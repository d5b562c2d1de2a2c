package archive

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Config is what an [Archiver] works with.
type Config struct {
	Store  Store
	Folder string                    // of the files; made where it does not exist
	Holder string                    // who we are, unlike anybody else
	Pause  time.Duration             // between two batches of deletions
	Batch  int                       // rows read or deleted at once; 0 for 500
	Most   int64                     // rows in a file; 0 for 100,000
	Log    *slog.Logger              // nil for none
	Moved  func(t Table, rows int64) // told of every batch that was deleted; nil for nobody
}

// Archiver archives. One of all that share a database works at a time.
type Archiver struct {
	Config
	leased time.Time
}

// New makes an archiver.
func New(c Config) *Archiver {
	if c.Batch == 0 {
		c.Batch = 500
	}
	if c.Most == 0 {
		c.Most = 100_000
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Moved == nil {
		c.Moved = func(Table, int64) {}
	}
	return &Archiver{Config: c}
}

const (
	leaseLife = time.Minute
	maxRaw    = 512 << 20 // bytes in a file before compression
	incoming  = "incoming"
)

func (a *Archiver) lease() Lease {
	a.leased = time.Now().Add(leaseLife)
	return Lease{a.Holder, a.leased}
}

// hold renews the lease when half of it is over.
func (a *Archiver) hold(ctx context.Context) error {
	if time.Now().Add(leaseLife / 2).Before(a.leased) {
		return nil
	}
	mine, err := a.Store.LeaseArchives(ctx, a.lease())
	if err == nil && !mine {
		err = ErrBusy
	}
	return err
}

// Run finishes what an earlier run left, and then archives the rows of each
// table named in before that are older than its time there. It holds one batch
// of rows in memory. It fails with [ErrBusy] while another process archives.
// When ctx ends, or anything fails, the next run goes on.
func (a *Archiver) Run(ctx context.Context, before map[Table]time.Time) error {
	err := a.run(ctx, before)
	if !errors.Is(err, ErrBusy) && !errors.Is(err, ErrLost) {
		a.leased = time.Time{}
		err = errors.Join(err, a.Store.ReleaseArchives(context.WithoutCancel(ctx), a.Holder))
	}
	return fault.Wrap("archive.Run", err)
}

func (a *Archiver) run(ctx context.Context, before map[Table]time.Time) error {
	if err := os.MkdirAll(filepath.Join(a.Folder, incoming), 0o700); err != nil {
		return err
	}
	if err := a.hold(ctx); err != nil {
		return err
	}
	if err := a.resume(ctx); err != nil {
		return err
	}
	for _, t := range Tables() {
		then, ok := before[t]
		for more := ok; more; {
			var err error
			if more, err = a.one(ctx, t, then); err != nil {
				return err
			}
		}
	}
	return nil
}

// resume finishes what the index names, and deletes the files on their way
// that it does not. Nobody else can be writing one that will ever be named:
// that takes the lease.
func (a *Archiver) resume(ctx context.Context) error {
	all, err := a.Store.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		if _, err := a.finish(ctx, one); err != nil {
			return err
		}
	}
	left, err := os.ReadDir(filepath.Join(a.Folder, incoming))
	for _, f := range left {
		err = errors.Join(err, os.Remove(filepath.Join(a.Folder, incoming, f.Name())))
	}
	return err
}

// one makes one archive and reports whether there may be more to archive.
func (a *Archiver) one(ctx context.Context, t Table, before time.Time) (bool, error) {
	path := filepath.Join(a.Folder, incoming, a.Holder+".part")
	w, err := create(path)
	if err != nil {
		return false, err
	}
	made, err := a.fill(ctx, w, Archive{Table: t}, before)
	if err != nil {
		return false, errors.Join(err, w.file.Close())
	}
	if made.SHA256, made.Bytes, err = w.close(); err != nil || made.Rows == 0 {
		return false, errors.Join(err, os.Remove(path))
	}
	if err := os.Rename(path, a.part(made)); err != nil {
		return false, err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return false, err
	}
	made.MadeAt = time.Now()
	if made, err = a.Store.Begin(ctx, a.lease(), made); err != nil {
		return false, err
	}
	gone, err := a.finish(ctx, made)
	return gone > 0, err // where nothing could be deleted, the same rows would be found again and again
}

// part is where a file is until the index names it.
func (a *Archiver) part(one Archive) string {
	return filepath.Join(a.Folder, incoming, one.SHA256+".part")
}

func (a *Archiver) path(one Archive) string {
	return filepath.Join(a.Folder, filepath.FromSlash(one.File))
}

// fill writes rows until there are none, the file is full or a month is over.
func (a *Archiver) fill(ctx context.Context, w *writer, made Archive, before time.Time) (Archive, error) {
	for after := ""; ; {
		if err := errors.Join(ctx.Err(), a.hold(ctx)); err != nil {
			return made, err
		}
		rows, next, err := a.Store.Old(ctx, made.Table, before, after, a.Batch)
		if err != nil {
			return made, err
		}
		for _, r := range rows {
			if made.Rows == a.Most || w.raw >= maxRaw || made.Rows > 0 && !sameMonth(made.FirstAt, r.At) {
				return made, nil
			}
			if err := w.add(r.Line); err != nil {
				return made, err
			}
			made = made.with(r)
		}
		if after = next; after == "" {
			return made, nil
		}
	}
}

func sameMonth(a, b time.Time) bool {
	return a.UTC().Format("200601") == b.UTC().Format("200601")
}

func (a Archive) with(r Row) Archive {
	if a.Rows == 0 || r.At.Before(a.FirstAt) {
		a.FirstAt = r.At
	}
	if r.At.After(a.LastAt) {
		a.LastAt = r.At
	}
	a.Rows, a.LastSeq = a.Rows+1, max(a.LastSeq, r.Seq)
	return a
}

// finish puts the file of an archive in its place, reads it back, deletes the
// rows that it holds and tells how many. A file that is not whole before
// anything was deleted is put aside, and the next run archives the rows anew.
func (a *Archiver) finish(ctx context.Context, one Archive) (gone int64, err error) {
	if _, err := os.Stat(a.path(one)); errors.Is(err, fs.ErrNotExist) {
		if err := settle(a.part(one), a.path(one)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	if err := check(a.path(one), one); err != nil {
		if one.Removed == 0 {
			err = errors.Join(err, a.giveUp(ctx, one))
		}
		return 0, err
	}
	err = read(a.path(one), a.Batch, func(lines [][]byte) error {
		n, err := a.remove(ctx, one, lines)
		gone += n
		return err
	})
	if err != nil {
		return gone, err
	}
	if err := a.Store.End(ctx, a.lease(), one); err != nil {
		return gone, err
	}
	a.Log.Info("archived", "table", string(one.Table), "file", one.File, "rows", one.Rows, "bytes", one.Bytes)
	return gone, nil
}

func (a *Archiver) giveUp(ctx context.Context, one Archive) error {
	err := os.Rename(a.path(one), a.path(one)+".damaged")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return a.Store.Withdraw(ctx, a.lease(), one)
}

func (a *Archiver) remove(ctx context.Context, one Archive, lines [][]byte) (int64, error) {
	gone, err := a.Store.Remove(ctx, a.lease(), one, lines)
	if err != nil {
		return 0, err
	}
	a.Moved(one.Table, gone)
	pause := time.NewTimer(a.Pause)
	defer pause.Stop()
	select {
	case <-pause.C:
		return gone, ctx.Err()
	case <-ctx.Done():
		return gone, ctx.Err()
	}
}

// Count tells how many rows of a table [Archiver.Run] would archive. It
// changes nothing.
func (a *Archiver) Count(ctx context.Context, t Table, before time.Time) (n int64, err error) {
	for after, more := "", true; more; {
		rows, next, err := a.Store.Old(ctx, t, before, after, a.Batch)
		if err != nil {
			return n, fault.Wrap("archive.Count", err)
		}
		n += int64(len(rows))
		after, more = next, next != ""
	}
	return n, nil
}
