package store

import (
	"context"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/member"
)

const (
	memberColumns = `id, name, password_hash, role, created_at, version`

	sqlMemberInsert statement = `INSERT INTO members (` + memberColumns + `, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name_key) DO NOTHING`
	sqlMemberUpdate statement = `UPDATE members SET password_hash = $3, role = $4, version = version + 1
		WHERE id = $1 AND version = $2`
	sqlMemberByID   statement = `SELECT ` + memberColumns + ` FROM members WHERE id = $1`
	sqlMemberByName statement = `SELECT ` + memberColumns + ` FROM members WHERE name_key = $1`
	sqlMembers      statement = `SELECT ` + memberColumns + ` FROM members WHERE id < $1 ORDER BY id DESC LIMIT $2`
)

// People keeps members, bindings and bind links. It implements [member.Store].
type People struct {
	peopleReader
	db *DB
}

var (
	_ member.Store = People{}
	_ member.Tx    = peopleTx{}
)

// People gives the store of the domain of people.
func (db *DB) People() People { return People{peopleReader{db.reader()}, db} }

// Update implements [member.Store].
func (p People) Update(ctx context.Context, fn func(tx member.Tx) error) error {
	return p.db.update(ctx, func(tx *txn) error { return fn(peopleTx{peopleReader{tx}, tx}) })
}

// Members lists members, newest first, those whose id sorts below before; an
// empty before begins with the newest. The limit is 1 to 100.
func (p People) Members(ctx context.Context, before string, limit int) ([]member.Member, error) {
	if before == "" {
		before = lastID
	}
	return many(ctx, p.x, scanMember, sqlMembers, before, page(limit))
}

// peopleReader finds people, inside a transaction or outside.
type peopleReader struct{ x executor }

// Member implements [member.Reader].
func (p peopleReader) Member(ctx context.Context, id string) (member.Member, error) {
	return one(ctx, p.x, member.ErrNoMember, scanMember, sqlMemberByID, id)
}

// MemberByName implements [member.Reader].
func (p peopleReader) MemberByName(ctx context.Context, name string) (member.Member, error) {
	return one(ctx, p.x, member.ErrNoMember, scanMember, sqlMemberByName, member.FoldName(name))
}

// peopleTx is people inside one transaction.
type peopleTx struct {
	peopleReader
	*txn
}

// InsertMember implements [member.Tx].
func (p peopleTx) InsertMember(ctx context.Context, m member.Member) error {
	audit.Name(ctx, m.ID)
	return must(ctx, p.txn, member.ErrNameTaken, sqlMemberInsert, m.ID, m.Name, m.PasswordHash, string(m.Role),
		micros(m.CreatedAt), m.Version, member.FoldName(m.Name))
}

// UpdateMember implements [member.Tx]. A name does not change. With another
// password the outstanding sign-in links end.
func (p peopleTx) UpdateMember(ctx context.Context, m member.Member) error {
	audit.Name(ctx, m.ID)
	if _, err := change(ctx, p.txn, sqlSignInEnd, m.ID, m.PasswordHash); err != nil {
		return err
	}
	return must(ctx, p.txn, member.ErrStale, sqlMemberUpdate, m.ID, m.Version, m.PasswordHash, string(m.Role))
}

func scanMember(r row) (m member.Member, err error) {
	err = r.Scan(&m.ID, &m.Name, &m.PasswordHash, &m.Role, moment{&m.CreatedAt}, &m.Version)
	return m, err
}
