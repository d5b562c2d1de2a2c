package store

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

const sqlFloorSelect statement = `SELECT oldest FROM schema_floor WHERE one = 1`

// ErrNewer tells that a newer program has taken away what this one needs of
// the database. A schema that has only grown since is no hindrance.
var ErrNewer = fault.New(fault.Conflict, "schema_newer", "A newer version has changed this database, and this version no longer fits it.")

// fits checks that no migration has taken away what this program needs.
func (db *DB) fits(ctx context.Context) error {
	oldest, err := one(ctx, db.reader(), fault.New(fault.Internal, "internal", "The schema's floor is missing."), number, sqlFloorSelect)
	if err == nil && oldest > SchemaVersion() {
		return ErrNewer
	}
	return err
}
