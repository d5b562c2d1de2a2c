// Package alipay translates the Alipay client to the domain of money, once:
// numbers, amounts, states and errors. It decides nothing; what a report means
// for an order is the domain's affair.
package alipay

import (
	"context"
	"errors"

	client "github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// Account collects money through one Alipay app. It is a [pay.Provider] and a
// [pay.Listener], and safe for any number of goroutines.
type Account struct {
	client    *client.Client
	notifyURL string
	returnURL string
}

// New makes an account. Alipay posts notices to notifyURL and sends payers'
// browsers back to returnURL; neither may have a query.
func New(c *client.Client, notifyURL, returnURL string) *Account {
	return &Account{client: c, notifyURL: notifyURL, returnURL: returnURL}
}

var (
	_ pay.Provider = (*Account)(nil)
	_ pay.Listener = (*Account)(nil)
)

// Link signs the address of Alipay's cashier, for a desk ("alipay.page") or a
// phone ("alipay.wap"). It expires with the payment.
func (a *Account) Link(_ context.Context, p pay.Payment, subject, _ string) (string, error) {
	o := client.Order{OutTradeNo: p.Number, TotalAmount: client.Fen(p.Amount), Subject: subject, TimeExpire: p.ExpiresAt}
	var link string
	var err error
	switch p.Channel {
	case "alipay.page":
		link, err = a.client.PagePayURL(client.PagePay{Order: o, NotifyURL: a.notifyURL, ReturnURL: a.returnURL})
	case "alipay.wap":
		link, err = a.client.WapPayURL(client.WapPay{Order: o, NotifyURL: a.notifyURL, ReturnURL: a.returnURL})
	default:
		return "", pay.ErrNoChannel
	}
	return link, translate("alipay.Link", err)
}

// Query follows alipay.trade.query.
func (a *Account) Query(ctx context.Context, number string) (pay.Report, error) {
	t, err := a.client.Query(ctx, client.Query{TradeRef: client.TradeRef{OutTradeNo: number}})
	if errors.Is(err, client.TradeNotExist) {
		return pay.Report{Number: number, State: pay.TradeAbsent}, nil
	}
	if err != nil {
		return pay.Report{}, translate("alipay.Query", err)
	}
	r := pay.Report{Number: t.OutTradeNo, TradeNo: t.TradeNo, Amount: pay.Amount(t.TotalAmount),
		Buyer: t.BuyerLogonID, PaidAt: t.Paid}
	r.State = stateOf(t.Status, !t.Paid.IsZero())
	return r, nil
}

// Close follows alipay.trade.close. What the platform refuses to close is
// queried, so that the report says what it is.
func (a *Account) Close(ctx context.Context, number string) (pay.Report, error) {
	_, err := a.client.Close(ctx, client.Close{TradeRef: client.TradeRef{OutTradeNo: number}})
	switch {
	case err == nil:
		return pay.Report{Number: number, State: pay.TradeClosed}, nil
	case errors.Is(err, client.TradeNotExist):
		return pay.Report{Number: number, State: pay.TradeAbsent}, nil
	}
	var e *client.Error
	if errors.As(err, &e) && e.Rejected() {
		return a.Query(ctx, number)
	}
	return pay.Report{}, translate("alipay.Close", err)
}

// ReadNotice follows the asynchronous notice of alipay.trade.page.pay. A
// notice whose signature is good is reported even where it is for another app
// or seller: it is Foreign then.
func (a *Account) ReadNotice(p pay.Posted) (pay.Report, error) {
	n, err := a.client.ParseNotice(p.Body)
	if n == nil {
		return pay.Report{}, pay.ErrForged.Because("alipay.ReadNotice", err)
	}
	digest := n.Digest()
	if errors.Is(err, client.ErrMalformed) {
		// Genuine and yet unreadable: it is kept as one that matches nothing.
		return pay.Report{Number: n.OutTradeNo, State: pay.TradeSucceeded, Foreign: true, Digest: digest[:]}, nil
	}
	r := pay.Report{Number: n.OutTradeNo, TradeNo: n.TradeNo, Amount: pay.Amount(n.TotalAmount),
		Buyer: n.BuyerLogonID, PaidAt: n.PaidAt, Foreign: err != nil, Vague: n.Ambiguous(), Digest: digest[:]}
	r.State = stateOf(n.Status, n.Refund())
	return r, nil
}

// ReadReturn follows the return of alipay.trade.page.pay.
func (a *Account) ReadReturn(query string) (string, error) {
	r, err := a.client.ParseReturn(query)
	if err != nil {
		return "", pay.ErrForged.Because("alipay.ReadReturn", err)
	}
	return r.OutTradeNo, nil
}

// stateOf translates a trade's state. A closed trade that money had moved for
// was refunded in full; one without was never paid.
func stateOf(s client.TradeStatus, moved bool) pay.TradeState {
	switch {
	case s.Paid():
		return pay.TradeSucceeded
	case s == client.TradeClosed && moved:
		return pay.TradeReturned
	case s == client.TradeClosed:
		return pay.TradeClosed
	}
	return pay.TradeWaiting
}

// translate gives a failed call the domain's kind: what may have happened is
// unknown, what surely did not is unavailable or rejected.
func translate(op string, err error) error {
	var e *client.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return fault.Wrap(op, err)
	case errors.Is(err, client.ErrInvalid):
		return fault.New(fault.Invalid, "alipay_refused", "Alipay's rules do not allow this order.").Because(op, err)
	case e.Rejected():
		return fault.New(fault.Rejected, "alipay_rejected", "Alipay refused the request.").Because(op, err)
	case e.Unknown() && !e.Retryable():
		return fault.New(fault.Unknown, "alipay_unknown", "Alipay did not answer; the outcome is not known yet.").Because(op, err)
	}
	return fault.New(fault.Unavailable, "alipay_unavailable", "Alipay can't be reached now. Try again.").Because(op, err)
}
