package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/paypush/paypush/internal/store"
)

const (
	replayNotices = 1_000
	replayRounds  = 8
	replayPart    = 4_000 // notices sent in one slice
)

// notifyReplay posts notices that were settled before, each many times, as a
// platform does that missed the answer. The bound is the handler of
// notify_ingest, and so are the connections. Afterwards every order has to be
// paid once and every notice kept once.
func notifyReplay(ctx context.Context, l *lab, report func(line)) error {
	box, err := newStandIn()
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // it only reads
	return l.onBoth(ctx, func(engine, database string) error {
		r, err := l.replay(ctx, box, database)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) replay(ctx context.Context, box *standIn, database string) (line, error) {
	folder, err := l.folder()
	if err != nil {
		return line{}, err
	}
	if database == "" {
		database = "sqlite:" + filepath.Join(folder, "paypush.db")
	}
	bodies := signAhead(box.platform, patience, replayNotices)
	if err := seed(ctx, database, numbers(len(bodies))); err != nil {
		return line{}, err
	}
	r, sent, err := l.notices(ctx, box, folder, database, bodies, func(f *feeds) (turns, error) {
		if _, err := f.server.send(ctx, len(bodies)); err != nil {
			return turns{}, err
		}
		f.server.times = nil
		return f.takeTurns(ctx, replayRounds, replayPart)
	})
	if err != nil {
		return line{}, err
	}
	return r, errors.Join(settled(ctx, database, numbers(len(bodies))), keptOnce(ctx, database, len(bodies), sent))
}

// keptOnce makes sure that the newest notices are one for each body, and that
// each time one came was counted.
func keptOnce(ctx context.Context, database string, bodies, sent int) (err error) {
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	kept, counted, before := 0, int64(0), ""
	for {
		page, err := db.Ledger().Notices(ctx, before, 100)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, n := range page {
			kept, counted, before = kept+1, counted+n.Deliveries, n.ID
		}
	}
	if kept != bodies || counted != int64(sent) {
		return fmt.Errorf("%d notices sent %d times are kept as %d, counted %d times", bodies, sent, kept, counted)
	}
	return nil
}
