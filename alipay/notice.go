package alipay

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Notice is what Alipay posts to a notify URL when a trade has changed. Amounts
// and times that the notice does not carry are zero; times are UTC.
type Notice struct {
	// ID is the same over all sends of one notice; Type is "trade_status_sync" for
	// trades.
	ID, Type string
	// AppID made the call, AuthAppID is the merchant's app when a service provider did.
	AppID, AuthAppID string
	// TradeNo is Alipay's number of the trade, OutTradeNo the merchant's.
	TradeNo, OutTradeNo string
	// Status is the trade's state. A notice about a refund repeats it, so Paid is
	// not told by it alone: see [Notice.Paid].
	Status TradeStatus
	// TotalAmount is what the order asked for. Compare it with the order's own.
	TotalAmount Fen
	// ReceiptAmount is what the merchant receives, BuyerPayAmount what the buyer
	// paid, PointAmount the part in points, InvoiceAmount what may be invoiced.
	ReceiptAmount, BuyerPayAmount, PointAmount, InvoiceAmount Fen
	// RefundFee is what has been given back of the trade so far, SendBackFee what
	// this refund gave back, OutRequestNo the number of this refund (out_biz_no).
	RefundFee, SendBackFee Fen
	OutRequestNo           string
	// SellerID and SellerEmail name the payee.
	SellerID, SellerEmail string
	// BuyerID or BuyerOpenID names the buyer; BuyerLogonID is masked.
	BuyerID, BuyerOpenID, BuyerLogonID string
	// Subject and Body are the order's.
	Subject, Body string
	// PassbackParams is the order's text. The platform sends it URL-encoded or
	// decoded; here it is decoded if it can be. Get has it as it came.
	PassbackParams string
	// Created, PaidAt, RefundedAt and ClosedAt are of the trade; Sent is of this send.
	Created, PaidAt, RefundedAt, ClosedAt, Sent time.Time

	params []param
}

// ParseNotice verifies the raw body of a notice and reads it. It looks at nothing
// else: neither the media type, which Alipay sometimes spells wrongly, nor the
// query of the URL. It is a pure function of its arguments and the client's keys.
//
// The notice is non-nil exactly when the signature is good. Then the error is nil,
// or matches [ErrAccount] if the notice is for another app or seller than the
// configured ones, or [ErrMalformed] if a field can't be read. Without a good
// signature the error matches [ErrSignature], or [ErrMalformed] for a body that is
// no form, repeats a name, or is larger than 256 KiB.
//
// A genuine notice proves only what it says: the order, its amount and the state
// have to be compared before anything is settled, and it may come many times, late
// and out of order. Answer [Success] once its effects are stored.
func (c *Client) ParseNotice(body []byte) (*Notice, error) {
	params, err := parseForm(string(body))
	if err != nil {
		return nil, fmt.Errorf("alipay: notice: %w", err)
	}
	if err := c.verifyCallback(params, len(body)); err != nil {
		return nil, fmt.Errorf("alipay: notice: %w", err)
	}
	decodeCharset(params)
	n := &Notice{params: params}
	if err := n.read(); err != nil {
		return n, fmt.Errorf("alipay: notice: %w", err)
	}
	if err := c.checkAccount(n.AppID, n.SellerID, n.Status != ""); err != nil {
		return n, fmt.Errorf("alipay: notice: %w", err)
	}
	return n, nil
}

// checkAccount compares whom a genuine callback is meant for. The seller is
// needed in those that are about a trade.
func (c *Client) checkAccount(appID, sellerID string, trade bool) error {
	if appID != c.appID {
		return fmt.Errorf("%w: app_id %.32q", ErrAccount, appID)
	}
	if c.sellerID != "" && sellerID != c.sellerID && (trade || sellerID != "") {
		return fmt.Errorf("%w: seller_id %.32q", ErrAccount, sellerID)
	}
	return nil
}

// Paid reports that the notice is about money that came, not about a refund of it.
func (n *Notice) Paid() bool { return n.Status.Paid() && !n.Refund() }

// Refund reports that the notice is about money that went back.
func (n *Notice) Refund() bool { return n.RefundFee != 0 || !n.RefundedAt.IsZero() }

// Get answers any field of the notice by its platform name, decoded once and as
// UTF-8; a missing field is the empty string.
func (n *Notice) Get(name string) string { return lookup(n.params, name) }

// Digest is the SHA-256 of what the notice says, the same for every way of
// writing it down: a notice whose fields were put in another order, encoded
// otherwise, or given companions that no signature covers has the digest of the
// original, so that by it a repetition is known for one. Two sends differ, since
// each names its own time.
func (n *Notice) Digest() [sha256.Size]byte {
	return sha256.Sum256(appendOther(make([]byte, 0, 2<<10), n.params))
}

// Ambiguous reports that the signed text can also be cut into other fields: a
// value holds "&" and then "=", as in a subject "a&b=c". The signature covers
// the fields joined by "&", so whoever can choose such a subject and sees the
// notice can post it as one about another order. Ask the platform with
// [Client.Query] before you settle anything by an ambiguous notice.
func (n *Notice) Ambiguous() bool {
	for _, p := range n.params {
		if _, rest, ok := strings.Cut(p.value, "&"); ok && strings.Contains(rest, "=") && p.name != "sign" {
			return true
		}
	}
	return false
}

// FundBills says where the money came from; it is decoded at every call.
func (n *Notice) FundBills() ([]FundBill, error) {
	text := n.Get("fund_bill_list")
	if text == "" {
		return nil, nil
	}
	var bills []struct {
		Channel string `json:"fundChannel"`
		Amount  Fen    `json:"amount"`
	}
	if err := json.Unmarshal([]byte(text), &bills); err != nil {
		return nil, fmt.Errorf("alipay: notice: %w: fund_bill_list: %w", ErrMalformed, err)
	}
	out := make([]FundBill, len(bills))
	for i, b := range bills {
		out[i] = FundBill{Channel: b.Channel, Amount: b.Amount}
	}
	return out, nil
}

func (n *Notice) read() error {
	var failed error
	for _, p := range n.params {
		if p.value == "" {
			continue
		}
		if err := n.set(p.name, p.value); err != nil && failed == nil {
			failed = fmt.Errorf("%w: field %s", ErrMalformed, p.name)
		}
	}
	return failed
}

func (n *Notice) set(name, value string) (err error) {
	if dst := n.text(name); dst != nil {
		*dst = value
	} else if dst := n.amount(name); dst != nil {
		*dst, err = ParseFen(value)
	} else if dst := n.time(name); dst != nil {
		*dst, err = parseTime(value)
	} else if name == "trade_status" {
		n.Status = TradeStatus(value)
	} else if name == "passback_params" {
		n.PassbackParams = passback(value)
	}
	return err
}

func passback(value string) string {
	if text, err := url.QueryUnescape(value); err == nil {
		return text
	}
	return value
}
