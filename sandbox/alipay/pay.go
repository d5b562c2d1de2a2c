package alipay

import "errors"

var (
	errNotPayable = errors.New("the trade is not waiting for a payment")
	errNoBuyer    = errors.New("there is no such buyer")
)

// pay lets a buyer pay a locked trade. An amount of zero is the one that was
// asked for; another one is what a test wants to see paid instead.
func (p *Platform) pay(t *trade, buyerID string, amount fen) error {
	if buyerID != "" && !p.account.knows(buyerID) {
		return errNoBuyer
	}
	if t.State != stateWaiting {
		return errNotPayable
	}
	if amount == 0 {
		amount = t.Amount
	}
	from := p.account.buyer(orElse(buyerID, t.Buyer)).ID
	if err := p.wallet.take(from, amount); err != nil {
		return err
	}
	p.ledger.reroute(t, func(r *route) { r.Buyer = from })
	t.State, t.Paid, t.PaidAt = stateSuccess, amount, p.ledger.now()
	p.wallet.add(p.account.sellerID, amount-feeOf(amount))
	t.forgetExpiry()
	p.announcePaid(t)
	p.ledger.keep(t)
	return nil
}

// scan makes a code's trade visible, as if a buyer had pointed a phone at it.
func (p *Platform) scan(t *trade) {
	if t.State == stateHidden && t.ClosedAt == 0 {
		t.State = stateWaiting
		p.ledger.keep(t)
	}
}
