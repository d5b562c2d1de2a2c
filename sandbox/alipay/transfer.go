package alipay

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/paypush/paypush/sandbox/world"
)

const (
	transferKind = "alipay.transfer"
	// leastTransfer is the least amount of a plain transfer.
	leastTransfer fen = 10
)

// transfer is money that the merchant sent to somebody.
type transfer struct {
	OutBizNo string `json:"out_biz_no"`
	OrderID  string `json:"order_id"`
	FundID   string `json:"pay_fund_order_id"`
	Payee    string `json:"payee"`
	Product  string `json:"product"`
	Amount   fen    `json:"amount"`
	At       moment `json:"at"`
}

// transfers holds all transfers by the merchant's number.
type transfers struct {
	mu  sync.Mutex
	all map[string]transfer
}

func (t *transfers) load(w *world.World, recall func(transfer)) error {
	t.all = map[string]transfer{}
	return w.Load(transferKind, func(id string, raw json.RawMessage) error {
		var one transfer
		if err := json.Unmarshal(raw, &one); err != nil {
			return err
		}
		t.all[id] = one
		recall(one)
		return nil
	})
}

// sendMoney answers alipay.fund.trans.uni.transfer. The same number with the
// same data answers the first transfer again.
func (p *Platform) sendMoney(c *call) reply {
	asked, no := p.readTransfer(c.biz)
	if no != nil {
		return refused(*no, nil)
	}
	p.transfers.mu.Lock()
	defer p.transfers.mu.Unlock()
	if done, again := p.transfers.all[asked.OutBizNo]; again {
		if done.Amount != asked.Amount || done.Payee != asked.Payee || done.Product != asked.Product {
			return refused(refuse("PAYMENT_INFO_INCONSISTENCY"), nil)
		}
		return success(done.fields())
	}
	if p.wallet.take(p.account.sellerID, asked.Amount) != nil {
		return refused(refuse("PAYER_BALANCE_NOT_ENOUGH"), nil)
	}
	p.wallet.add(asked.Payee, asked.Amount)
	asked.At = p.ledger.now()
	day := asked.At.time().In(china()).Format("20060102")
	asked.OrderID, asked.FundID = day+"1100"+randomDigits(20), day+"1101"+randomDigits(20)
	p.transfers.all[asked.OutBizNo] = asked
	if err := p.world.Put(transferKind, asked.OutBizNo, asked); err != nil {
		p.world.Logger().Error("alipay sandbox: a transfer was not kept", "err", err)
	}
	return success(asked.fields())
}

// payee is who receives a transfer.
type payee struct {
	Identity string `json:"identity"`
	Kind     string `json:"identity_type"`
	Name     string `json:"name"`
}

func (p *Platform) readTransfer(b biz) (transfer, *refusal) {
	t := transfer{OutBizNo: b.text("out_biz_no"), Product: b.text("product_code")}
	no := refuse("INVALID_PARAMETER")
	amount, err := parseFen(b.text("trans_amount"))
	if t.OutBizNo == "" || len(t.OutBizNo) > 64 || err != nil {
		return t, &no
	}
	t.Amount = amount
	if t.Product != "TRANS_ACCOUNT_NO_PWD" && t.Product != "STD_RED_PACKET" || t.Product == "TRANS_ACCOUNT_NO_PWD" && amount < leastTransfer {
		return t, &no
	}
	var to payee
	if json.Unmarshal(b["payee_info"], &to) != nil || to.Identity == "" {
		return t, &no
	}
	found := p.account.receiver(to)
	if found == nil {
		no = refuse("PAYEE_NOT_EXIST")
		return t, &no
	}
	if to.Name != "" && !strings.HasPrefix(found.Name, to.Name) {
		no = refuse("PAYEE_USER_INFO_ERROR")
		return t, &no
	}
	t.Payee = found.ID
	return t, nil
}

func (a *account) receiver(to payee) *buyer {
	for i, b := range a.buyers {
		id := map[string]string{"ALIPAY_USER_ID": b.ID, "ALIPAY_LOGON_ID": b.LogonID, "ALIPAY_OPEN_ID": b.OpenID}[to.Kind]
		if id == to.Identity {
			return &a.buyers[i]
		}
	}
	return nil
}

func (t transfer) fields() fields {
	return fields{
		"out_biz_no": t.OutBizNo, "order_id": t.OrderID, "pay_fund_order_id": t.FundID,
		"status": "SUCCESS", "trans_date": t.At.wire(),
	}
}

// queryTransfer answers alipay.fund.trans.common.query.
func (p *Platform) queryTransfer(c *call) reply {
	out, order, fund := c.biz.text("out_biz_no"), c.biz.text("order_id"), c.biz.text("pay_fund_order_id")
	if out+order+fund == "" {
		return refused(refuse("INVALID_PARAMETER"), nil)
	}
	p.transfers.mu.Lock()
	defer p.transfers.mu.Unlock()
	for _, t := range p.transfers.all {
		if t.OrderID == order || t.FundID == fund || t.OutBizNo == out && order+fund == "" {
			f := t.fields()
			delete(f, "trans_date")
			f["pay_date"], f["trans_amount"] = t.At.wire(), t.Amount.String()
			return success(f)
		}
	}
	return refused(refuse("ORDER_NOT_EXIST"), nil)
}
