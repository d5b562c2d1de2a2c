package pgtest

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL that one test has to itself and may kill.
type Server struct{ c *cluster }

// Start makes a server for the length of a test, beside the one of [Main].
func Start(t testing.TB) *Server {
	t.Helper()
	c, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	return &Server{c}
}

// URL is the address of an empty database.
func (s *Server) URL() string { return s.c.url }

// Crash kills the server with no warning to those who are connected, lets it
// start again, and waits until it has recovered and answers.
func (s *Server) Crash(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	before, err := s.began(ctx)
	if err != nil {
		t.Fatal("pgtest: ", err)
	}
	if _, err := io.WriteString(s.c.stdin, "\n"); err != nil {
		t.Fatal("pgtest: ", err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if now, err := s.began(ctx); err == nil && now != before {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("pgtest: the server does not come back")
		}
	}
}

// began tells when the server started.
func (s *Server) began(ctx context.Context) (at time.Time, err error) {
	conn, err := pgx.Connect(ctx, s.c.url)
	if err != nil {
		return at, err
	}
	defer conn.Close(ctx) //nolint:errcheck // it was only asked
	err = conn.QueryRow(ctx, "SELECT pg_postmaster_start_time()").Scan(&at)
	return at, err
}
