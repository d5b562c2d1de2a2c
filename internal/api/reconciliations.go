package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// Settlement is one side of a day, added up. Amounts are in fen.
type Settlement struct {
	Trades   int64 `json:"trades" doc:"How many payments"`
	Gross    int64 `json:"gross" doc:"In fen; what they come to"`
	Refunds  int64 `json:"refunds" doc:"How many refunds"`
	Refunded int64 `json:"refunded" doc:"In fen; what they come to"`
	Fees     int64 `json:"fees" doc:"In fen; what the platform kept, less what it gave back. The ledger knows no fees"`
	Net      int64 `json:"net" doc:"In fen; what remains"`
}

func viewSums(s reconcile.Sums) Settlement {
	return Settlement{s.Trades, int64(s.Gross), s.Refunds, int64(s.Refunded), int64(s.Fees), int64(s.Net)}
}

// Reconciliation is the comparison of a day as callers see it.
type Reconciliation struct {
	ID         string           `json:"id"`
	Account    string           `json:"account"`
	Date       string           `json:"date" format:"date" doc:"The platform's day, in Asia/Shanghai"`
	Status     reconcile.Status `json:"status" enum:"waiting,loading,comparing,finished"`
	Run        int64            `json:"run" doc:"How often the bill was fetched"`
	Lines      int64            `json:"lines" doc:"Of the bill"`
	Bill       Settlement       `json:"bill" doc:"What the platform says"`
	Ledger     Settlement       `json:"ledger" doc:"What the ledger says"`
	Found      int64            `json:"differences_found" doc:"By the last run"`
	Open       int64            `json:"differences_open"`
	Failure    string           `json:"failure,omitempty" doc:"The code of what stopped the last try, such as bill_not_ready"`
	DueAt      *time.Time       `json:"due_at" doc:"When it goes on; null when it is finished"`
	CreatedAt  time.Time        `json:"created_at"`
	StartedAt  *time.Time       `json:"started_at"`
	FinishedAt *time.Time       `json:"finished_at"`
}

func viewReconciliation(r reconcile.Reconciliation) Reconciliation {
	return Reconciliation{ID: r.ID, Account: r.Account, Date: string(r.Day), Status: r.Status, Run: r.Run, Lines: r.Lines,
		Bill: viewSums(r.Bill), Ledger: viewSums(r.Ledger), Found: r.Found, Open: r.Open, Failure: r.Failure, DueAt: optional(r.DueAt),
		CreatedAt: r.CreatedAt, StartedAt: optional(r.StartedAt), FinishedAt: optional(r.FinishedAt)}
}

func (a *API) registerReconciliations() {
	huma.Register(a.huma, a.operation("create-reconciliation", http.MethodPost, "/v1/reconciliations",
		"Fetch a day's bill and compare it with the ledger; again, where that was done before", http.StatusCreated, http.StatusNotFound), a.createReconciliation)
	huma.Register(a.huma, a.operation("list-reconciliations", http.MethodGet, "/v1/reconciliations",
		"List reconciliations with their settlement, the newest day first", http.StatusOK, http.StatusNotFound), a.listReconciliations)
	huma.Register(a.huma, a.operation("get-reconciliation", http.MethodGet, "/v1/reconciliations/{id}", "What became of a reconciliation",
		http.StatusOK, http.StatusNotFound), a.getReconciliation)
	huma.Register(a.huma, a.operation("list-differences", http.MethodGet, "/v1/reconciliations/{id}/differences",
		"List what a reconciliation found, oldest first", http.StatusOK, http.StatusNotFound), a.listDifferences)
}

type createReconciliationInput struct {
	Idempotent
	Body struct {
		Account string `json:"account,omitempty" maxLength:"32" doc:"The merchant account; empty for the first"`
		Date    string `json:"date" format:"date" example:"2026-03-01" doc:"A day that is over, in Asia/Shanghai"`
	}
}

type reconciliationOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Reconciliation
}

func (a *API) createReconciliation(ctx context.Context, in *createReconciliationInput) (*reconciliationOutput, error) {
	day, err := pay.ParseDay(in.Body.Date)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	account := in.Body.Account
	if account == "" && len(a.Billed) > 0 {
		account = a.Billed[0]
	}
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/reconciliations", in.IdempotencyKey}
	out := new(reconciliationOutput)
	return out, a.acted(ctx, scope, in.RawBody, answer{http.StatusCreated, &out.Body, &out.Replayed}, func() error {
		noted := audit.Note(ctx, audit.Entry{Action: audit.ReconciliationBegin, Object: account + " " + string(day)})
		r, err := a.Books.Begin(noted, account, day)
		out.Body = viewReconciliation(r)
		return err
	})
}

type reconciliationInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getReconciliation(ctx context.Context, in *reconciliationInput) (*reconciliationOutput, error) {
	r, err := a.Books.Reader().Reconciliation(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &reconciliationOutput{Body: viewReconciliation(r)}, nil
}

type listReconciliationsInput struct {
	Paged
	Account string `query:"account" maxLength:"32"`
	From    string `query:"from" doc:"Only this day or later, such as 2026-03-01"`
	Until   string `query:"until" doc:"Only this day or earlier"`
}

type listReconciliationsOutput struct{ Body Page[Reconciliation] }

func (a *API) listReconciliations(ctx context.Context, in *listReconciliationsInput) (*listReconciliationsOutput, error) {
	before, err := in.behind("rec")
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	f := reconcile.Filter{Account: in.Account, Before: before, Limit: in.Limit}
	for _, one := range []struct {
		name, text string
		to         *pay.Day
	}{{"from", in.From, &f.From}, {"until", in.Until, &f.Until}} {
		if one.text == "" {
			continue
		}
		if *one.to, err = pay.ParseDay(one.text); err != nil {
			return nil, a.problem(ctx, fault.Input("/"+one.name, "date_invalid", pay.ErrDay.Message))
		}
	}
	found, err := a.Books.Reader().Reconciliations(ctx, f)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listReconciliationsOutput{pageOf(found, in.Limit, viewReconciliation, func(r reconcile.Reconciliation) string { return r.ID })}, nil
}

type listDifferencesInput struct {
	Paged
	ID    string `path:"id" maxLength:"64"`
	State string `query:"state" enum:"open,resolved,ignored,gone"`
	Kind  string `query:"kind" enum:"missing_here,missing_there,state,amount,fee"`
	Owner string `query:"owner" maxLength:"256"`
}

type listDifferencesOutput struct{ Body Page[Difference] }

func (a *API) listDifferences(ctx context.Context, in *listDifferencesInput) (*listDifferencesOutput, error) {
	after, err := in.behind("dif")
	if err == nil {
		_, err = a.Books.Reader().Reconciliation(ctx, in.ID)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Books.Reader().Differences(ctx, reconcile.DifferenceFilter{ReconciliationID: in.ID, State: reconcile.State(in.State),
		Kind: reconcile.Kind(in.Kind), Owner: in.Owner, After: after, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listDifferencesOutput{pageOf(found, in.Limit, viewDifference, func(d reconcile.Difference) string { return d.ID })}, nil
}
