package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// rowMark encloses, in a statement for one row, what is said again for each
// further row. It is a comment to both engines, so that the statement can be
// prepared as it stands.
const rowMark = "/*row*/"

// bulk is a statement for many rows: as it is said for 1, 4, 16 and 64 of
// them, so that few statements have to be kept prepared.
type bulk [4]statement

func newBulk(q statement) (b bulk) {
	part := strings.Split(string(q), rowMark)
	width := strings.Count(part[1], "$")
	for i := range b {
		var row []string
		for n := range 1 << (2 * i) {
			row = append(row, renumbered(part[1], n*width))
		}
		b[i] = statement(part[0] + strings.Join(row, ", ") + part[2])
	}
	return b
}

// renumbered adds by to the number of every parameter.
func renumbered(q string, by int) string {
	return parameters(q, func(n int) string { return "$" + strconv.Itoa(n+by) })
}

// change runs the statement over all rows and tells how many rows it touched.
func (b bulk) change(ctx context.Context, x executor, rows [][]any) (touched int64, err error) {
	err = b.steps(rows, func(q statement, args []any) error {
		n, err := change(ctx, x, q, args...)
		touched += n
		return err
	})
	return touched, err
}

// query runs the statement over all rows and has each answer read.
func (b bulk) query(ctx context.Context, x executor, rows [][]any, read func(row) error) error {
	return b.steps(rows, func(q statement, args []any) error { return each(ctx, x, read, q, args...) })
}

// steps has the statement run over all rows, many at a time.
func (b bulk) steps(rows [][]any, run func(q statement, args []any) error) error {
	for i := len(b) - 1; i >= 0; i-- {
		for size := 1 << (2 * i); len(rows) >= size; rows = rows[size:] {
			if err := run(b[i], slices.Concat(rows[:size]...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// parameters has every parameter of a statement, such as $12, said in another
// way.
func parameters(q string, say func(n int) string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(q, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := 0
		for end < len(after) && '0' <= after[end] && after[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(after[:end])
		if err != nil {
			panic("store: a $ without a number in: " + q)
		}
		b.WriteString(say(n))
		q = after[end:]
	}
}
