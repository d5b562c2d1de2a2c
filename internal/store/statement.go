package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"
)

// statement is SQL that runs on both engines. Every one is a constant, so that
// a test can find and prepare them all.
type statement string

// executor runs statements, inside a transaction or outside.
type executor interface {
	exec(ctx context.Context, q statement, args ...any) (sql.Result, error)
	query(ctx context.Context, q statement, args ...any) (*sql.Rows, error)
}

// txn is one transaction while its closure runs.
type txn struct {
	executor
	numbers *numbers // for events; nil where other transactions may commit first
	news    bool     // somebody waits for what it does: an event, or a bind link that moved
}

// change runs a statement and tells how many rows it touched.
func change(ctx context.Context, x executor, q statement, args ...any) (int64, error) {
	r, err := x.exec(ctx, q, clean(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// must runs a statement that has to touch one row at least and fails with
// missed where it touched none.
func must(ctx context.Context, x executor, missed error, q statement, args ...any) error {
	n, err := change(ctx, x, q, args...)
	if err == nil && n == 0 {
		return missed
	}
	return err
}

// row is what a scan function reads from.
type row interface{ Scan(into ...any) error }

// one reads one row and fails with missing where there is none.
func one[T any](ctx context.Context, x executor, missing error, scan func(row) (T, error), q statement, args ...any) (T, error) {
	all, err := many(ctx, x, scan, q, args...)
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// many reads all rows.
func many[T any](ctx context.Context, x executor, scan func(row) (T, error), q statement, args ...any) ([]T, error) {
	rows, err := x.query(ctx, q, clean(args)...)
	if err != nil {
		return nil, err
	}
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, v)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// each has every row read by a function that keeps what it reads.
func each(ctx context.Context, x executor, read func(row) error, q statement, args ...any) error {
	_, err := many(ctx, x, func(r row) (struct{}, error) { return struct{}{}, read(r) }, q, args...)
	return err
}

// into reads a single string of each row into a set.
func into(set map[string]bool) func(row) error {
	return func(r row) error {
		s, err := text(r)
		set[s] = true
		return err
	}
}

// number scans a single integer.
func number(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

// text scans a single string.
func text(r row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// clean replaces in every string what PostgreSQL refuses in text, the zero
// byte and broken UTF-8, so that both engines keep, and find, the same.
func clean(args []any) []any {
	for i, a := range args {
		s, ok := a.(string)
		if ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			args[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
		}
	}
	return args
}
