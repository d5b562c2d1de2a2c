package store

import (
	"context"

	"github.com/paypush/paypush/internal/member"
)

const (
	sqlMemberDelete statement = `DELETE FROM members WHERE id = $1 AND version = $2`
	sqlAdmins       statement = `SELECT COUNT(*) FROM members WHERE role = 'admin'`

	sqlForgetMessages statement = `DELETE FROM messages WHERE member_id = $1 AND member_id <> ''`
	sqlForgetBindings statement = `DELETE FROM bindings WHERE member_id = $1`
	sqlForgetLinks    statement = `DELETE FROM bind_links WHERE id IN (SELECT id FROM bind_links WHERE member_id = $1)`
	sqlForgetSessions statement = `DELETE FROM sessions WHERE member_id = $1 AND member_id <> ''`
	sqlForgetSignIns  statement = `DELETE FROM sign_in_links WHERE member_id = $1`
	sqlForgetEvents   statement = `UPDATE events SET data = '{"forgotten":true}' WHERE object = $1 AND type IN ('user.bound', 'user.unbound')`
)

// DeleteMember implements [member.Tx].
func (p peopleTx) DeleteMember(ctx context.Context, m member.Member) error {
	for _, q := range []statement{sqlForgetMessages, sqlForgetBindings, sqlForgetLinks, sqlForgetSessions, sqlForgetSignIns, sqlForgetEvents} {
		if _, err := change(ctx, p.txn, q, m.ID); err != nil {
			return err
		}
	}
	return must(ctx, p.txn, member.ErrStale, sqlMemberDelete, m.ID, m.Version)
}

// Admins implements [member.Tx].
func (p peopleTx) Admins(ctx context.Context) (int, error) {
	if _, err := change(ctx, p.txn, sqlTurnstile, "administrators"); err != nil {
		return 0, err
	}
	n, err := one(ctx, p.txn, member.ErrNoMember, number, sqlAdmins)
	return int(n), err
}
