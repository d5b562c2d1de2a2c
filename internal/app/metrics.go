package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/metrics"
	"github.com/paypush/paypush/internal/survey"
	"github.com/paypush/paypush/wechat"
)

// openMetrics counts from the start on. The survey looks at the database over
// a connection of its own, so that a scrape never waits for the ledger's.
func (s *Server) openMetrics(ctx context.Context) error {
	s.metrics = metrics.New(metrics.Build{Version: s.version, Mode: string(s.conf.Mode), Engine: s.db.Engine()})
	var err error
	if s.survey, err = survey.Open(ctx, s.conf.DatabaseURL()); err != nil {
		return err
	}
	s.metrics.WatchDatabase(s.survey, s.clock.Now)
	for name, stats := range s.db.Pools() {
		s.metrics.WatchPool(name, stats)
	}
	return nil
}

// routeMetrics puts /metrics beside everything else only in sandbox mode and
// for near callers. Elsewhere a proxy stands in front, to which everybody
// looks near, so the numbers have an address of their own or none.
func (s *Server) routeMetrics(mux *http.ServeMux) {
	if s.conf.Mode == config.Sandbox && s.conf.MetricsListen == "" {
		mux.Handle("GET /metrics", metrics.Near(s.metrics.Handler()))
	}
}

// beginMetrics serves the numbers at their own address, where one is given.
func (s *Server) beginMetrics() error {
	if s.conf.MetricsListen == "" {
		return nil
	}
	l, err := net.Listen("tcp", s.conf.MetricsListen)
	if err != nil {
		return fmt.Errorf("metrics_listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.Handler())
	s.routeHealth(mux)
	s.numbers = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	s.numbersAt = l.Addr().String()
	go func() {
		if err := s.numbers.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("metrics are no longer served", "error", err)
		}
	}()
	return nil
}

// MetricsAddress is where the numbers are served when they have an address of
// their own, empty otherwise.
func (s *Server) MetricsAddress() string { return s.numbersAt }

// timed notes how long a job ran and how it ended, and gives it a trace.
func (s *Server) timed(kind string, h job.Handler) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		began := time.Now()
		ctx, end := s.tracer.Job(ctx, kind)
		err := h(ctx, j)
		end(ending(err))
		s.metrics.Ran(kind, ending(err), time.Since(began))
		return err
	}
}

func ending(err error) string {
	_, again := job.AgainAfter(err)
	switch {
	case err == nil:
		return "done"
	case again:
		return "again"
	case job.Dropped(err):
		return "dropped"
	}
	return "failed"
}

// countedTokens counts the access tokens that are fetched on this node.
type countedTokens struct {
	tokens
	refreshed func(account string)
	last      *sync.Map // key -> the token that was saved last
}

func (s *Server) countedTokens() countedTokens {
	return countedTokens{tokens{s.db.Tokens()}, s.metrics.TokenRefreshed, new(sync.Map)}
}

// Save implements [wechat.TokenStore]. What is saved may also be a count of
// forced refreshes beside the same token.
func (t countedTokens) Save(ctx context.Context, key string, tok wechat.Token) error {
	if before, _ := t.last.Swap(key, tok.Value); before != tok.Value {
		t.refreshed(key)
	}
	return t.tokens.Save(ctx, key, tok)
}
