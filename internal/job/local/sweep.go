package local

import (
	"log/slog"
	"time"
)

// A job that ended is kept for more than a day, so that its key stays known.
const (
	keep       = 25 * time.Hour
	sweepPause = time.Hour
	sweepBatch = 500
)

// sweep deletes jobs that ended long ago, now and every hour.
func (r *Runner) sweep() {
	for {
		for {
			n, err := r.jobs.Clean(r.running, time.Now().Add(-keep), sweepBatch)
			if err != nil && r.running.Err() == nil {
				r.o.Log.LogAttrs(r.running, slog.LevelWarn, "old jobs can't be deleted", slog.Any("error", err))
			}
			if err != nil || n < sweepBatch {
				break
			}
		}
		if !r.wait(sweepPause) {
			return
		}
	}
}
