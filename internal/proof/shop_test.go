package proof_test

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/store/storetest"
)

// shop is a healthy ledger, to spoil by hand.
type shop struct{ *storetest.Shop }

func openShop(t *testing.T, url string) *shop {
	return &shop{storetest.OpenShop(t, url, time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC))}
}

// late is an order that was paid after it was closed.
func (s *shop) late() pay.Draft {
	s.Helper()
	d := s.Order()
	_, err := s.Money.Close(context.Background(), d.Order.ID)
	s.Good(err)
	s.Pay(d.Payment.Number, d.Order.Amount)
	return d
}

// refund asks for a part of a paid order back.
func (s *shop) refund(d pay.Draft) pay.Refund {
	s.Helper()
	r, err := s.Money.Refund(context.Background(), pay.NewRefund{OrderID: d.Order.ID, Amount: 230, Reason: "退货", By: "key:k"})
	s.Good(err)
	s.Good(s.Money.PlaceRefund(context.Background(), r))
	return r
}

// rest lets everything come due until nothing is left to do.
func (s *shop) rest() {
	s.Helper()
	for range 100 {
		s.Now = s.Now.Add(30 * time.Minute)
		s.Platform.Expire()
		n, err := s.Money.Sweep(context.Background())
		s.Good(err)
		if n == 0 {
			return
		}
	}
	s.Fatal("the sweep never comes to rest")
}

// findings runs the check and gathers "code object".
func (s *shop) findings() (all []string) {
	s.Helper()
	_, err := proof.Check(context.Background(), s.DB.Books(), func(f proof.Finding) error {
		all = append(all, string(f.Code)+" "+f.Object)
		if f.English == "" || f.Chinese == "" || f.Advice == "" || f.AdviceZH == "" || f.Detail == "" {
			s.Errorf("finding %s says too little: %+v", f.Code, f)
		}
		return nil
	})
	s.Good(err)
	return all
}
