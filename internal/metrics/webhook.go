package metrics

import (
	"context"

	"github.com/paypush/paypush/internal/webhook"
)

// Webhooks counts the attempts that are committed through a store of webhooks.
func (m *Metrics) Webhooks(next webhook.Store) webhook.Store { return webhooks{next, m} }

type webhooks struct {
	webhook.Store
	m *Metrics
}

// Update implements [webhook.Store]; like the ledger's it counts the last run,
// once it is durable.
func (s webhooks) Update(ctx context.Context, fn func(webhook.Tx) error) error {
	var seen *webhookTx
	err := s.Store.Update(ctx, func(tx webhook.Tx) error {
		seen = &webhookTx{Tx: tx}
		return fn(seen)
	})
	if err == nil && seen != nil {
		for _, a := range seen.attempts {
			s.m.attempts.WithLabelValues(outcomeOf(a)).Inc()
		}
	}
	return err
}

type webhookTx struct {
	webhook.Tx
	attempts []webhook.Attempt
}

// InsertAttempts implements [webhook.Tx].
func (t *webhookTx) InsertAttempts(ctx context.Context, all []webhook.Attempt) error {
	err := t.Tx.InsertAttempts(ctx, all)
	if err == nil {
		t.attempts = append(t.attempts, all...)
	}
	return err
}

func outcomeOf(a webhook.Attempt) string {
	switch {
	case a.HTTPStatus == 0:
		return "unanswered"
	case a.HTTPStatus/100 == 2:
		return "delivered"
	}
	return "refused"
}
