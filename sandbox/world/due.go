package world

import (
	"context"
	"time"
)

// entry is one function that waits for its time.
type entry struct {
	at  time.Time
	fn  func(context.Context)
	pos int
}

// dueHeap orders entries by due time; each knows its place, so that one can be
// taken out before its time.
type dueHeap []*entry

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i, j
}

func (h *dueHeap) Push(x any) {
	e := x.(*entry)
	e.pos = len(*h)
	*h = append(*h, e)
}

func (h *dueHeap) Pop() any {
	old := *h
	last := len(old) - 1
	e := old[last]
	old[last] = nil
	*h = old[:last]
	e.pos = -1
	return e
}
