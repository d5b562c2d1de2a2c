package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// every runs fn at once and then at each interval, until ctx ends.
func every(ctx context.Context, interval time.Duration, fn func()) {
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		fn()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

const sweepEvery = time.Second

// sweep does the money's due work for as long as ctx lives; see [pay.Service.Sweep].
func sweep(ctx context.Context, s *pay.Service, log *slog.Logger) {
	every(ctx, sweepEvery, func() {
		for ctx.Err() == nil {
			n, err := s.Sweep(ctx)
			if err != nil && ctx.Err() == nil {
				log.Error("sweep failed", "error", err)
			}
			if n == 0 || err != nil {
				return
			}
		}
	})
}
