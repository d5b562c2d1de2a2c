package metrics

import (
	"context"

	"github.com/paypush/paypush/internal/push"
)

// Messages counts the outcomes that are committed through a store of messages.
func (m *Metrics) Messages(next push.Store) push.Store { return messages{next, m} }

type messages struct {
	push.Store
	m *Metrics
}

// Update implements [push.Store]; like the ledger's it counts the last run,
// once it is durable.
func (s messages) Update(ctx context.Context, fn func(push.Tx) error) error {
	var seen *messageTx
	err := s.Store.Update(ctx, func(tx push.Tx) error {
		seen = &messageTx{Tx: tx, m: s.m}
		return fn(seen)
	})
	if err == nil && seen != nil {
		for _, count := range seen.counts {
			count()
		}
	}
	return err
}

type messageTx struct {
	push.Tx
	m      *Metrics
	counts []func()
}

// UpdateMessage implements [push.Tx]. That a message is being sent is no
// outcome yet.
func (t *messageTx) UpdateMessage(ctx context.Context, m push.Message) error {
	err := t.Tx.UpdateMessage(ctx, m)
	if err == nil && m.Status != push.Sending {
		t.counts = append(t.counts, t.m.sends.WithLabelValues(m.Channel, m.Account, string(m.Status), m.Code).Inc)
	}
	return err
}
