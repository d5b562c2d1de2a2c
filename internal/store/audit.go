package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/audit"
)

// There is no statement that changes or deletes an entry, and a test sees to
// it that none comes.
const (
	auditColumns = `id, at, actor, action, object, request_id, was, became`

	sqlAuditInsert statement = `INSERT INTO audit (` + auditColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlAudit       statement = `SELECT ` + auditColumns + ` FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2`
	sqlAuditOf     statement = `SELECT ` + auditColumns + ` FROM audit WHERE object = $3 AND id < $1 ORDER BY id DESC LIMIT $2`
	sqlAuditBy     statement = `SELECT ` + auditColumns + ` FROM audit WHERE actor = $3 AND id < $1 ORDER BY id DESC LIMIT $2`
)

// Trail reads who changed what. It implements [audit.Reader].
type Trail struct{ x executor }

var _ audit.Reader = Trail{}

// Trail gives the audit trail.
func (db *DB) Trail() Trail { return Trail{db.reader()} }

// Entries implements [audit.Reader].
func (t Trail) Entries(ctx context.Context, f audit.Filter) ([]audit.Entry, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	switch {
	case f.Object != "":
		return many(ctx, t.x, scanEntry, sqlAuditOf, before, limit, f.Object)
	case f.Actor != "":
		return many(ctx, t.x, scanEntry, sqlAuditBy, before, limit, f.Actor)
	}
	return many(ctx, t.x, scanEntry, sqlAudit, before, limit)
}

// writeNoted adds to a transaction what was noted in its context.
func (db *DB) writeNoted(ctx context.Context, tx *txn, p *audit.Pending) error {
	if p == nil {
		return nil
	}
	e, now := p.Entry(), db.now()
	_, err := change(ctx, tx, sqlAuditInsert, entryID(now), micros(now), e.Actor, string(e.Action), e.Object,
		e.RequestID, e.Was, e.Became)
	return err
}

// entryID makes ids that rise with time, so that a list is in the order in which
// things were done.
func entryID(now time.Time) string {
	return fmt.Sprintf("aud_%014x%s", now.UnixMicro(), rand.Text()[:12])
}

func scanEntry(r row) (e audit.Entry, err error) {
	err = r.Scan(&e.ID, moment{&e.At}, &e.Actor, &e.Action, &e.Object, &e.RequestID, &e.Was, &e.Became)
	return e, err
}
