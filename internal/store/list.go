package store

import "encoding/json"

// list writes rows as one JSON value, which both engines take apart: one
// statement for many rows, however many they are.
func list[T any](rows []T) string {
	b, err := json.Marshal(rows)
	if err != nil {
		panic("store: rows of text and numbers did not marshal: " + err.Error())
	}
	return string(b)
}

// tuples is list for rows whose columns have no names: a statement reads them
// by value->>0, value->>1 and so on.
func tuples[T any](all []T, columns func(T) []any) string {
	rows := make([][]any, len(all))
	for i, v := range all {
		rows[i] = clean(columns(v))
	}
	return list(rows)
}

// single is the one column of a row.
func single[T any](v T) []any { return []any{v} }
