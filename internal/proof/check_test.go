package proof_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Everything that the services can do leaves books that fit.
func TestHealthyBooksHaveNoFindings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		s.reconciled()
		s.Order()
		s.Receipt(s.Paid().Order.ID)
		s.refund(s.Paid())
		s.late()
		accepted := s.late()
		_, err := s.Money.AcceptSurplus(t.Context(), accepted.Payment.ID, "member:m")
		s.Good(err)
		wrong := s.Order()
		s.Pay(wrong.Payment.Number, wrong.Order.Amount-1)
		s.Number()
		if got := s.findings(); len(got) > 0 {
			t.Fatalf("in the middle: %q", got)
		}
		s.rest()
		s.Number()
		if got := s.findings(); len(got) > 0 {
			t.Fatalf("at rest: %q", got)
		}
	})
}

// plant is one way to spoil the books, and what must be found.
type plant struct {
	code  proof.Code
	spoil func(s *shop) (object string)
}

func on(make func(*shop) string, q string) func(*shop) string {
	return func(s *shop) string {
		object := make(s)
		s.Exec(q, object)
		return object
	}
}

func pending(s *shop) string    { return s.Order().Order.ID }
func paid(s *shop) string       { return s.Paid().Order.ID }
func closed(s *shop) string     { return s.late().Order.ID }
func paying(s *shop) string     { return s.Order().Payment.ID }
func paidBy(s *shop) string     { return s.Paid().Payment.ID }
func lateBy(s *shop) string     { return s.late().Payment.ID }
func refunding(s *shop) string  { return s.refund(s.Paid()).ID }
func refundedBy(s *shop) string { d := s.Paid(); s.refund(d); return d.Payment.ID }
func messaged(s *shop) string   { o := s.Paid().Order.ID; s.Receipt(o); return o }

func plants() []plant {
	return []plant{
		{proof.OrderStatus, on(closed, `UPDATE orders SET status = 'lost' WHERE id = $1`)},
		{proof.OrderTimes, on(paid, `UPDATE orders SET paid_at = 0 WHERE id = $1`)},
		{proof.OrderUnwatched, on(pending, `UPDATE orders SET close_at = 0 WHERE id = $1`)},
		{proof.OrderUnsettled, on(func(s *shop) string { return s.Order().Order.ID },
			`UPDATE orders SET status = 'paid', paid_at = 1 WHERE id = $1`)},
		{proof.OrderUnpaid, on(paid, `UPDATE orders SET status = 'pending', paid_at = 0 WHERE id = $1`)},
		{proof.OrderTwice, func(s *shop) string {
			d := s.Order()
			second, _, err := s.Money.Checkout(s.Context(), d.Order.ID, "alipay.qr")
			s.Good(err)
			s.Pay(d.Payment.Number, d.Order.Amount)
			s.Pay(second.Number, d.Order.Amount)
			s.Exec(`DROP INDEX payments_settles`)
			s.Exec(`UPDATE payments SET settles = 1, surplus = '', surplus_state = '', act_at = 0 WHERE id = $1`, second.ID)
			return d.Order.ID
		}},
		{proof.OrderAttempts, on(pending, `UPDATE orders SET attempts = 2 WHERE id = $1`)},
		{proof.OrderEvents, on(paid, `DELETE FROM events WHERE type = 'order.paid' AND object = $1`)},
		{proof.OrderEvents, on(paid, `INSERT INTO events (id, seq, type, object, version, data, at)
			SELECT id || 'again', 0, type, object, version, data, at FROM events WHERE type = 'order.paid' AND object = $1`)},
		{proof.PaymentStatus, on(paying, `UPDATE payments SET status = 'lost' WHERE id = $1`)},
		{proof.PaymentTimes, on(paidBy, `UPDATE payments SET paid_at = 0 WHERE id = $1`)},
		{proof.PaymentMoney, on(paidBy, `UPDATE payments SET paid_amount = 1229 WHERE id = $1`)},
		{proof.PaymentUnwatched, on(paying, `UPDATE payments SET next_query_at = 0 WHERE id = $1`)},
		{proof.SurplusUnclear, on(lateBy, `UPDATE payments SET act_at = 0 WHERE id = $1`)},
		{proof.SurplusEvents, on(lateBy, `DELETE FROM events WHERE type = 'surplus.found' AND object = $1`)},
		{proof.RefundStatus, on(refunding, `UPDATE refunds SET status = 'lost' WHERE id = $1`)},
		{proof.RefundTimes, on(refunding, `UPDATE refunds SET done_at = 1 WHERE id = $1`)},
		{proof.RefundUnwatched, on(refunding, `UPDATE refunds SET next_at = 0 WHERE id = $1`)},
		{proof.RefundStranger, func(s *shop) string {
			r, other := s.refund(s.Paid()), s.Paid()
			s.Exec(`UPDATE refunds SET order_id = $2 WHERE id = $1`, r.ID, other.Order.ID)
			s.Exec(`UPDATE payments SET reserved = 0 WHERE id = $1`, r.PaymentID)
			return r.ID
		}},
		{proof.RefundSums, on(refundedBy, `UPDATE payments SET reserved = reserved + 1 WHERE id = $1`)},
		{proof.RefundTooMuch, func(s *shop) string {
			r := s.refund(s.Paid())
			s.Exec(`UPDATE refunds SET amount = 1231 WHERE id = $1`, r.ID)
			s.Exec(`UPDATE payments SET reserved = 1231 WHERE id = $1`, r.PaymentID)
			return r.PaymentID
		}},
		{proof.RefundEvents, on(refunding, `DELETE FROM events WHERE type = 'refund.created' AND object = $1`)},
		{proof.NoticeVerdict, on(func(s *shop) string { return s.noticeOf(s.Paid().Payment.ID) },
			`UPDATE notices SET verdict = 'surplus' WHERE id = $1`)},
		{proof.NoticeTwice, func(s *shop) string {
			d := s.Paid()
			_, err := s.Money.Receive(s.Context(), s.Platform.Notice(d.Payment.Number))
			s.Good(err)
			s.Exec(`UPDATE notices SET verdict = 'settled' WHERE payment_id = $1`, d.Payment.ID)
			return "" // both notices
		}},
		{proof.EventOrphan, func(s *shop) string {
			s.Exec(`INSERT INTO events (id, seq, type, object, version, data, at) VALUES ('evt_x', 0, 'order.paid', 'ord_gone', 1, 'null', 1)`)
			return "ord_gone"
		}},
		{proof.BillOpen, func(s *shop) string {
			return s.reconciled() // what other plants left paid is on no bill
		}},
		{proof.BillCount, on(func(s *shop) string { return s.reconciled() }, `UPDATE reconciliations SET open = open + 1 WHERE id = $1`)},
		{proof.BillSums, on(func(s *shop) string { return s.reconciled() }, `UPDATE reconciliations SET found = 0, bill_gross = bill_gross + 1 WHERE id = $1`)},
		{proof.MessageUnpaid, func(s *shop) string {
			o := s.Order().Order.ID
			s.Receipt(o)
			return s.messageOf(o)
		}},
		{proof.MessageTwice, func(s *shop) string {
			o := messaged(s)
			s.Exec(`CREATE TABLE copied AS SELECT * FROM messages`)
			s.Exec(`DROP TABLE messages`)
			s.Exec(`ALTER TABLE copied RENAME TO messages`)
			first := s.messageOf(o)
			s.Exec(`INSERT INTO messages SELECT * FROM messages WHERE id = $1`, first)
			return first
		}},
	}
}

// reconciled reconciles the day on which a paid order's line is all that is
// billed, and answers the reconciliation.
func (s *shop) reconciled() string {
	s.Helper()
	day := pay.DayOf(s.Now)
	d := s.Paid()
	p, err := s.Money.Reader().Payment(s.Context(), d.Payment.ID)
	s.Good(err)
	s.Platform.SetBill(day, pay.BillLine{Kind: pay.BillTrade, Number: p.Number, Amount: p.PaidAmount, Received: p.PaidAmount})
	began := s.Now
	s.Now = day.End().Add(10 * time.Hour)
	books := reconcile.New(reconcile.Config{Store: s.DB.Reconciliations(), Money: s.Money, Real: time.Now, NewID: id.New,
		Now: func() time.Time { return s.Now }, Accounts: map[string]reconcile.Account{"alipay": {Biller: s.Platform}}})
	r, err := books.Begin(s.Context(), "alipay", day)
	s.Good(err)
	_, err = books.Sweep(s.Context())
	s.Good(err)
	s.Now = began
	return r.ID
}

func (s *shop) noticeOf(paymentID string) (found string) {
	s.Helper()
	s.Good(s.Raw.QueryRow(`SELECT id FROM notices WHERE payment_id = $1`, paymentID).Scan(&found))
	return found
}

func (s *shop) messageOf(orderID string) (found string) {
	s.Helper()
	s.Good(s.Raw.QueryRow(`SELECT id FROM messages WHERE key = $1`, "order.paid:"+orderID).Scan(&found))
	return found
}

// Each kind of inconsistency is found where it was planted, beside whatever
// else it breaks, and none is found before.
func TestEachPlantIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		s.refund(s.Paid())
		found := map[string]bool{}
		for _, p := range plants() {
			object := p.spoil(s)
			var fresh []string
			for _, f := range s.findings() {
				if !found[f] {
					fresh, found[f] = append(fresh, f), true
				}
			}
			hit := func(f string) bool {
				code, at, _ := strings.Cut(f, " ")
				return code == string(p.code) && (object == "" || at == object)
			}
			if !slices.ContainsFunc(fresh, hit) {
				t.Errorf("%s at %s was not found: %q", p.code, object, fresh)
			}
		}
	})
}

func TestEventNumbersAreHeldToTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		for range 3 {
			s.Paid()
		}
		s.Number() // 1 to 6
		s.Exec(`DROP INDEX events_seq`)
		s.Exec(`UPDATE events SET seq = 2 WHERE seq = 3`)
		s.Paid() // with 7 and 8 at once, or waiting for them
		s.Exec(`UPDATE numbering SET last = last + 1`)
		tally, err := proof.Check(t.Context(), s.DB.Books(), func(proof.Finding) error { return nil })
		numbered := map[string]int{store.SQLite: 8, store.Postgres: 6}[s.DB.Engine()]
		if err != nil || tally.Events != numbered || tally.Waiting != 8-numbered {
			t.Fatalf("%+v, %v", tally, err)
		}
		want := []string{"event_number_twice 2", "event_number_missing 3", fmt.Sprintf("event_number_last %d", numbered+1)}
		if d := cmp.Diff(want, s.findings()); d != "" {
			t.Fatal(d)
		}
	})
}

// A ledger of many pages is read to its end, each thing once.
func TestEveryPageIsRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		const many = 1203
		good := s.Order()
		s.Good(s.DB.Ledger().Update(t.Context(), func(tx pay.Tx) error {
			for i := range many {
				o := good.Order
				o.ID, o.Number, o.Attempts = fmt.Sprintf("ord_9%06d", i), fmt.Sprintf("N%08d", i), 0
				if i == 0 || i == 499 || i == 500 || i == many-1 {
					o.Status = "lost"
				}
				if err := tx.InsertOrder(t.Context(), o); err != nil {
					return err
				}
				created := event.Event{ID: id.New("evt"), Type: event.OrderCreated, Object: o.ID, Version: 1, At: s.Now}
				if err := tx.AddEvent(t.Context(), created); err != nil {
					return err
				}
			}
			return nil
		}))
		tally, err := proof.Check(t.Context(), s.DB.Books(), func(f proof.Finding) error {
			if f.Code != proof.OrderStatus {
				t.Errorf("%s %s", f.Code, f.Object)
			}
			return nil
		})
		s.Good(err)
		if tally.Orders != many+1 || tally.Findings != 4 {
			t.Fatalf("%+v", tally)
		}
	})
}
