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

// Move implements [push.Store]. That a message is being sent is no outcome yet.
func (s messages) Move(ctx context.Context, m push.Message, spent bool) error {
	err := s.Store.Move(ctx, m, spent)
	if err == nil && m.Status != push.Sending {
		s.m.sends.WithLabelValues(m.Channel, m.Account, string(m.Status), m.Code).Inc()
	}
	return err
}
