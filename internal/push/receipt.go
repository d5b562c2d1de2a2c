package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// TemplateReceipt is the template that tells a payer of a paid order. Its
// values are amount, subject, number and time.
const TemplateReceipt = "receipt"

// OnOrderPaid tells the member who owed a paid order of it, once for each
// order, however often the event is handed in. A member who can't be reached
// is told nothing, and that is not an error.
func (s *Service) OnOrderPaid(ctx context.Context, e event.Event) error {
	var o struct {
		ID, Subject string
		Number      string     `json:"out_trade_no"`
		Amount      int64      `json:"amount"`
		Member      string     `json:"member"`
		PaidAt      *time.Time `json:"paid_at"`
	}
	if err := json.Unmarshal(e.Data, &o); err != nil {
		return fault.Wrap("push.OnOrderPaid "+e.ID, err)
	}
	if o.Member == "" {
		return nil
	}
	paid := e.At
	if o.PaidAt != nil {
		paid = *o.PaidAt
	}
	m, err := s.Draft(ctx, NewMessage{Key: "order.paid:" + o.ID, MemberID: o.Member, Template: TemplateReceipt,
		Link: s.baseURL + "/pay/" + o.ID, Values: map[string]string{
			"amount":  fmt.Sprintf("%d.%02d", o.Amount/100, o.Amount%100),
			"subject": o.Subject, "number": o.Number,
			"time": paid.In(china).Format("2006-01-02 15:04:05")}})
	if errors.Is(err, ErrUnreachable) || errors.Is(err, ErrNoTemplate) {
		return nil
	}
	if err == nil {
		_, err = s.Place(ctx, m)
	}
	return fault.Wrap("push.OnOrderPaid "+e.ID, err)
}

// china is the zone in which people are told times, fixed so that no zone
// database is needed.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)
