package app

import (
	"context"
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/trace"
)

// openTraces begins to send traces where a collector is configured. It stands
// before the store, whose transactions are told of.
func (s *Server) openTraces(ctx context.Context) (err error) {
	t := s.conf.Traces
	s.tracer, err = trace.Open(ctx, trace.Config{Endpoint: t.Endpoint, Headers: t.Headers.Reveal(), Service: t.Service, Share: t.Share,
		Version: s.version, Mode: string(s.conf.Mode), Log: s.log})
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	return nil
}

// lastTraces is how long a stop may wait for the collector.
const lastTraces = 800 * time.Millisecond

// closeTraces sends what is left. A collector that is away is no reason to
// call the stop a failure.
func (s *Server) closeTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), lastTraces)
	defer cancel()
	if err := s.tracer.Close(ctx); err != nil {
		s.log.Warn("the last traces were not sent", "error", err)
	}
}
