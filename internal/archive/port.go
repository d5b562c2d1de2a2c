package archive

import (
	"context"
	"time"
)

// Store is the tables and the index of archives. Everything that takes a
// [Lease] renews it in the same transaction and fails with [ErrLost], having
// changed nothing, where another process took it.
type Store interface {
	// LeaseArchives makes the holder the one who archives and reports whether it
	// did.
	LeaseArchives(ctx context.Context, l Lease) (bool, error)
	// ReleaseArchives frees the lease where the holder has it.
	ReleaseArchives(ctx context.Context, holder string) error
	// Old reads the next rows of a table after a key, in the table's order, at
	// most limit; an empty key begins. Of these it returns those that are older
	// than before and at rest, and the key to go on after, empty at the end.
	Old(ctx context.Context, t Table, before time.Time, after string, limit int) (rows []Row, next string, err error)
	// Begin puts an archive into the index, with its number and name.
	Begin(ctx context.Context, l Lease, a Archive) (Archive, error)
	// Remove deletes those rows that still are what their lines say, and counts
	// them in the index. Rows that are gone, or changed, are left alone.
	Remove(ctx context.Context, l Lease, a Archive, lines [][]byte) (gone int64, err error)
	// End notes that an archive is finished.
	End(ctx context.Context, l Lease, a Archive) error
	// Withdraw takes an archive out of the index of which nothing was removed.
	Withdraw(ctx context.Context, l Lease, a Archive) error
	// Unfinished lists the archives that are under way.
	Unfinished(ctx context.Context) ([]Archive, error)
	// Archives lists those of a table in order, numbers above after, at most
	// limit.
	Archives(ctx context.Context, t Table, after int64, limit int) ([]Archive, error)
}
