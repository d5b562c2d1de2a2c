package reconcile

import (
	"time"

	"github.com/paypush/paypush/internal/pay"
)

const codeNotReady = "bill_not_ready"

// What events carry: the public shapes, as the API shows them. Amounts are
// fen, times RFC 3339 in UTC.

type sumsJSON struct {
	Trades   int64      `json:"trades"`
	Gross    pay.Amount `json:"gross"`
	Refunds  int64      `json:"refunds"`
	Refunded pay.Amount `json:"refunded"`
	Fees     pay.Amount `json:"fees"`
	Net      pay.Amount `json:"net"`
}

type reconciliationJSON struct {
	ID         string    `json:"id"`
	Account    string    `json:"account"`
	Day        pay.Day   `json:"date"`
	Status     Status    `json:"status"`
	Run        int64     `json:"run"`
	Bill       sumsJSON  `json:"bill"`
	Ledger     sumsJSON  `json:"ledger"`
	Found      int64     `json:"differences_found"`
	Open       int64     `json:"differences_open"`
	FinishedAt time.Time `json:"finished_at"`
}

func reconciliationData(r Reconciliation) reconciliationJSON {
	return reconciliationJSON{ID: r.ID, Account: r.Account, Day: r.Day, Status: r.Status, Run: r.Run, Bill: sumsJSON(r.Bill),
		Ledger: sumsJSON(r.Ledger), Found: r.Found, Open: r.Open, FinishedAt: r.FinishedAt}
}

type differenceJSON struct {
	ID             string       `json:"id"`
	Reconciliation string       `json:"reconciliation"`
	Account        string       `json:"account"`
	Day            pay.Day      `json:"date"`
	Kind           Kind         `json:"kind"`
	State          State        `json:"state"`
	Of             pay.BillKind `json:"of"`
	Number         string       `json:"out_trade_no"`
	RequestNo      string       `json:"out_request_no,omitempty"`
	TradeNo        string       `json:"trade_no,omitempty"`
	OrderID        string       `json:"order,omitempty"`
	LedgerAmount   pay.Amount   `json:"ledger_amount"`
	BillAmount     pay.Amount   `json:"bill_amount"`
	Suggested      Action       `json:"suggested_action"`
}

func differenceData(d Difference) differenceJSON {
	return differenceJSON{ID: d.ID, Reconciliation: d.ReconciliationID, Account: d.Account, Day: d.Day, Kind: d.Kind, State: d.State,
		Of: d.Of, Number: d.Number, RequestNo: d.RequestNo, TradeNo: d.TradeNo, OrderID: d.OrderID, LedgerAmount: d.LedgerAmount,
		BillAmount: d.BillAmount, Suggested: d.Suggested}
}
