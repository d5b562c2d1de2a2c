package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

const (
	sqlForgedCount statement = `INSERT INTO forged_counts (account, hour, count) VALUES ($1, $2, $3)
		ON CONFLICT (account, hour) DO UPDATE SET count = forged_counts.count + excluded.count`
	sqlForgedForget statement = `DELETE FROM forged_counts WHERE account = $1 AND hour < $2`
	sqlForgedSample statement = `INSERT INTO forged_samples (id, account, body, remote, reason, at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlForgedTrim   statement = `DELETE FROM forged_samples WHERE id IN (
		SELECT id FROM forged_samples ORDER BY at DESC, id DESC LIMIT 1000 OFFSET 100)`
	sqlForgedCounts  statement = `SELECT account, hour, count FROM forged_counts WHERE hour >= $1 ORDER BY hour DESC, account LIMIT 1000`
	sqlForgedSamples statement = `SELECT account, body, remote, reason, at FROM forged_samples ORDER BY at DESC, id DESC LIMIT 100`
)

// The bounds of what forged notices may cost: rows, bytes of each body, how
// often the database hears of them, and for how long they are remembered.
const (
	forgedBody    = 4 << 10
	forgedAtOnce  = 8
	forgedTimeout = 5 * time.Second
	forgedKept    = 400 * 24 * time.Hour // of the counts
)

// Forged is one sample of a forged notice.
type Forged = pay.Forged

// ForgedCount is how many forged notices came to an account within an hour.
type ForgedCount = pay.ForgedCount

// Reject implements [pay.Rejects]. It only counts in memory; about once a
// second, and at [DB.Close], the counts and a few samples go to the database.
// A process that dies loses that second.
func (l Ledger) Reject(_ context.Context, p pay.Posted, reason string) { l.db.rejects.add(p, reason) }

// ForgedCounts lists the counts since then, newest first.
func (l Ledger) ForgedCounts(ctx context.Context, since time.Time) ([]ForgedCount, error) {
	return many(ctx, l.x, func(r row) (c ForgedCount, err error) {
		err = r.Scan(&c.Account, moment{&c.Hour}, &c.Count)
		return c, err
	}, sqlForgedCounts, micros(since))
}

// ForgedSamples lists the samples that are kept, newest first, at most 100.
func (l Ledger) ForgedSamples(ctx context.Context) ([]Forged, error) {
	return many(ctx, l.x, func(r row) (f Forged, err error) {
		err = r.Scan(&f.Account, &f.Body, &f.Remote, &f.Reason, moment{&f.At})
		return f, err
	}, sqlForgedSamples)
}

// rejects collects forged notices between two writes.
type rejects struct {
	db      *DB
	log     *slog.Logger
	mu      sync.Mutex
	counts  map[ForgedCount]int64 // the key's own count is 0
	samples []Forged
	later   later
}

func newRejects(db *DB, log *slog.Logger) *rejects {
	r := &rejects{db: db, log: log, counts: make(map[ForgedCount]int64)}
	r.later.write = r.flush
	return r
}

func (r *rejects) add(p pay.Posted, reason string) {
	now := r.db.now().UTC()
	r.mu.Lock()
	r.counts[ForgedCount{Account: p.Account, Hour: now.Truncate(time.Hour)}]++
	if len(r.samples) < forgedAtOnce {
		r.samples = append(r.samples, Forged{Account: p.Account, Remote: p.Remote, At: now,
			Body:   append([]byte{}, p.Body[:min(len(p.Body), forgedBody)]...),
			Reason: reason[:min(len(reason), 200)]})
	}
	r.mu.Unlock()
	r.later.ask()
}

// flush writes what was collected. What can't be written is logged and lost.
func (r *rejects) flush() {
	r.mu.Lock()
	counts, samples := r.counts, r.samples
	r.counts, r.samples = make(map[ForgedCount]int64), nil
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), forgedTimeout)
	defer cancel()
	err := r.db.update(ctx, func(tx *txn) error { return writeForged(ctx, tx, counts, samples) })
	if err != nil {
		r.log.LogAttrs(ctx, slog.LevelError, "forged notices were not counted", slog.Any("error", err))
	}
}

func writeForged(ctx context.Context, tx *txn, counts map[ForgedCount]int64, samples []Forged) error {
	for k, n := range counts {
		if _, err := change(ctx, tx, sqlForgedCount, k.Account, micros(k.Hour), n); err != nil {
			return err
		}
		if _, err := change(ctx, tx, sqlForgedForget, k.Account, micros(k.Hour.Add(-forgedKept))); err != nil {
			return err
		}
	}
	for _, f := range samples {
		if _, err := change(ctx, tx, sqlForgedSample, newID("fgd"), f.Account, f.Body, f.Remote, f.Reason, micros(f.At)); err != nil {
			return err
		}
	}
	_, err := change(ctx, tx, sqlForgedTrim)
	return err
}
