package storetest

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store"
)

// Shop is a ledger made by the services themselves, for tests of what reads
// ledgers, and a way past them. Its methods end the test where they fail.
type Shop struct {
	*testing.T
	Now      time.Time // what its services take for the time, UTC
	Platform *paytest.Platform
	DB       *store.DB
	Money    *pay.Service
	Mail     *push.Service
	Raw      *sql.DB // the same database, past the services
}

// OpenShop opens a shop over the database at url until the test ends.
func OpenShop(t *testing.T, url string, now time.Time) *Shop {
	s := &Shop{T: t, Now: now, DB: Open(t, url, store.Options{}), Raw: Raw(t, url)}
	clock := func() time.Time { return s.Now }
	s.Platform = paytest.New("alipay", clock)
	l := s.DB.Ledger()
	s.Money = pay.NewService(pay.Config{Store: l, Due: l, Rejects: l, Providers: map[string]pay.Provider{"alipay": s.Platform},
		Listeners: map[string]pay.Listener{"alipay": s.Platform}, Channels: []string{"alipay.page", "alipay.qr"},
		Now: clock, NewID: id.New, Lifetime: time.Hour, Policy: pay.DefaultPolicy()})
	s.Mail = push.NewService(push.Config{Store: s.DB.Messages(), People: s.DB.Messages(),
		Channels: map[string]push.Channel{"wechat": new(pushtest.Channel)}, WeChat: "wechat", Now: clock, NewID: id.New})
	return s
}

// Good ends the test where there is an error.
func (s *Shop) Good(err error) {
	s.Helper()
	good(s.T, err)
}

// Order places an order with a payment.
func (s *Shop) Order() pay.Draft {
	s.Helper()
	d, err := s.Money.Draft(context.Background(), pay.NewOrder{Amount: 1230, Subject: "茶 <&>", Channel: "alipay.page"})
	s.Good(err)
	_, _, err = s.Money.Place(context.Background(), d)
	s.Good(err)
	return d
}

// Pay has the payer pay and the platform tell.
func (s *Shop) Pay(number string, amount pay.Amount) {
	s.Helper()
	_, err := s.Money.Receive(context.Background(), s.Platform.Pay(number, amount))
	s.Good(err)
}

// Paid is an order that was paid.
func (s *Shop) Paid() pay.Draft {
	s.Helper()
	d := s.Order()
	s.Pay(d.Payment.Number, d.Order.Amount)
	return d
}

// Receipt places the message that tells of a paid order.
func (s *Shop) Receipt(orderID string) push.Message {
	s.Helper()
	m, err := s.Mail.Draft(context.Background(), push.NewMessage{Key: "order.paid:" + orderID, To: push.To{OpenID: "openid"}, Text: "谢谢"})
	s.Good(err)
	_, err = s.Mail.Place(context.Background(), m)
	s.Good(err)
	return m
}

// Number numbers every event.
func (s *Shop) Number() {
	s.Helper()
	Number(s.T, s.DB)
}

// Exec runs SQL that no service would.
func (s *Shop) Exec(q string, args ...any) {
	s.Helper()
	if _, err := s.Raw.Exec(q, args...); err != nil {
		s.Fatalf("%s: %v", q, err)
	}
}
