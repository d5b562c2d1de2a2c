package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const few = 10_000

// campaignMillion tells a million followers from the start to the end and
// reports how many were told a second, the freezing included, against the bare
// loop of campaign_send. Everybody must have been told, once, and the counts
// must be the sandbox's. A second line, campaign_memory, holds the most memory
// that the server took against that of a server that told ten thousand.
func campaignMillion(ctx context.Context, l *lab, report func(line)) error {
	return l.onBoth(ctx, func(engine, database string) error {
		var memory line
		if engine == "sqlite" { // how much is held does not hang on the engine, and a cluster has one database
			small, err := l.tellAll(ctx, "", few)
			if err != nil {
				return err
			}
			memory = line{Name: "campaign_memory", Unit: "MB", Bound: small.RSS, Engine: engine}
		}
		r, err := l.tellAll(ctx, database, million)
		if err != nil {
			return err
		}
		r.Engine = engine
		report(r)
		if memory.Bound > 0 {
			memory.Value, memory.Ratio = r.RSS, min(1, memory.Bound/r.RSS)
			report(memory)
		}
		return nil
	})
}

// tellAll tells so many followers of a new sandbox by a new server.
func (l *lab) tellAll(ctx context.Context, database string, people int) (line, error) {
	c, err := l.gather(ctx, database, people)
	if err != nil {
		return line{}, err
	}
	defer c.kill()
	bound, err := newPoster(ctx, c)
	if err != nil {
		return line{}, err
	}
	bare, err := inFlight(l.length/4, func() error { return bound.post(ctx) })
	if err != nil {
		return line{}, err
	}
	m, err := c.draft(ctx, 0)
	if err != nil {
		return line{}, err
	}
	began := time.Now()
	if err := m.do(ctx, "start"); err != nil {
		return line{}, err
	}
	err = every(ctx, 250*time.Millisecond, func() (bool, error) {
		err := c.server.api(ctx, http.MethodGet, "/v1/campaigns/"+m.ID, "", m)
		return m.Status == "done", err
	})
	took := time.Since(began)
	if err == nil {
		err = m.exact(ctx, bound.sent.Load())
	}
	if err == nil && m.Counts.Sent != int64(people) {
		err = fmt.Errorf("the campaign is done with %+v", m.Counts)
	}
	if err != nil {
		return line{}, fmt.Errorf("%w\n%s", err, c.server.out)
	}
	say("%d people were told in %.0fs: %+v", people, took.Seconds(), m.Counts)
	whole := slice{people, took}
	r := line{Value: whole.rate(), Unit: "deliveries/s", Bound: bare.rate(), Ratio: whole.rate() / bare.rate()}
	size, err1 := c.size(ctx, database)
	rss, err2 := c.server.megabytes("VmHWM")
	r.Disk, r.RSS = size, rss
	return r, errors.Join(err1, err2, c.server.stop())
}

// size is how many megabytes the database takes on the disk.
func (c *crowd) size(ctx context.Context, database string) (mb float64, err error) {
	if strings.HasPrefix(database, "postgres:") {
		conn, err := pgx.Connect(ctx, database)
		if err != nil {
			return 0, err
		}
		defer conn.Close(ctx) //nolint:errcheck // it only read
		err = conn.QueryRow(ctx, "SELECT pg_database_size(current_database()) / 1048576.0").Scan(&mb)
		return mb, err
	}
	files, err := filepath.Glob(filepath.Join(c.folder, "paypush.db*"))
	for _, name := range files {
		f, statErr := os.Stat(name)
		if err = errors.Join(err, statErr); statErr == nil {
			mb += float64(f.Size()) / (1 << 20)
		}
	}
	return mb, err
}
