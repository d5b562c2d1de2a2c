package store

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/archive"
)

const (
	archiveColumns = `tbl, no, file, row_count, bytes, sha256, first_at, last_at, last_seq, removed, made_at, ended_at`

	sqlArchiveInsert statement = `INSERT INTO archives (` + archiveColumns + `, upto_at, upto_seq)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, 0, $11, $12)`
	sqlArchiveLast     statement = `SELECT no, upto_at, upto_seq FROM archives WHERE tbl = $1 ORDER BY no DESC LIMIT 1`
	sqlArchiveCount    statement = `UPDATE archives SET removed = removed + $3 WHERE tbl = $1 AND no = $2`
	sqlArchiveEnd      statement = `UPDATE archives SET ended_at = $3 WHERE tbl = $1 AND no = $2`
	sqlArchiveWithdraw statement = `DELETE FROM archives WHERE tbl = $1 AND no = $2 AND removed = 0`
	sqlArchivesOpen    statement = `SELECT ` + archiveColumns + ` FROM archives WHERE ended_at = 0 ORDER BY tbl, no LIMIT 100`
	sqlArchives        statement = `SELECT ` + archiveColumns + ` FROM archives WHERE tbl = $1 AND no > $2 ORDER BY no LIMIT $3`
)

// archiveLease is the name of the lease of who archives.
const archiveLease = "archive"

// Archives is the index of archives and the tables that they come from. It
// implements [archive.Store].
type Archives struct{ db *DB }

var _ archive.Store = Archives{}

// Archives gives the archives.
func (db *DB) Archives() Archives { return Archives{db} }

// Mark tells how far a table is archived.
type Mark struct {
	At  time.Time // no row that was archived is younger; zero where there is none
	Seq int64     // of events: all up to this number are archived, or are about to be
}

// Mark tells how far a table is archived. A row may also be older than the
// mark and still be in the table, because somebody works on it.
func (a Archives) Mark(ctx context.Context, t archive.Table) (Mark, error) {
	_, m, err := lastArchive(ctx, a.db.reader(), t)
	return m, err
}

func lastArchive(ctx context.Context, x executor, t archive.Table) (no int64, m Mark, err error) {
	err = each(ctx, x, func(r row) error { return r.Scan(&no, moment{&m.At}, &m.Seq) }, sqlArchiveLast, string(t))
	return no, m, err
}

// LeaseArchives implements [archive.Store].
func (a Archives) LeaseArchives(ctx context.Context, l archive.Lease) (bool, error) {
	err := a.fenced(ctx, l, func(*txn) error { return nil })
	if errors.Is(err, archive.ErrLost) {
		return false, nil
	}
	return err == nil, err
}

// ReleaseArchives implements [archive.Store].
func (a Archives) ReleaseArchives(ctx context.Context, holder string) error {
	return a.db.Tokens().Release(ctx, archiveLease, holder)
}

// fenced runs fn in a transaction that renews the lease. Another process can
// take the lease only before it, and then fn is not run, or after it.
func (a Archives) fenced(ctx context.Context, l archive.Lease, fn func(*txn) error) error {
	return a.db.update(ctx, func(tx *txn) error {
		if err := must(ctx, tx, archive.ErrLost, sqlTokenLease, archiveLease, []byte{}, l.Holder, micros(l.Until), micros(a.db.now())); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Begin implements [archive.Store].
func (a Archives) Begin(ctx context.Context, l archive.Lease, v archive.Archive) (archive.Archive, error) {
	err := a.fenced(ctx, l, func(tx *txn) error {
		last, upto, err := lastArchive(ctx, tx, v.Table)
		if err != nil {
			return err
		}
		v = v.Named(last + 1)
		_, err = change(ctx, tx, sqlArchiveInsert, string(v.Table), v.No, v.File, v.Rows, v.Bytes, v.SHA256, micros(v.FirstAt),
			micros(v.LastAt), v.LastSeq, micros(v.MadeAt), max(micros(upto.At), micros(v.LastAt)), max(upto.Seq, v.LastSeq))
		return err
	})
	return v, err
}

// End implements [archive.Store].
func (a Archives) End(ctx context.Context, l archive.Lease, v archive.Archive) error {
	return a.fenced(ctx, l, func(tx *txn) error {
		_, err := change(ctx, tx, sqlArchiveEnd, string(v.Table), v.No, micros(a.db.now()))
		return err
	})
}

// Withdraw implements [archive.Store].
func (a Archives) Withdraw(ctx context.Context, l archive.Lease, v archive.Archive) error {
	return a.fenced(ctx, l, func(tx *txn) error {
		_, err := change(ctx, tx, sqlArchiveWithdraw, string(v.Table), v.No)
		return err
	})
}

// Unfinished implements [archive.Store].
func (a Archives) Unfinished(ctx context.Context) ([]archive.Archive, error) {
	return many(ctx, a.db.reader(), scanArchive, sqlArchivesOpen)
}

// Archives implements [archive.Store].
func (a Archives) Archives(ctx context.Context, t archive.Table, after int64, limit int) ([]archive.Archive, error) {
	return many(ctx, a.db.reader(), scanArchive, sqlArchives, string(t), after, limit)
}

func scanArchive(r row) (v archive.Archive, err error) {
	err = r.Scan(&v.Table, &v.No, &v.File, &v.Rows, &v.Bytes, &v.SHA256, moment{&v.FirstAt}, moment{&v.LastAt}, &v.LastSeq,
		&v.Removed, moment{&v.MadeAt}, moment{&v.EndedAt})
	return v, err
}
