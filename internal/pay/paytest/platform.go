// Package paytest is a small payment platform for tests of the domain of
// money: it keeps trades, takes money, answers queries and signs notices. It
// stands behind both ports, [pay.Provider] and [pay.Listener].
//
// It speaks no real platform's language; for those there is the sandbox.
//
// The rule that surprises: like a real platform it knows a trade only once the
// payer has opened the link, and it does not forget one that was closed.
package paytest

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// Platform is one merchant account at the platform. It is safe for any number
// of goroutines.
type Platform struct {
	account string
	now     func() time.Time
	key     [32]byte
	mu      sync.Mutex
	trades  map[string]*trade
	serial  int
	down    error
	trouble func(call string) (before, after error)
	queries int
	bills   map[pay.Day][]pay.BillLine
}

type trade struct {
	pay.Report
	refunds  map[string]pay.Amount // by request number
	refunded pay.Amount
}

var (
	_ pay.Provider = (*Platform)(nil)
	_ pay.Listener = (*Platform)(nil)
)

// New makes the platform of an account, with a key of its own.
func New(account string, now func() time.Time) *Platform {
	p := &Platform{account: account, now: now, trades: make(map[string]*trade)}
	rand.Read(p.key[:]) //nolint:errcheck // crypto/rand.Read never fails
	return p
}

// Link implements [pay.Provider].
func (p *Platform) Link(_ context.Context, v pay.Payment, subject, orderID string) (string, error) {
	q := url.Values{"number": {v.Number}, "amount": {strconv.FormatInt(int64(v.Amount), 10)},
		"subject": {subject}, "order": {orderID}, "until": {v.ExpiresAt.Format(time.RFC3339)}}
	return "https://platform.test/pay?" + q.Encode(), nil
}

// Query implements [pay.Provider].
func (p *Platform) Query(_ context.Context, number string) (pay.Report, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queries++
	return during(p, "query", func() (pay.Report, error) { return p.report(number) })
}

// Close implements [pay.Provider].
func (p *Platform) Close(_ context.Context, number string) (pay.Report, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return during(p, "close", func() (pay.Report, error) {
		if t := p.trades[number]; t != nil && t.State == pay.TradeWaiting {
			t.State = pay.TradeClosed
		}
		return p.report(number)
	})
}

// during does what a call asks for, with the trouble on its way there and back.
func during[T any](p *Platform, call string, do func() (T, error)) (T, error) {
	var before, after error
	if p.trouble != nil {
		before, after = p.trouble(call)
	}
	var none T
	if before = cmp.Or(p.down, before); before != nil {
		return none, before
	}
	v, err := do()
	if err == nil && after != nil {
		return none, after
	}
	return v, err
}

func (p *Platform) report(number string) (pay.Report, error) {
	t := p.trades[number]
	if t == nil {
		return pay.Report{Number: number, State: pay.TradeAbsent}, nil
	}
	r := t.Report
	if t.refunded > 0 && t.refunded == t.Amount {
		r.State = pay.TradeReturned
	}
	return r, nil
}

// Trouble has fn decide about each call, by its name ("query", "close",
// "refund", "query refund"): an error before keeps the platform from hearing of
// it, an error after loses the answer. A nil fn ends the trouble.
func (p *Platform) Trouble(fn func(call string) (before, after error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = fn
}

// Down makes every call fail with err until it is called with nil.
func (p *Platform) Down(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = err
}

// Queries tells how often the platform was asked.
func (p *Platform) Queries() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queries
}

// Truth lists every trade by its number.
func (p *Platform) Truth() map[string]pay.Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[string]pay.Report, len(p.trades))
	for number, t := range p.trades {
		all[number] = t.Report
	}
	return all
}

// Expire closes every trade that still waits for its payer.
func (p *Platform) Expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.trades {
		if t.State == pay.TradeWaiting {
			t.State = pay.TradeClosed
		}
	}
}

// Open is the payer opening a payment's link: the platform knows it now.
func (p *Platform) Open(number string, amount pay.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trades[number] == nil {
		p.serial++
		p.trades[number] = &trade{Report: pay.Report{Number: number, TradeNo: "P" + strconv.Itoa(p.serial),
			State: pay.TradeWaiting, Amount: amount}}
	}
}

// Pay opens a link, pays whatever amount is named, and returns the notice.
func (p *Platform) Pay(number string, amount pay.Amount) pay.Posted {
	p.Open(number, amount)
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.trades[number]
	t.State, t.Buyer, t.PaidAt = pay.TradeSucceeded, "buyer***", p.now().UTC().Truncate(time.Second)
	return p.post(t.Report)
}

// Notice returns another notice of the trade as it is now; its bytes differ
// from every earlier one.
func (p *Platform) Notice(number string) pay.Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.post(p.trades[number].Report)
}

// Say signs a notice with any content, true or not.
func (p *Platform) Say(r pay.Report) pay.Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.post(r)
}

func (p *Platform) post(r pay.Report) pay.Posted {
	p.serial++
	v := url.Values{"id": {strconv.Itoa(p.serial)}, "number": {r.Number}, "trade": {r.TradeNo}, "state": {string(r.State)},
		"amount": {strconv.FormatInt(int64(r.Amount), 10)}, "buyer": {r.Buyer}, "foreign": {strconv.FormatBool(r.Foreign)}}
	if !r.PaidAt.IsZero() {
		v.Set("paid", r.PaidAt.Format(time.RFC3339))
	}
	v.Set("sign", p.sign(v))
	return pay.Posted{Account: p.account, Body: []byte(v.Encode()), Remote: "192.0.2.1:443",
		Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}}
}

func (p *Platform) sign(v url.Values) string {
	m := hmac.New(sha256.New, p.key[:])
	m.Write([]byte(v.Encode()))
	return hex.EncodeToString(m.Sum(nil))
}

// ReadNotice implements [pay.Listener].
func (p *Platform) ReadNotice(posted pay.Posted) (pay.Report, error) {
	v, err := p.verify(string(posted.Body))
	if err != nil {
		return pay.Report{}, err
	}
	amount, err := strconv.ParseInt(v.Get("amount"), 10, 64)
	if err != nil {
		return pay.Report{}, pay.ErrForged
	}
	r := pay.Report{Number: v.Get("number"), TradeNo: v.Get("trade"), State: pay.TradeState(v.Get("state")),
		Amount: pay.Amount(amount), Buyer: v.Get("buyer"), Foreign: v.Get("foreign") == "true"}
	if s := v.Get("paid"); s != "" {
		if r.PaidAt, err = time.Parse(time.RFC3339, s); err != nil {
			return pay.Report{}, pay.ErrForged
		}
	}
	return r, nil
}

// ReturnQuery signs the query string with which the payer's browser comes back.
func (p *Platform) ReturnQuery(number string) string {
	v := url.Values{"number": {number}}
	v.Set("sign", p.sign(v))
	return v.Encode()
}

// ReadReturn implements [pay.Listener].
func (p *Platform) ReadReturn(query string) (string, error) {
	v, err := p.verify(query)
	if err != nil {
		return "", err
	}
	return v.Get("number"), nil
}

func (p *Platform) verify(s string) (url.Values, error) {
	v, err := url.ParseQuery(s)
	if err != nil {
		return nil, pay.ErrForged
	}
	sign := v.Get("sign")
	v.Del("sign")
	if !hmac.Equal([]byte(sign), []byte(p.sign(v))) {
		return nil, pay.ErrForged
	}
	return v, nil
}

// ErrDown is what a platform that can't be reached fails with.
var ErrDown = fault.New(fault.Unknown, "platform_unknown", "The platform did not answer.")
