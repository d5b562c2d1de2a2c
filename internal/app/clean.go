package app

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/config"
)

const (
	cleanEvery  = 10 * time.Minute
	reportsKept = 90 * 24 * time.Hour // for how long it is known what a platform reported of a message
)

// beginCleaning forgets what has served its time, for as long as live does.
func (s *Server) beginCleaning(live context.Context) {
	s.forget(live, "idempotency keys", s.db.Idempotency().Clean)
	s.forget(live, "reports of messages", func(ctx context.Context) (int64, error) {
		return s.db.Followers().ForgetReports(ctx, s.clock.Now().Add(-reportsKept))
	})
	if kept := config.Days(s.conf.Retention.Recipients); kept > 0 {
		s.forget(live, "lists and progress of campaigns", func(ctx context.Context) (int64, error) {
			return s.db.Campaigns().Forget(ctx, s.clock.Now().Add(-kept))
		})
	}
	s.forget(live, "lines of bills", s.books.Forget)
	if kept := config.Days(s.conf.Retention.Webhooks); kept > 0 {
		s.forget(live, "webhook deliveries", func(ctx context.Context) (int64, error) {
			n, err := s.webhooks.Forget(ctx, kept)
			return int64(n), err
		})
	}
}

// forget calls fn, which deletes some and tells how many, until nothing is
// left, from time to time.
func (s *Server) forget(live context.Context, what string, fn func(ctx context.Context) (int64, error)) {
	s.loop(func() {
		every(live, cleanEvery, func() {
			for n := int64(1); n > 0 && live.Err() == nil; {
				var err error
				if n, err = fn(live); err != nil && live.Err() == nil {
					s.log.Error("what is old can't be deleted", "what", what, "error", err)
					return
				}
			}
		})
	})
}
