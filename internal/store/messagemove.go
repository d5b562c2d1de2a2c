package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/push"
)

const (
	// maxMoved bounds how many messages move in one transaction, moveWait how
	// long it may take.
	maxMoved = 64
	moveWait = 30 * time.Second

	sqlMessagesMove statement = `WITH fresh (id, version, status, code, detail, platform_id, attempts, first_try_at, done_at, way, skips)
		AS (VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT),
			CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS TEXT), CAST($11 AS TEXT))/*row*/)
		UPDATE messages SET status = fresh.status, code = fresh.code, detail = fresh.detail, platform_id = fresh.platform_id,
			attempts = fresh.attempts, first_try_at = fresh.first_try_at, done_at = fresh.done_at, way = fresh.way, skips = fresh.skips,
			version = messages.version + 1
		FROM fresh WHERE messages.id = fresh.id AND messages.version = fresh.version RETURNING messages.id`
	sqlSpend statement = `UPDATE followers SET typed_left = CASE WHEN typed_left > 0 THEN typed_left - 1 ELSE 0 END,
		brief_left = CASE WHEN brief_left > 0 THEN brief_left - 1 ELSE 0 END WHERE account = $1 AND openid = $2`
)

// Move implements [push.Store]. What is said to whom does not change.
func (m Messages) Move(ctx context.Context, v push.Message, spent bool) error {
	c := &moving{m: v, spent: spent}
	if err := m.moves.do(ctx, c); err != nil {
		return err
	}
	return c.err
}

// moving is one message on its way.
type moving struct {
	m     push.Message
	spent bool
	err   error
}

// moves writes what callers bring at the same moment in one transaction.
type moves struct {
	db *DB
	rowset
}

func newMoves(db *DB) *gather[*moving] {
	m := moves{db, db.newRowset(sqlMessagesMove)}
	return &gather[*moving]{serve: m.serve, most: maxMoved, leaders: db.writers()}
}

// serve moves a round in one transaction. It belongs to no caller, so none of
// their contexts ends it. In the order of their ids, nodes don't wait for each
// other in a circle.
func (s moves) serve(round []*moving) {
	ctx, cancel := context.WithTimeout(context.Background(), moveWait)
	defer cancel()
	sorted := slices.SortedFunc(slices.Values(round), func(a, b *moving) int {
		return cmp.Or(cmp.Compare(a.m.ID, b.m.ID), cmp.Compare(a.m.Version, b.m.Version))
	})
	err := s.db.update(ctx, func(tx *txn) error { return s.write(ctx, tx, sorted) })
	for _, c := range round {
		if err != nil {
			c.err = err
		}
	}
}

// write moves those whose version is the stored one. Where two move the same
// message, the second is stale.
func (s moves) write(ctx context.Context, tx *txn, all []*moving) error {
	by := make(map[string]*moving, len(all))
	var rows [][]any
	for _, c := range all {
		c.err = push.ErrStale
		if v := c.m; by[v.ID] == nil {
			by[v.ID] = c
			rows = append(rows, []any{v.ID, v.Version, string(v.Status), v.Code, v.Detail, v.PlatformID, v.Attempts,
				micros(v.FirstTryAt), micros(v.DoneAt), string(v.Way), v.Skips.String()})
		}
	}
	moved, err := s.ids(ctx, tx, rows)
	if err != nil {
		return err
	}
	for id := range moved {
		by[id].err = nil
	}
	for _, c := range all {
		if c.err == nil && c.spent {
			if _, err := change(ctx, tx, sqlSpend, c.m.Account, c.m.Recipient); err != nil {
				return err
			}
		}
	}
	return nil
}
