package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// Difference is something about which the ledger and a bill do not agree, as
// callers see it.
type Difference struct {
	ID             string           `json:"id"`
	Reconciliation string           `json:"reconciliation"`
	Account        string           `json:"account"`
	Date           string           `json:"date" format:"date"`
	Kind           reconcile.Kind   `json:"kind" enum:"missing_here,missing_there,state,amount,fee"`
	State          reconcile.State  `json:"state" enum:"open,resolved,ignored,gone"`
	Suggested      reconcile.Action `json:"suggested_action" enum:"query,refund,ignore"`
	Of             pay.BillKind     `json:"of" enum:"trade,refund"`
	Number         string           `json:"out_trade_no"`
	RequestNo      string           `json:"out_request_no,omitempty" doc:"Of a refund"`
	TradeNo        string           `json:"trade_no,omitempty"`
	Order          string           `json:"order,omitempty" doc:"Where a payment here has the number"`
	Payment        string           `json:"payment,omitempty"`
	Refund         string           `json:"refund,omitempty"`
	LedgerState    string           `json:"ledger_state,omitempty" doc:"Of the payment or the refund"`
	LedgerAmount   int64            `json:"ledger_amount" doc:"In fen; 0 where the ledger has none"`
	BillAmount     int64            `json:"bill_amount" doc:"In fen; 0 where the bill has none"`
	BillFee        int64            `json:"bill_fee" doc:"In fen"`
	AgreedFee      int64            `json:"agreed_fee,omitempty" doc:"In fen; of a difference in fees"`
	Owner          string           `json:"owner,omitempty"`
	Note           string           `json:"note,omitempty"`
	FoundAt        time.Time        `json:"found_at"`
	ClosedAt       *time.Time       `json:"closed_at"`
	History        []DifferenceStep `json:"history,omitempty" doc:"Oldest first; of one difference alone"`
}

// DifferenceStep is one line of a difference's history.
type DifferenceStep struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What string    `json:"what" enum:"found,found_again,gone,asked,resolved,refund_repeated,ignored,assigned,reopened"`
	Note string    `json:"note,omitempty" doc:"The platform's answer, or what a person said"`
}

func viewDifference(d reconcile.Difference) Difference {
	return Difference{ID: d.ID, Reconciliation: d.ReconciliationID, Account: d.Account, Date: string(d.Day), Kind: d.Kind, State: d.State,
		Suggested: d.Suggested, Of: d.Of, Number: d.Number, RequestNo: d.RequestNo, TradeNo: d.TradeNo, Order: d.OrderID, Payment: d.PaymentID,
		Refund: d.RefundID, LedgerState: d.LedgerState, LedgerAmount: int64(d.LedgerAmount), BillAmount: int64(d.BillAmount),
		BillFee: int64(d.BillFee), AgreedFee: int64(d.AgreedFee), Owner: d.Owner, Note: d.Note, FoundAt: d.FoundAt, ClosedAt: optional(d.ClosedAt)}
}

func (a *API) registerDifferences() {
	const one = "/v1/differences/{id}"
	huma.Register(a.huma, a.operation("get-difference", http.MethodGet, one, "A difference with its history",
		http.StatusOK, http.StatusNotFound), a.getDifference)
	huma.Register(a.huma, a.operation("query-difference", http.MethodPost, one+"/query",
		"Ask the platform, and settle by what it says", http.StatusOK, http.StatusNotFound), a.queryDifference)
	huma.Register(a.huma, a.operation("refund-difference", http.MethodPost, one+"/refund",
		"Send a refund again that the bill lacks, under its own number, so that it goes back once", http.StatusOK, http.StatusNotFound), a.refundDifference)
	huma.Register(a.huma, a.operation("ignore-difference", http.MethodPost, one+"/ignore", "Close a difference with a note that explains it",
		http.StatusOK, http.StatusNotFound), a.ignoreDifference)
	huma.Register(a.huma, a.operation("reopen-difference", http.MethodPost, one+"/reopen", "Open a difference again, with a note",
		http.StatusOK, http.StatusNotFound), a.reopenDifference)
	huma.Register(a.huma, a.operation("assign-difference", http.MethodPost, one+"/assign", "Say who looks after a difference",
		http.StatusOK, http.StatusNotFound), a.assignDifference)
}

type differenceInput struct {
	ID string `path:"id" maxLength:"64"`
}

type differenceOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Difference
}

func (a *API) getDifference(ctx context.Context, in *differenceInput) (*differenceOutput, error) {
	d, err := a.Books.Reader().Difference(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	steps, err := a.Books.Reader().Steps(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &differenceOutput{Body: viewDifference(d)}
	for _, s := range steps {
		out.Body.History = append(out.Body.History, DifferenceStep{At: s.At, By: s.By, What: s.What, Note: s.Note})
	}
	return out, nil
}

type differenceActInput struct {
	Keyed
	ID string `path:"id" maxLength:"64"`
}

func (a *API) queryDifference(ctx context.Context, in *differenceActInput) (*differenceOutput, error) {
	return a.actOnDifference(ctx, in.IdempotencyKey, in.ID, audit.DifferenceQuery, nil, "", func(ctx context.Context, by string) (reconcile.Difference, error) {
		return a.Books.Query(ctx, in.ID, by)
	})
}

func (a *API) refundDifference(ctx context.Context, in *differenceActInput) (*differenceOutput, error) {
	return a.actOnDifference(ctx, in.IdempotencyKey, in.ID, audit.DifferenceRefund, nil, "", func(ctx context.Context, by string) (reconcile.Difference, error) {
		return a.Books.Refund(ctx, in.ID, by)
	})
}

type differenceNoteInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"500"`
	}
}

func (a *API) ignoreDifference(ctx context.Context, in *differenceNoteInput) (*differenceOutput, error) {
	return a.actOnDifference(ctx, in.IdempotencyKey, in.ID, audit.DifferenceIgnore, in.RawBody, in.Body.Note, func(ctx context.Context, by string) (reconcile.Difference, error) {
		return a.Books.Ignore(ctx, in.ID, by, in.Body.Note)
	})
}

func (a *API) reopenDifference(ctx context.Context, in *differenceNoteInput) (*differenceOutput, error) {
	return a.actOnDifference(ctx, in.IdempotencyKey, in.ID, audit.DifferenceReopen, in.RawBody, in.Body.Note, func(ctx context.Context, by string) (reconcile.Difference, error) {
		return a.Books.Reopen(ctx, in.ID, by, in.Body.Note)
	})
}

type differenceOwnerInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Owner string `json:"owner" maxLength:"64" doc:"A name; empty for nobody"`
	}
}

func (a *API) assignDifference(ctx context.Context, in *differenceOwnerInput) (*differenceOutput, error) {
	return a.actOnDifference(ctx, in.IdempotencyKey, in.ID, audit.DifferenceAssign, in.RawBody, in.Body.Owner, func(ctx context.Context, by string) (reconcile.Difference, error) {
		return a.Books.Assign(ctx, in.ID, by, in.Body.Owner)
	})
}

func (a *API) actOnDifference(ctx context.Context, key, id string, action audit.Action, raw []byte, became string,
	act func(ctx context.Context, by string) (reconcile.Difference, error)) (*differenceOutput, error) {
	was, err := a.Books.Reader().Difference(ctx, id)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(differenceOutput)
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/differences/" + id + "/" + strings.TrimPrefix(string(action), "difference."), key}
	return out, a.acted(ctx, scope, raw, answer{http.StatusOK, &out.Body, &out.Replayed}, func() error {
		noted := audit.Note(ctx, audit.Entry{Action: action, Object: id, Was: string(was.Kind) + " " + was.Number, Became: became})
		d, err := act(noted, "key:"+caller(ctx).ID)
		out.Body = viewDifference(d)
		return err
	})
}
