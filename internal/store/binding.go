package store

import (
	"cmp"
	"context"
	"time"

	"github.com/paypush/paypush/internal/member"
)

const (
	bindingColumns = `id, member_id, account, openid, unionid, nickname, bound_at`

	sqlBindingInsert statement = `INSERT INTO bindings (` + bindingColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
	sqlBindingDelete   statement = `DELETE FROM bindings WHERE id = $1`
	sqlBinding         statement = `SELECT ` + bindingColumns + ` FROM bindings WHERE member_id = $1 AND account = $2`
	sqlBindingByOpenID statement = `SELECT ` + bindingColumns + ` FROM bindings WHERE account = $1 AND openid = $2`
	sqlBindingsOf      statement = `SELECT ` + bindingColumns + ` FROM bindings WHERE member_id = $1 ORDER BY bound_at, id`
	sqlBindingPage     statement = `SELECT ` + bindingColumns + ` FROM bindings WHERE id < $1 ORDER BY id DESC LIMIT $2`

	linkColumns = `id, token_hash, scene_hash, confirm_hash, member_id, session, account, status, openid, unionid, nickname, reason,
		version, created_at, expires_at`

	sqlLinkInsert statement = `INSERT INTO bind_links (` + linkColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	sqlLinkUpdate statement = `UPDATE bind_links SET token_hash = $3, confirm_hash = $4, status = $5, openid = $6, unionid = $7,
		nickname = $8, reason = $9, version = version + 1 WHERE id = $1 AND version = $2`
	sqlLinkRevoke statement = `UPDATE bind_links SET status = 'refused', reason = 'link_revoked', version = version + 1
		WHERE session = $1 AND status IN ('open', 'posted', 'scanned', 'claimed', 'consented')`
	sqlLinkDelete statement = `DELETE FROM bind_links WHERE id IN (
		SELECT id FROM bind_links WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 /*skip locked*/)`
	sqlLinkByID      statement = `SELECT ` + linkColumns + ` FROM bind_links WHERE id = $1`
	sqlLinkByToken   statement = `SELECT ` + linkColumns + ` FROM bind_links WHERE token_hash = $1`
	sqlLinkByScene   statement = `SELECT ` + linkColumns + ` FROM bind_links WHERE scene_hash = $1 AND scene_hash <> ''`
	sqlLinkByConfirm statement = `SELECT ` + linkColumns + ` FROM bind_links WHERE confirm_hash = $1 AND confirm_hash <> ''`
	sqlLinkNewest    statement = `SELECT ` + linkColumns + ` FROM bind_links WHERE session = $1 ORDER BY created_at DESC, id DESC LIMIT 1`
)

// Binding implements [member.Reader].
func (p peopleReader) Binding(ctx context.Context, memberID, account string) (member.Binding, error) {
	return one(ctx, p.x, member.ErrNoBinding, scanBinding, sqlBinding, memberID, account)
}

// BindingByOpenID implements [member.Reader].
func (p peopleReader) BindingByOpenID(ctx context.Context, account, openID string) (member.Binding, error) {
	return one(ctx, p.x, member.ErrNoBinding, scanBinding, sqlBindingByOpenID, account, openID)
}

// Bindings implements [member.Reader]; the oldest comes first.
func (p peopleReader) Bindings(ctx context.Context, memberID string) ([]member.Binding, error) {
	return many(ctx, p.x, scanBinding, sqlBindingsOf, memberID)
}

// BindingPage lists bindings, newest first, those whose id sorts below before;
// an empty before begins with the newest. The limit is 1 to 100.
func (p People) BindingPage(ctx context.Context, before string, limit int) ([]member.Binding, error) {
	return many(ctx, p.x, scanBinding, sqlBindingPage, cmp.Or(before, lastID), page(limit))
}

// Link implements [member.Reader].
func (p peopleReader) Link(ctx context.Context, id string) (member.Link, error) {
	return one(ctx, p.x, member.ErrNoLink, scanLink, sqlLinkByID, id)
}

// LinkByToken implements [member.Reader].
func (p peopleReader) LinkByToken(ctx context.Context, tokenHash string) (member.Link, error) {
	return one(ctx, p.x, member.ErrNoLink, scanLink, sqlLinkByToken, tokenHash)
}

// LinkByScene implements [member.Reader].
func (p peopleReader) LinkByScene(ctx context.Context, sceneHash string) (member.Link, error) {
	return one(ctx, p.x, member.ErrNoLink, scanLink, sqlLinkByScene, sceneHash)
}

// LinkByConfirm implements [member.Reader].
func (p peopleReader) LinkByConfirm(ctx context.Context, confirmHash string) (member.Link, error) {
	return one(ctx, p.x, member.ErrNoLink, scanLink, sqlLinkByConfirm, confirmHash)
}

// NewestLink implements [member.Reader].
func (p peopleReader) NewestLink(ctx context.Context, session string) (member.Link, error) {
	return one(ctx, p.x, member.ErrNoLink, scanLink, sqlLinkNewest, session)
}

// InsertBinding implements [member.Tx].
func (p peopleTx) InsertBinding(ctx context.Context, b member.Binding) error {
	return must(ctx, p.txn, member.ErrBoundElsewhere, sqlBindingInsert, b.ID, b.MemberID, b.Account, b.OpenID, b.UnionID,
		b.Nickname, micros(b.BoundAt))
}

// DeleteBinding implements [member.Tx]. Where another transaction was faster
// it fails with [member.ErrStale], so that the caller looks again.
func (p peopleTx) DeleteBinding(ctx context.Context, id string) error {
	return must(ctx, p.txn, member.ErrStale, sqlBindingDelete, id)
}

// InsertLink implements [member.Tx].
func (p peopleTx) InsertLink(ctx context.Context, l member.Link) error {
	_, err := change(ctx, p.txn, sqlLinkInsert, l.ID, l.TokenHash, l.SceneHash, l.ConfirmHash, l.MemberID, l.Session, l.Account,
		string(l.Status), l.OpenID, l.UnionID, l.Nickname, l.Reason, l.Version, micros(l.CreatedAt), micros(l.ExpiresAt))
	return err
}

// UpdateLink implements [member.Tx].
func (p peopleTx) UpdateLink(ctx context.Context, l member.Link) error {
	p.txn.news = true
	return must(ctx, p.txn, member.ErrStale, sqlLinkUpdate, l.ID, l.Version, l.TokenHash, l.ConfirmHash, string(l.Status),
		l.OpenID, l.UnionID, l.Nickname, l.Reason)
}

// RevokeLinks implements [member.Tx].
func (p peopleTx) RevokeLinks(ctx context.Context, session string) error {
	_, err := change(ctx, p.txn, sqlLinkRevoke, session)
	return err
}

// DeleteLinks implements [member.Tx].
func (p peopleTx) DeleteLinks(ctx context.Context, expired time.Time, limit int) error {
	_, err := change(ctx, p.txn, sqlLinkDelete, micros(expired), limit)
	return err
}

func scanBinding(r row) (b member.Binding, err error) {
	err = r.Scan(&b.ID, &b.MemberID, &b.Account, &b.OpenID, &b.UnionID, &b.Nickname, moment{&b.BoundAt})
	return b, err
}

func scanLink(r row) (l member.Link, err error) {
	err = r.Scan(&l.ID, &l.TokenHash, &l.SceneHash, &l.ConfirmHash, &l.MemberID, &l.Session, &l.Account, &l.Status, &l.OpenID,
		&l.UnionID, &l.Nickname, &l.Reason, &l.Version, moment{&l.CreatedAt}, moment{&l.ExpiresAt})
	return l, err
}
