package proof_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/store/storetest"
)

// truth writes the platform's ledger as the sandbox does.
func truth(twice int, trades ...proof.Trade) string {
	var lines []string
	var count, paid, refunded int64
	for _, t := range trades {
		lines = append(lines, fmt.Sprintf(`{"out_trade_no":%q,"status":"x","amount":1,"paid":%d,"refunded":%d}`, t.Number, t.Paid, t.Refunded))
		paid, refunded = paid+int64(t.Paid), refunded+int64(t.Refunded)
		if t.Paid > 0 {
			count++
		}
	}
	return fmt.Sprintf(`{"alipay":{"trades":[%s],"paid_count":%d,"paid":%d,"refunded":%d},"other":{"a":[1]},"wechat":{"recipients_twice":%d}}`,
		strings.Join(lines, ","), count, paid, refunded, twice)
}

func TestTheLedgerEqualsThePlatforms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		open, first, second := s.Order(), s.Paid(), s.Paid()
		s.refund(second)
		s.rest()
		a := proof.Trade{Number: first.Payment.Number, Paid: 1230}
		b := proof.Trade{Number: second.Payment.Number, Paid: 1230, Refunded: 230}
		unpaid := []proof.Trade{{Number: open.Payment.Number}, {Number: "STRANGER0"}}
		with := func(t proof.Trade, change func(*proof.Trade)) proof.Trade { change(&t); return t }
		for name, c := range map[string]struct {
			twice  int
			trades []proof.Trade
			want   []proof.Code
		}{
			"equal":          {0, append(unpaid, a, b), nil},
			"told twice":     {2, append(unpaid, a, b), []proof.Code{proof.TruthTwice}},
			"more there":     {0, []proof.Trade{a, b, {Number: "STRANGER1", Paid: 5}}, []proof.Code{proof.TruthMissing, proof.TruthSums}},
			"another sum":    {0, []proof.Trade{with(a, func(t *proof.Trade) { t.Paid++ }), b}, []proof.Code{proof.TruthPaid, proof.TruthSums}},
			"another refund": {0, []proof.Trade{a, with(b, func(t *proof.Trade) { t.Refunded = 0 })}, []proof.Code{proof.TruthRefunded, proof.TruthSums}},
			"less there":     {0, []proof.Trade{a}, []proof.Code{proof.TruthSums, proof.TruthAbsent}},
		} {
			t.Run(name, func(t *testing.T) {
				var got []proof.Code
				ask := func(_ context.Context, number string) (bool, error) {
					return slices.ContainsFunc(c.trades, func(t proof.Trade) bool { return t.Number == number }), nil
				}
				_, err := proof.Compare(t.Context(), s.DB.Books(), strings.NewReader(truth(c.twice, c.trades...)), ask, func(f proof.Finding) error {
					got = append(got, f.Code)
					return nil
				})
				if err != nil || !slices.Equal(got, c.want) {
					t.Fatalf("%q, %v", got, err)
				}
			})
		}
		for _, bad := range []string{"", "[]", `{"alipay":[]}`, `{"alipay":{"trades":{}}}`, truth(0, a, b)[:40]} {
			_, err := proof.Compare(t.Context(), s.DB.Books(), strings.NewReader(bad), nil, func(proof.Finding) error { return nil })
			if err == nil {
				t.Errorf("%q was taken for a ledger", bad)
			}
		}
	})
}
