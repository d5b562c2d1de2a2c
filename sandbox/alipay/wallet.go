package alipay

import (
	"errors"
	"sync"
)

const (
	// sellerFloat is what the merchant owns before the first trade, so that
	// transfers can be tried at once.
	sellerFloat fen = 100_000 * 100
	// feePerMille is the service fee in tenths of a percent.
	feePerMille = 6
)

var errPoor = errors.New("the balance is not enough")

// wallet holds everybody's money. It is never written down: it follows from
// the trades, transfers and gifts in the journal.
type wallet struct {
	mu       sync.Mutex
	balances map[string]fen
}

func newWallet(a *account) *wallet {
	w := &wallet{balances: map[string]fen{a.sellerID: sellerFloat}}
	for _, b := range a.buyers {
		w.balances[b.ID] = b.start
	}
	return w
}

func (w *wallet) of(owner string) fen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.balances[owner]
}

// add changes a balance by an amount that may be negative, whatever comes out.
func (w *wallet) add(owner string, amount fen) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.balances[owner] += amount
}

// take lowers a balance, or fails when it is not enough.
func (w *wallet) take(owner string, amount fen) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.balances[owner] < amount {
		return errPoor
	}
	w.balances[owner] -= amount
	return nil
}

// feeOf is the service fee of an amount, rounded to the nearest fen.
func feeOf(amount fen) fen { return (amount*feePerMille + 500) / 1000 }

// feeLeft is the fee that stays with the platform after refunds: the part of
// the fee that belongs to refunded money is given back.
func (r *record) feeLeft() fen { return feeOf(r.Paid - r.Refunded) }

// recallTransfer books a transfer from the journal.
func (p *Platform) recallTransfer(t transfer) {
	p.wallet.add(p.account.sellerID, -t.Amount)
	p.wallet.add(t.Payee, t.Amount)
}

// recall books what a trade from the journal has done to balances.
func (p *Platform) recall(r *record) {
	if !r.paid() {
		return
	}
	p.wallet.add(r.Buyer, r.Refunded-r.Paid)
	p.wallet.add(p.account.sellerID, r.Paid-r.Refunded-r.feeLeft())
}
