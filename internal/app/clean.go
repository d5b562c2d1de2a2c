package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/store"
)

const cleanEvery = 10 * time.Minute

// clean forgets what has served its time, for as long as ctx lives.
func clean(ctx context.Context, db *store.DB, log *slog.Logger) {
	every(ctx, cleanEvery, func() {
		for ctx.Err() == nil {
			n, err := db.Idempotency().Clean(ctx)
			if err != nil && ctx.Err() == nil {
				log.Error("cleaning failed", "error", err)
			}
			if n == 0 || err != nil {
				return
			}
		}
	})
}
