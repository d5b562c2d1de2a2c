package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

const (
	archiveEvery = time.Minute
	archivePause = 20 * time.Millisecond // between two batches, so that others come in between
	archiveHour  = 3 * time.Hour         // of the day in China, when few pay
	archiveDay   = "archive.day"         // the name of the day that was archived last
)

// runArchive archives once on every day of the business clock, for as long as
// ctx lives. Of many nodes one does it.
func (s *Server) runArchive(ctx context.Context) {
	folder := s.conf.ArchiveFolder()
	if folder == "" {
		s.log.Warn("nothing is archived: retention.archive_dir names no folder that all nodes share")
		return
	}
	a := newArchiver(s.db, folder, s.log)
	a.Moved = func(t archive.Table, rows int64) { s.metrics.Archived(string(t), rows) }
	every(ctx, archiveEvery, func() {
		err := archiveDaily(ctx, s.db, a, s.conf.Retention, s.clock.Now())
		if err != nil && ctx.Err() == nil && !errors.Is(err, archive.ErrBusy) {
			s.log.Error("archiving failed", "error", err)
		}
	})
}

func newArchiver(db *store.DB, folder string, log *slog.Logger) *archive.Archiver {
	return archive.New(archive.Config{Store: db.Archives(), Folder: folder, Holder: rand.Text(), Pause: archivePause, Log: log})
}

// archiveDaily archives where that was not done yet on this day.
func archiveDaily(ctx context.Context, db *store.DB, a *archive.Archiver, r config.Retention, now time.Time) error {
	today := string(pay.DayOf(now.Add(-archiveHour)))
	done, err := db.Tokens().Get(ctx, archiveDay)
	if err != nil || string(done.Data) >= today {
		return err
	}
	if err := a.Run(ctx, cutoffs(r, now)); err != nil {
		return err
	}
	return db.Tokens().Set(ctx, archiveDay, []byte(today))
}

// cutoffs are the times before which rows are archived. A table that is kept
// for ever has none.
func cutoffs(r config.Retention, now time.Time) map[archive.Table]time.Time {
	before := make(map[archive.Table]time.Time)
	for t, days := range map[archive.Table]int{archive.Notices: r.Notices, archive.Events: r.Events, archive.Messages: r.Messages,
		archive.Recipients: r.Recipients} {
		if days > 0 {
			before[t] = now.Add(-config.Days(days))
		}
	}
	return before
}

// Archive archives what a configuration says is old or, with a time, all that
// is older than that, and writes into the audit trail that it does. It fails
// with [archive.ErrBusy] while a server archives.
func (o *Office) Archive(ctx context.Context, conf config.Config, before time.Time, log *slog.Logger) error {
	if err := o.Migrate(ctx); err != nil {
		return err
	}
	entry := audit.Entry{Action: audit.ArchiveRun, Object: conf.ArchiveFolder(), Became: "by the configuration"}
	if !before.IsZero() {
		entry.Became = "before " + string(pay.DayOf(before))
	}
	ctx = audit.Note(audit.By(ctx, audit.Command), entry)
	return newArchiver(o.db, conf.ArchiveFolder(), log).Run(ctx, older(conf, before))
}

// Archivable tells of each table how many rows [Office.Archive] would archive.
func (o *Office) Archivable(ctx context.Context, conf config.Config, before time.Time, tell func(table string, rows int64) error) error {
	a, then := newArchiver(o.db, conf.ArchiveFolder(), nil), older(conf, before)
	for _, t := range archive.Tables() {
		if then[t].IsZero() {
			continue
		}
		n, err := a.Count(ctx, t, then[t])
		if err == nil {
			err = tell(string(t), n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func older(conf config.Config, before time.Time) map[archive.Table]time.Time {
	all := cutoffs(conf.Retention, time.Now())
	if before.IsZero() {
		return all
	}
	for _, t := range archive.Tables() {
		all[t] = before
	}
	return all
}

// VerifyArchive reads every file of the archives back; see
// [archive.Archiver.Verify].
func (o *Office) VerifyArchive(ctx context.Context, conf config.Config, report func(archive.Verdict) error) error {
	return newArchiver(o.db, conf.ArchiveFolder(), nil).Verify(ctx, report)
}
