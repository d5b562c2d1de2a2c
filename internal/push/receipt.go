package push

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// TemplateReceipt is the template that tells a payer of a paid order. Its
// values are amount, subject, number and time.
const TemplateReceipt = "receipt"

// OnOrderPaid answers the event of a paid order by the rules; see
// [Service.OnEvents].
func (s *Service) OnOrderPaid(ctx context.Context, e event.Event) error {
	return s.OnEvents(ctx, []event.Event{e})
}

// china is the zone in which people are told times, fixed so that no zone
// database is needed.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)
