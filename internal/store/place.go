package store

import "cmp"

// place is where a list that is sorted by a moment, or a day, and an id goes
// on. A walk is entered at its place alone: SQLite takes one bound of each side
// to an index, and the first that a statement names, so a statement names the
// place before the span that it lies in, and no other bound on its side.
type place[T cmp.Ordered] struct {
	at T
	id string
}

// orBefore is the earlier one of two.
func (p place[T]) orBefore(o place[T]) place[T] {
	if cmp.Or(cmp.Compare(o.at, p.at), cmp.Compare(o.id, p.id)) < 0 {
		return o
	}
	return p
}
