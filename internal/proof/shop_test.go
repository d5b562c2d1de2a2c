package proof_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// shop is a healthy ledger made by the services themselves, and a way to spoil
// it by hand.
type shop struct {
	*testing.T
	now      time.Time
	platform *paytest.Platform
	db       *store.DB
	money    *pay.Service
	mail     *push.Service
	raw      *sql.DB
}

func openShop(t *testing.T, url string) *shop {
	s := &shop{T: t, now: time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC)}
	clock := func() time.Time { return s.now }
	s.platform = paytest.New("alipay", clock)
	s.db = storetest.Open(t, url, store.Options{})
	l := s.db.Ledger()
	s.money = pay.NewService(pay.Config{Store: l, Due: l, Rejects: l, Providers: map[string]pay.Provider{"alipay": s.platform},
		Listeners: map[string]pay.Listener{"alipay": s.platform}, Channels: []string{"alipay.page", "alipay.qr"},
		Now: clock, NewID: id.New, Lifetime: time.Hour, Policy: pay.DefaultPolicy()})
	s.mail = push.NewService(push.Config{Store: s.db.Messages(), People: s.db.Messages(),
		Channels: map[string]push.Channel{"wechat": new(pushtest.Channel)}, WeChat: "wechat", Now: clock, NewID: id.New})
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", path+"?_pragma=busy_timeout(10000)"
	}
	var err error
	s.raw, err = sql.Open(driver, address)
	s.good(err)
	t.Cleanup(func() { s.raw.Close() })
	return s
}

func (s *shop) good(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// order places an order with a payment.
func (s *shop) order() pay.Draft {
	s.Helper()
	d, err := s.money.Draft(context.Background(), pay.NewOrder{Amount: 1230, Subject: "茶", Channel: "alipay.page"})
	s.good(err)
	_, _, err = s.money.Place(context.Background(), d)
	s.good(err)
	return d
}

// pay has the payer pay and the platform tell.
func (s *shop) pay(number string, amount pay.Amount) {
	s.Helper()
	_, err := s.money.Receive(context.Background(), s.platform.Pay(number, amount))
	s.good(err)
}

func (s *shop) paid() pay.Draft {
	s.Helper()
	d := s.order()
	s.pay(d.Payment.Number, d.Order.Amount)
	return d
}

// late is an order that was paid after it was closed.
func (s *shop) late() pay.Draft {
	s.Helper()
	d := s.order()
	_, err := s.money.Close(context.Background(), d.Order.ID)
	s.good(err)
	s.pay(d.Payment.Number, d.Order.Amount)
	return d
}

// refund asks for a part of a paid order back.
func (s *shop) refund(d pay.Draft) pay.Refund {
	s.Helper()
	r, err := s.money.Refund(context.Background(), pay.NewRefund{OrderID: d.Order.ID, Amount: 230, Reason: "退货", By: "key:k"})
	s.good(err)
	s.good(s.money.PlaceRefund(context.Background(), r))
	return r
}

// rest lets everything come due until nothing is left to do.
func (s *shop) rest() {
	s.Helper()
	for range 100 {
		s.now = s.now.Add(30 * time.Minute)
		s.platform.Expire()
		n, err := s.money.Sweep(context.Background())
		s.good(err)
		if n == 0 {
			return
		}
	}
	s.Fatal("the sweep never comes to rest")
}

func (s *shop) number() {
	s.Helper()
	for more := 1; more > 0; {
		var err error
		more, err = s.db.Outbox().Number(context.Background())
		s.good(err)
	}
}

// message stores a receipt.
func (s *shop) message(orderID string) {
	s.Helper()
	m, err := s.mail.Draft(context.Background(), push.NewMessage{Key: "order.paid:" + orderID, To: push.To{OpenID: "openid"}, Text: "谢谢"})
	s.good(err)
	_, err = s.mail.Place(context.Background(), m)
	s.good(err)
}

// spoil runs SQL that no service would.
func (s *shop) spoil(q string, args ...any) {
	s.Helper()
	if _, err := s.raw.Exec(q, args...); err != nil {
		s.Fatalf("%s: %v", q, err)
	}
}

// findings runs the check and gathers "code object".
func (s *shop) findings() (all []string) {
	s.Helper()
	_, err := proof.Check(context.Background(), s.db.Books(), func(f proof.Finding) error {
		all = append(all, string(f.Code)+" "+f.Object)
		if f.English == "" || f.Chinese == "" || f.Advice == "" || f.AdviceZH == "" || f.Detail == "" {
			s.Errorf("finding %s says too little: %+v", f.Code, f)
		}
		return nil
	})
	s.good(err)
	return all
}
