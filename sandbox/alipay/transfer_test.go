package alipay_test

import (
	"maps"
	"testing"
)

func TestTransfers(t *testing.T) {
	b := newBench(t)
	people := b.people()
	payee := people.Buyers[2]
	base := map[string]any{
		"out_biz_no": "t1", "trans_amount": "12.34", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER",
		"payee_info": map[string]string{"identity": payee.ID, "identity_type": "ALIPAY_USER_ID", "name": "王五"},
	}
	send := func(change map[string]any) answer {
		biz := maps.Clone(base)
		maps.Copy(biz, change)
		return b.do("alipay.fund.trans.uni.transfer", biz)
	}
	first := send(nil)
	first.want(t, "10000", "")
	if first.field("status") != "SUCCESS" || first.field("order_id") == "" {
		t.Errorf("answered %s", first.inner)
	}
	if again := send(nil); again.field("order_id") != first.field("order_id") {
		t.Errorf("the repeat is another transfer: %s", again.inner)
	}
	to := func(identity, kind, name string) map[string]any {
		return map[string]any{"out_biz_no": "t2", "payee_info": map[string]string{"identity": identity, "identity_type": kind, "name": name}}
	}
	tests := []struct {
		name   string
		change map[string]any
		sub    string
	}{
		{"other data", map[string]any{"trans_amount": "12.35"}, "PAYMENT_INFO_INCONSISTENCY"},
		{"too much", map[string]any{"out_biz_no": "t2", "trans_amount": "1000000"}, "PAYER_BALANCE_NOT_ENOUGH"},
		{"too little", map[string]any{"out_biz_no": "t2", "trans_amount": "0.09"}, "INVALID_PARAMETER"},
		{"no number", map[string]any{"out_biz_no": ""}, "INVALID_PARAMETER"},
		{"no payee", map[string]any{"out_biz_no": "t2", "payee_info": nil}, "INVALID_PARAMETER"},
		{"a stranger", to("2088000000000000", "ALIPAY_USER_ID", ""), "PAYEE_NOT_EXIST"},
		{"another name", to(payee.ID, "ALIPAY_USER_ID", "赵六"), "PAYEE_USER_INFO_ERROR"},
		{"by logon id", to("buyer3@sandbox.example", "ALIPAY_LOGON_ID", ""), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a := send(tt.change); a.field("sub_code") != tt.sub {
				t.Errorf("answered %s", a.inner)
			}
		})
	}
	after := b.people()
	if got := after.Buyers[2].Balance - payee.Balance; got != 2*1234 {
		t.Errorf("the payee received %d", got)
	}
	if paid := people.Seller.Balance - after.Seller.Balance; paid != 2*1234 {
		t.Errorf("the merchant paid %d", paid)
	}
	found := b.do("alipay.fund.trans.common.query", map[string]any{"out_biz_no": "t1"})
	if found.field("order_id") != first.field("order_id") || found.field("trans_amount") != "12.34" {
		t.Errorf("the query says %s", found.inner)
	}
	b.do("alipay.fund.trans.common.query", map[string]any{"out_biz_no": "t9"}).want(t, "40004", "ORDER_NOT_EXIST")
	b.do("alipay.fund.trans.common.query", map[string]any{}).want(t, "40004", "INVALID_PARAMETER")
}
