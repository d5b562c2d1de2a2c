package store

import (
	"context"
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
)

// What the console looks for beside what the domains need.
const (
	sqlOrderSums statement = `SELECT status, COUNT(*), COALESCE(SUM(amount), 0) FROM orders WHERE created_at >= $1 GROUP BY status`
	sqlPaidSum   statement = `SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM orders WHERE created_at >= $1 AND paid_at >= $2`

	sqlOutcomes statement = `SELECT status, COUNT(*) FROM messages WHERE id >= $1 GROUP BY status`

	sqlMembersNamed statement = `SELECT ` + memberColumns + ` FROM members WHERE name_key >= $1 AND name_key < $2 ORDER BY name_key LIMIT $3`
)

// Sums counts the orders that were made at or after a moment, by their state.
func (l Ledger) Sums(ctx context.Context, since time.Time) ([]pay.OrderSum, error) {
	return many(ctx, l.x, func(r row) (s pay.OrderSum, err error) {
		err = r.Scan(&s.Status, &s.Count, &s.Amount)
		return s, err
	}, sqlOrderSums, micros(since))
}

// oldestPayable is how long before its payment an order may have been made:
// the longest life, and a day for one that was paid late and accepted.
const oldestPayable = 16 * 24 * time.Hour

// Paid counts the orders that were paid at or after a moment.
func (l Ledger) Paid(ctx context.Context, since time.Time) (pay.OrderSum, error) {
	return one(ctx, l.x, pay.ErrNoOrder, func(r row) (pay.OrderSum, error) {
		s := pay.OrderSum{Status: pay.OrderPaid}
		err := r.Scan(&s.Count, &s.Amount)
		return s, err
	}, sqlPaidSum, micros(since.Add(-oldestPayable)), micros(since))
}

// Outcomes counts the messages that were made at or after a moment of real
// time, by their state.
func (m Messages) Outcomes(ctx context.Context, since time.Time) (map[push.Status]int64, error) {
	counts := map[push.Status]int64{}
	_, err := many(ctx, m.x, func(r row) (none struct{}, err error) {
		var s push.Status
		var n int64
		err = r.Scan(&s, &n)
		counts[s] = n
		return none, err
	}, sqlOutcomes, idAt("msg", since))
	return counts, err
}

// idAt is where the ids that are made at a moment of real time begin.
func idAt(prefix string, t time.Time) string { return fmt.Sprintf("%s_%012x", prefix, t.UnixMilli()) }

// MembersNamed lists members whose name begins with a prefix, by name. The
// limit is 1 to 100.
func (p People) MembersNamed(ctx context.Context, prefix string, limit int) ([]member.Member, error) {
	from := member.FoldName(prefix)
	return many(ctx, p.x, scanMember, sqlMembersNamed, from, from+"\U0010FFFF", page(limit))
}
