package api

import (
	"strings"

	"github.com/paypush/paypush/internal/fault"
)

var errCursor = fault.Input("/cursor", "cursor_invalid", "The cursor is not one of ours.")

// Page is how every list by filters answers.
type Page[T any] struct {
	Data       []T    `json:"data" nullable:"false"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last page"`
}

// Paged is what every such list takes. It is exported since huma passes over
// embedded types that are not.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// behind reads the cursor: empty, or the id of the last row of the page before.
func (p Paged) behind(prefix string) (string, error) {
	if p.Cursor == "" || isID(prefix, p.Cursor) {
		return p.Cursor, nil
	}
	return "", errCursor
}

// isID reports whether s looks like an id of ours with a prefix: 32 lower-case
// hexadecimal digits follow.
func isID(prefix, s string) bool {
	digits, ok := strings.CutPrefix(s, prefix+"_")
	return ok && len(digits) == 32 && strings.Trim(digits, "0123456789abcdef") == ""
}

// pageOf makes a page of what was found. A full one has a cursor, though
// nothing may come after it.
func pageOf[R, T any](found []R, limit int, view func(R) T, id func(R) string) Page[T] {
	p := Page[T]{Data: make([]T, 0, len(found))}
	for _, r := range found {
		p.Data = append(p.Data, view(r))
	}
	if len(found) > 0 && len(found) == limit {
		p.NextCursor = id(found[len(found)-1])
	}
	return p
}
