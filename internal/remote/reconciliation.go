package remote

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Settlement is one side of a day, added up.
type Settlement struct {
	Trades   int64      `json:"trades"`
	Gross    pay.Amount `json:"gross"`
	Refunds  int64      `json:"refunds"`
	Refunded pay.Amount `json:"refunded"`
	Fees     pay.Amount `json:"fees"`
	Net      pay.Amount `json:"net"`
}

// Reconciliation is the comparison of a day as the server shows it.
type Reconciliation struct {
	ID      string     `json:"id"`
	Account string     `json:"account"`
	Date    string     `json:"date"`
	Status  string     `json:"status"`
	Lines   int64      `json:"lines"`
	Bill    Settlement `json:"bill"`
	Ledger  Settlement `json:"ledger"`
	Found   int64      `json:"differences_found"`
	Open    int64      `json:"differences_open"`
	Failure string     `json:"failure"`
	DueAt   time.Time  `json:"due_at"`

	JSON json.RawMessage `json:"-"` // all of it, as it came
}

// Difference is something that a reconciliation found.
type Difference struct {
	ID           string     `json:"id"`
	Kind         string     `json:"kind"`
	State        string     `json:"state"`
	Suggested    string     `json:"suggested_action"`
	Of           string     `json:"of"`
	Number       string     `json:"out_trade_no"`
	RequestNo    string     `json:"out_request_no"`
	LedgerState  string     `json:"ledger_state"`
	LedgerAmount pay.Amount `json:"ledger_amount"`
	BillAmount   pay.Amount `json:"bill_amount"`

	JSON json.RawMessage `json:"-"` // all of it, as it came
}

// Reconcile asks for the reconciliation of a day; an empty account is the
// server's first. The server goes on with it after it has answered.
func (c *Client) Reconcile(ctx context.Context, account, date string) (Reconciliation, error) {
	in := map[string]string{"date": date}
	if account != "" {
		in["account"] = account
	}
	return c.reconciliation(ctx, http.MethodPost, "/v1/reconciliations", in)
}

// Reconciliation shows how a reconciliation stands.
func (c *Client) Reconciliation(ctx context.Context, id string) (Reconciliation, error) {
	return c.reconciliation(ctx, http.MethodGet, "/v1/reconciliations/"+url.PathEscape(id), nil)
}

func (c *Client) reconciliation(ctx context.Context, method, path string, in any) (Reconciliation, error) {
	var r Reconciliation
	err := c.api(ctx, method, path, in, &r.JSON)
	if err == nil {
		err = json.Unmarshal(r.JSON, &r)
	}
	return r, err
}

// OpenDifferences hands the open differences of a reconciliation to each, a
// page at a time.
func (c *Client) OpenDifferences(ctx context.Context, id string, each func(Difference) error) error {
	for cursor := ""; ; {
		var p struct {
			Data []json.RawMessage `json:"data"`
			Next string            `json:"next_cursor"`
		}
		path := "/v1/reconciliations/" + url.PathEscape(id) + "/differences?state=open&limit=100&cursor=" + url.QueryEscape(cursor)
		if err := c.api(ctx, http.MethodGet, path, nil, &p); err != nil {
			return err
		}
		for _, raw := range p.Data {
			d := Difference{JSON: raw}
			if err := json.Unmarshal(raw, &d); err != nil {
				return err
			}
			if err := each(d); err != nil {
				return err
			}
		}
		if cursor = p.Next; cursor == "" {
			return nil
		}
	}
}
