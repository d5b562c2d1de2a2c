package pay

import (
	"context"
	"errors"

	"github.com/paypush/paypush/internal/event"
)

// stage is what a notice is judged on: a transaction, or a rehearsal of one.
type stage interface {
	PaymentByNumber(ctx context.Context, number string) (Payment, error)
	Order(ctx context.Context, id string) (Order, error)
	Payments(ctx context.Context, orderID string) ([]Payment, error)
	UpdatePayment(ctx context.Context, p Payment) error
	UpdateOrder(ctx context.Context, o Order) error
	AddEvent(ctx context.Context, e event.Event) error
}

// rehearse judges a notice by what was found, and answers what is to be written
// where the notice settles its order and nothing else has to be looked at. That
// is sound because every row that was looked at is one that is written, each
// only in the version that was found.
func (s *Service) rehearse(ctx context.Context, n Notice, r Report, found Found) (Settlement, bool) {
	stage := &rehearsal{Settlement{Notice: n, Payment: found.Payment, Order: found.Order}}
	if err := s.judge(ctx, stage, &stage.settlement.Notice, r); err != nil || stage.settlement.Notice.Verdict != VerdictSettled {
		return Settlement{}, false
	}
	return stage.settlement, true
}

// rehearsal answers with what was found and remembers what was written.
type rehearsal struct{ settlement Settlement }

// errOffStage tells that a notice takes more than was found.
var errOffStage = errors.New("pay: this takes a transaction")

func (t *rehearsal) PaymentByNumber(_ context.Context, number string) (Payment, error) {
	if t.settlement.Payment.Number != number {
		return Payment{}, errOffStage
	}
	return t.settlement.Payment, nil
}

func (t *rehearsal) Order(_ context.Context, id string) (Order, error) {
	if t.settlement.Order.ID != id {
		return Order{}, errOffStage
	}
	return t.settlement.Order, nil
}

func (t *rehearsal) Payments(context.Context, string) ([]Payment, error) { return nil, errOffStage }

func (t *rehearsal) UpdatePayment(_ context.Context, p Payment) error {
	t.settlement.Payment = p
	return nil
}

func (t *rehearsal) UpdateOrder(_ context.Context, o Order) error {
	t.settlement.Order = o
	return nil
}

func (t *rehearsal) AddEvent(_ context.Context, e event.Event) error {
	t.settlement.Event = e
	return nil
}
