package store

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

const (
	sqlStampInsert statement = `INSERT INTO stamp (one, mode) VALUES (1, $1) ON CONFLICT DO NOTHING`
	sqlStampSelect statement = `SELECT mode FROM stamp WHERE one = 1`
)

// ErrModeDiffers tells that a database belongs to a server in another mode.
var ErrModeDiffers = fault.New(fault.Conflict, "mode_differs", "This database belongs to another mode of the server.")

// Stamp marks a new database with the mode of its server, such as "sandbox" or
// "live", and fails with [ErrModeDiffers] where it bears another one. It runs
// after [DB.Migrate] at every start.
func (db *DB) Stamp(ctx context.Context, mode string) error {
	var found string
	err := db.update(ctx, func(tx *txn) (err error) {
		if _, err = change(ctx, tx, sqlStampInsert, mode); err != nil {
			return err
		}
		found, err = one(ctx, tx, fault.New(fault.Internal, "internal", "The stamp is missing."), text, sqlStampSelect)
		return err
	})
	if err == nil && found != mode {
		e := *ErrModeDiffers
		e.Message = "This database was made in mode " + found + " and does not serve mode " + mode + "."
		return &e
	}
	return fault.Wrap("store.Stamp", err)
}
