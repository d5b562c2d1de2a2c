package store

import "context"

const (
	sqlNumberingLast statement = `SELECT last FROM numbering WHERE one = 1`
	sqlNumberingLock statement = `UPDATE numbering SET last = last WHERE one = 1 RETURNING last`
	sqlNumberingSet  statement = `UPDATE numbering SET last = $1 WHERE one = 1`
)

// numbers hands out the numbers of events inside a transaction that nobody else
// can write beside. It keeps the last one in memory until the transaction ends,
// so that the row is written once for all events in it.
type numbers struct {
	x     executor
	last  int64
	known bool // last was read in this transaction
	moved bool // last is not what the row says
}

// take gives the first of the next n numbers.
func (s *numbers) take(ctx context.Context, n int) (first int64, err error) {
	if err = s.read(ctx); err == nil {
		first = s.last + 1
		s.last, s.moved = s.last+int64(n), true
	}
	return first, err
}

func (s *numbers) read(ctx context.Context) (err error) {
	if !s.known {
		s.last, err = one(ctx, s.x, errBusy, number, sqlNumberingLast)
		s.known = err == nil
	}
	return err
}

// end writes the row, before the transaction is committed.
func (s *numbers) end(ctx context.Context) error {
	if !s.moved {
		return nil
	}
	_, err := change(ctx, s.x, sqlNumberingSet, s.last)
	return err
}

// lastNumber is the last number that an event has. Until the transaction ends
// nobody else numbers events.
func (t *txn) lastNumber(ctx context.Context) (int64, error) {
	if t.numbers == nil {
		return one(ctx, t, errBusy, number, sqlNumberingLock)
	}
	err := t.numbers.read(ctx)
	return t.numbers.last, err
}

func (t *txn) setLastNumber(ctx context.Context, last int64) error {
	if t.numbers == nil {
		_, err := change(ctx, t, sqlNumberingSet, last)
		return err
	}
	t.numbers.last, t.numbers.moved = last, true
	return nil
}
