package alipay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// tradeView is a trade as the control calls show it. Amounts are in fen, times
// in UTC.
type tradeView struct {
	OutTradeNo string       `json:"out_trade_no"`
	TradeNo    string       `json:"trade_no"`
	AppID      string       `json:"app_id"`
	Method     string       `json:"method"`
	Status     string       `json:"status"`
	Subject    string       `json:"subject"`
	Amount     fen          `json:"amount"`
	Paid       fen          `json:"paid"`
	Refunded   fen          `json:"refunded"`
	BuyerID    string       `json:"buyer_id"`
	CreatedAt  time.Time    `json:"created_at"`
	ExpiresAt  time.Time    `json:"expires_at"`
	PaidAt     *time.Time   `json:"paid_at,omitempty"`
	ClosedAt   *time.Time   `json:"closed_at,omitempty"`
	Cashier    string       `json:"cashier_url"`
	ReturnURL  string       `json:"return_url,omitempty"`
	NotifyURL  string       `json:"notify_url,omitempty"`
	Refunds    []refundView `json:"refunds"`
	Notices    []noticeView `json:"notices"`
}

type refundView struct {
	RequestNo string    `json:"out_request_no"`
	Amount    fen       `json:"amount"`
	Reason    string    `json:"reason,omitempty"`
	Time      time.Time `json:"time"`
}

type noticeView struct {
	ID       string        `json:"notify_id"`
	Status   string        `json:"trade_status"`
	State    string        `json:"state"`
	NextTime *time.Time    `json:"next_time,omitempty"`
	Attempts []attemptView `json:"attempts"`
}

type attemptView struct {
	Time   time.Time `json:"time"`
	Status int       `json:"status"`
	Answer string    `json:"answer"`
	Error  string    `json:"error,omitempty"`
	Manual bool      `json:"manual,omitempty"`
	Faults string    `json:"faults,omitempty"`
}

// view describes a locked trade. Once it is paid, its return_url is the signed
// one to which the cashier sends the browser.
func (p *Platform) view(t *trade) tradeView {
	v := tradeView{
		OutTradeNo: t.OutTradeNo, TradeNo: t.TradeNo, AppID: t.AppID, Method: t.Method, Status: t.State,
		Subject: t.Subject, Amount: t.Amount, Paid: t.Paid, Refunded: t.Refunded, BuyerID: t.Buyer,
		CreatedAt: t.Created.time(), ExpiresAt: t.Expires.time(), PaidAt: t.PaidAt.maybe(), ClosedAt: t.ClosedAt.maybe(),
		Cashier: p.cashierURL(t.TradeNo), ReturnURL: t.ReturnURL, NotifyURL: t.NotifyURL,
		Refunds: []refundView{}, Notices: []noticeView{},
	}
	for _, r := range t.Refunds {
		v.Refunds = append(v.Refunds, refundView{RequestNo: r.RequestNo, Amount: r.Amount, Reason: r.Reason, Time: r.At.time()})
	}
	for _, n := range t.Notices {
		v.Notices = append(v.Notices, viewNotice(n))
	}
	return v
}

func viewNotice(n *notice) noticeView {
	v := noticeView{ID: n.ID, Status: n.State, State: n.progress(), NextTime: n.Due.maybe(), Attempts: []attemptView{}}
	for _, a := range n.Attempts {
		v.Attempts = append(v.Attempts, viewAttempt(a))
	}
	return v
}

func viewAttempt(a attempt) attemptView {
	return attemptView{
		Time: a.At.time(), Status: a.Status, Answer: a.Answer, Error: a.Error, Manual: a.Manual, Faults: a.Faults,
	}
}

// progress says how far a notice has come.
func (n *notice) progress() string {
	switch {
	case n.Acked:
		return "acknowledged"
	case n.Due != 0:
		return "pending"
	}
	return "failed"
}

// maybe is the time, or nil for never.
func (m moment) maybe() *time.Time {
	if m == 0 {
		return nil
	}
	t := m.time()
	return &t
}

type sums struct {
	PaidCount int `json:"paid_count"`
	Paid      fen `json:"paid"`
	Refunded  fen `json:"refunded"`
}

type truthTrade struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
	Status     string `json:"status"`
	Amount     fen    `json:"amount"`
	Paid       fen    `json:"paid"`
	Refunded   fen    `json:"refunded"`
}

// Truth returns what [Platform.TellTruth] tells.
func (p *Platform) Truth() any {
	var all bytes.Buffer
	p.TellTruth(&all) //nolint:errcheck // a buffer takes everything
	return json.RawMessage(all.Bytes())
}

// TellTruth writes, for checkers, every trade that the platform knows, oldest
// first, and then the sums, all in fen, as one JSON object. A million trades
// are never held as text at once. It ends at the first error of w.
func (p *Platform) TellTruth(w io.Writer) error {
	out := bufio.NewWriter(w)
	each := json.NewEncoder(out)
	each.SetEscapeHTML(false)
	var all sums
	next := `{"trades":[`
	for _, t := range p.ledger.oldest() {
		p.ledger.lock(t)
		r, known := t.record, t.exists()
		t.mu.Unlock()
		if !known {
			continue
		}
		all.add(&r)
		out.WriteString(next) //nolint:errcheck // told by Encode and Flush
		if err := each.Encode(truthTrade{
			OutTradeNo: r.OutTradeNo, TradeNo: r.TradeNo, Status: r.State,
			Amount: r.Amount, Paid: r.Paid, Refunded: r.Refunded,
		}); err != nil {
			return err
		}
		next = ","
	}
	if next != "," {
		out.WriteString(next) //nolint:errcheck // told by Flush
	}
	fmt.Fprintf(out, `],"paid_count":%d,"paid":%d,"refunded":%d}`, all.PaidCount, all.Paid, all.Refunded) //nolint:errcheck // told by Flush
	return out.Flush()
}

// Sums returns what Truth adds up, without the trades.
func (p *Platform) Sums() any {
	var all sums
	for _, t := range p.ledger.oldest() {
		t.mu.Lock()
		all.add(&t.record)
		t.mu.Unlock()
	}
	return all
}

func (a *sums) add(r *record) {
	if r.paid() {
		a.PaidCount++
	}
	a.Paid += r.Paid
	a.Refunded += r.Refunded
}
