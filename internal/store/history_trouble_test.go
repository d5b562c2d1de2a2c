package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
)

func (h *history) outage() {
	h.w.platform.Down([]error{nil, nil, paytest.ErrDown}[h.choose(3)])
}

var errRefusesToSay = fault.New(fault.Rejected, "query_refused", "The platform refused to say.")

// trouble loses questions and answers on their way, or ends doing so. A
// platform may also refuse to answer a question, which says nothing of what
// was asked about.
func (h *history) trouble() {
	dice := rand.New(rand.NewPCG(uint64(h.choose(1<<30)), 3))
	if h.choose(3) == 0 {
		h.w.platform.Trouble(nil)
		return
	}
	h.w.platform.Trouble(func(call string) (before, after error) {
		switch dice.IntN(8) {
		case 0:
			return paytest.ErrDown, nil
		case 1, 2:
			return nil, paytest.ErrDown
		case 3, 4, 5:
			if call == "query refund" {
				return nil, errRefusesToSay
			}
		}
		return nil, nil
	})
}

// race has several things happen to one order at once.
func (h *history) race() {
	p, ctx := h.payment(), context.Background()
	acts := []func() error{
		func() error { _, err := h.money.Close(ctx, p.OrderID); return err },
		func() error { return h.money.Ask(ctx, p) },
		func() error { _, _, err := h.money.Checkout(ctx, p.OrderID, "alipay.qr"); return err },
		func() error { _, err := h.money.Sweep(ctx); return err },
	}
	if h.payable(p) {
		posted := h.w.platform.Pay(p.Number, p.Amount)
		h.notices = append(h.notices, posted)
		for range 2 {
			acts = append(acts, func() error { _, err := h.money.Receive(ctx, posted); return err })
		}
	}
	for range 2 {
		acts = append(acts, func() error {
			return h.askBack(pay.NewRefund{OrderID: p.OrderID, Amount: p.Amount/2 + 1, Reason: "退货", By: "key:a"})
		})
	}
	failed := make([]error, len(acts))
	var all sync.WaitGroup
	for i, act := range acts {
		all.Go(func() { failed[i] = act() })
	}
	all.Wait()
	for _, err := range failed {
		h.fine(err)
	}
}

// errDied is all that a process which ended has to say.
var errDied = errors.New("the process ended here")

// life ends processes at random: at a commit, before it or after it.
type life struct {
	mu   sync.Mutex
	dice *rand.Rand
	now  *mortal
}

func (l *life) beginning(s mortalStore) *mortal {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = &mortal{mortalStore: s, life: l}
	return l.now
}

// over reports whether the process has ended.
func (l *life) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.dead
}

type mortalStore interface {
	pay.Store
	pay.Due
	pay.Rejects
}

// mortal is the store as a process sees it that may end. Once it has, nothing
// works for it any more, whichever of its goroutines asks.
type mortal struct {
	mortalStore
	life *life
	dead bool
}

// fate decides about the next commit.
func (m *mortal) fate() (before, after bool) {
	m.life.mu.Lock()
	defer m.life.mu.Unlock()
	if m.dead {
		return true, true
	}
	switch m.life.dice.IntN(20) {
	case 0:
		m.dead, before = true, true
	case 1:
		m.dead, after = true, true
	}
	return before, after
}

// Update implements [pay.Store].
func (m *mortal) Update(ctx context.Context, fn func(pay.Tx) error) error {
	before, after := m.fate()
	err := m.mortalStore.Update(ctx, func(tx pay.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if before {
			return errDied
		}
		return nil
	})
	if err == nil && after {
		return errDied
	}
	return err
}

// LeaseRefunds implements [pay.Due]: the lease is taken, and nobody does the work.
func (m *mortal) LeaseRefunds(ctx context.Context, now, until time.Time, limit int) ([]pay.Refund, error) {
	return mayDie(m, func() ([]pay.Refund, error) { return m.mortalStore.LeaseRefunds(ctx, now, until, limit) })
}

// LeaseQueries implements [pay.Due].
func (m *mortal) LeaseQueries(ctx context.Context, now, until time.Time, limit int) ([]pay.Payment, error) {
	return mayDie(m, func() ([]pay.Payment, error) { return m.mortalStore.LeaseQueries(ctx, now, until, limit) })
}

// LeaseSurpluses implements [pay.Due].
func (m *mortal) LeaseSurpluses(ctx context.Context, now, until time.Time, limit int) ([]pay.Payment, error) {
	return mayDie(m, func() ([]pay.Payment, error) { return m.mortalStore.LeaseSurpluses(ctx, now, until, limit) })
}

func mayDie[T any](m *mortal, lease func() ([]T, error)) ([]T, error) {
	before, after := m.fate()
	if before {
		return nil, errDied
	}
	all, err := lease()
	if err == nil && after {
		return nil, errDied
	}
	return all, err
}
