package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// rowset is a statement for many rows in the way that suits the engine: SQLite
// is given the rows one beside another, PostgreSQL one array for each column,
// so that however many rows there are it plans and answers once. Every
// parameter between the row marks is cast to TEXT, BIGINT or BYTEA there.
type rowset struct {
	one     bulk      // for SQLite
	columns statement // for PostgreSQL; empty for SQLite
}

func (db *DB) newRowset(q statement) rowset {
	if db.name() == Postgres {
		return rowset{columns: byColumns(q)}
	}
	return rowset{one: newBulk(q)}
}

var castParameter = regexp.MustCompile(`CAST\(\$(\d+) AS (TEXT|BIGINT|BYTEA)\)`)

// byColumns has a statement take arrays: "VALUES (CAST($1 AS TEXT), 0)" becomes
// "SELECT c1, 0 FROM UNNEST(CAST($1 AS TEXT[])) AS given (c1)". The limit leaves
// nothing out. It has PostgreSQL expect one row, so that a plan which it made,
// and keeps, while the table was small looks rows up by their key.
func byColumns(q statement) statement {
	part := strings.Split(string(q), rowMark)
	var arrays, names []string
	for _, found := range castParameter.FindAllStringSubmatch(part[1], -1) {
		arrays = append(arrays, fmt.Sprintf("CAST($%s AS %s[])", found[1], found[2]))
		names = append(names, "c"+found[1])
	}
	row := castParameter.ReplaceAllString(strings.TrimSuffix(strings.TrimPrefix(part[1], "("), ")"), "c$1")
	return statement(strings.TrimSuffix(part[0], "VALUES ") + "SELECT " + row +
		" FROM UNNEST(" + strings.Join(arrays, ", ") + ") AS given (" + strings.Join(names, ", ") + ") LIMIT CARDINALITY(" + arrays[0] + ")" + part[2])
}

// change runs the statement over all rows and tells how many rows it touched.
func (s rowset) change(ctx context.Context, x executor, rows [][]any) (int64, error) {
	if s.columns == "" || len(rows) == 0 {
		return s.one.change(ctx, x, rows)
	}
	return change(ctx, x, s.columns, turned(rows)...)
}

// query runs the statement over all rows and has each answer read.
func (s rowset) query(ctx context.Context, x executor, rows [][]any, read func(row) error) error {
	if s.columns == "" || len(rows) == 0 {
		return s.one.query(ctx, x, rows, read)
	}
	return each(ctx, x, read, s.columns, turned(rows)...)
}

// ids runs the statement over all rows and gathers the ids that it answers.
func (s rowset) ids(ctx context.Context, x executor, rows [][]any) (map[string]bool, error) {
	all := make(map[string]bool, len(rows))
	return all, s.query(ctx, x, rows, into(all))
}

// turned gives the columns of rows as lists of text, of bytes and of numbers.
func turned(rows [][]any) []any {
	columns := make([]any, len(rows[0]))
	for i, v := range rows[0] {
		switch v.(type) {
		case string:
			columns[i] = columnOf[string](rows, i)
		case []byte:
			columns[i] = columnOf[[]byte](rows, i)
		case int:
			columns[i] = columnOf[int](rows, i)
		default:
			columns[i] = columnOf[int64](rows, i)
		}
	}
	return columns
}

func columnOf[T any](rows [][]any, i int) []T {
	all := make([]T, len(rows))
	for n, r := range rows {
		all[n] = clean(r[i : i+1])[0].(T) //nolint:forcetypeassert // a column holds one type
	}
	return all
}
