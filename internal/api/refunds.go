package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
)

// Refund is a refund as callers see it.
type Refund struct {
	ID        string           `json:"id"`
	Order     string           `json:"order"`
	Payment   string           `json:"payment"`
	RequestNo string           `json:"out_request_no" doc:"The number that the platform knows it by"`
	Status    pay.RefundStatus `json:"status" enum:"approving,pending,unknown,succeeded,failed,refused"`
	Amount    int64            `json:"amount" doc:"In fen"`
	Reason    string           `json:"reason"`
	Automatic bool             `json:"automatic" doc:"Of a surplus, by policy"`
	Failure   string           `json:"failure,omitempty" doc:"The platform's reason, where it failed"`
	CreatedAt time.Time        `json:"created_at"`
	DoneAt    *time.Time       `json:"done_at"`
}

func viewRefund(r pay.Refund) Refund {
	return Refund{ID: r.ID, Order: r.OrderID, Payment: r.PaymentID, RequestNo: r.RequestNo, Status: r.Status,
		Amount: int64(r.Amount), Reason: r.Reason, Automatic: r.Automatic, Failure: r.Failure, CreatedAt: r.CreatedAt,
		DoneAt: optional(r.DoneAt)}
}

func (a *API) registerRefunds() {
	huma.Register(a.huma, a.operation("create-refund", http.MethodPost, "/v1/orders/{id}/refunds",
		"Give money of a paid order back", http.StatusCreated, http.StatusNotFound), a.createRefund)
	huma.Register(a.huma, a.operation("list-refunds", http.MethodGet, "/v1/refunds", "List refunds, newest first",
		http.StatusOK), a.listRefunds)
	huma.Register(a.huma, a.operation("get-refund", http.MethodGet, "/v1/refunds/{id}", "What became of a refund",
		http.StatusOK, http.StatusNotFound), a.getRefund)
	huma.Register(a.huma, a.operation("approve-refund", http.MethodPost, "/v1/refunds/{id}/approve",
		"Approve a refund that waits for it; not with the key that asked for it", http.StatusOK,
		http.StatusNotFound, http.StatusForbidden), a.approveRefund)
	huma.Register(a.huma, a.operation("refuse-refund", http.MethodPost, "/v1/refunds/{id}/refuse",
		"Refuse a refund that waits for approval", http.StatusOK, http.StatusNotFound, http.StatusForbidden), a.refuseRefund)
}

type createRefundInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Amount int64  `json:"amount" minimum:"1" maximum:"10000000000" doc:"In fen"`
		Reason string `json:"reason" minLength:"1" maxLength:"128" doc:"The payer reads it"`
	}
}

type refundOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Refund
}

func (a *API) createRefund(ctx context.Context, in *createRefundInput) (*refundOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/orders/" + in.ID + "/refunds", in.IdempotencyKey}
	out := &refundOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		r, err := a.Pay.Refund(ctx, pay.NewRefund{OrderID: in.ID, Amount: pay.Amount(in.Body.Amount),
			Reason: in.Body.Reason, By: "key:" + caller(ctx).ID})
		if err != nil {
			return err
		}
		out.Body = viewRefund(r)
		if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		ctx = audit.Note(ctx, audit.Entry{Action: audit.RefundAsk, Object: r.ID, Was: r.OrderID,
			Became: fmt.Sprintf("%s %s %s", r.Status, r.Amount.Yuan(), r.Reason)})
		return a.Pay.PlaceRefund(ctx, r)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

type refundInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getRefund(ctx context.Context, in *refundInput) (*refundOutput, error) {
	r, err := a.Pay.Reader().Refund(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &refundOutput{Status: http.StatusOK, Body: viewRefund(r)}, nil
}

type refundActInput struct {
	Keyed
	ID string `path:"id" maxLength:"64"`
}

func (a *API) approveRefund(ctx context.Context, in *refundActInput) (*refundOutput, error) {
	return a.decideRefund(ctx, in, "approve")
}

func (a *API) refuseRefund(ctx context.Context, in *refundActInput) (*refundOutput, error) {
	return a.decideRefund(ctx, in, "refuse")
}

func (a *API) decideRefund(ctx context.Context, in *refundActInput, what string) (*refundOutput, error) {
	out := &refundOutput{Status: http.StatusOK}
	ctx = audit.Note(ctx, audit.Entry{Action: audit.Action("refund." + what), Object: in.ID, Was: string(pay.RefundApproving)})
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/refunds/" + in.ID + "/" + what, in.IdempotencyKey}
	return out, a.acted(ctx, scope, nil, answer{http.StatusOK, &out.Body, &out.Replayed}, func() error {
		r, err := a.Pay.DecideRefund(ctx, in.ID, "key:"+caller(ctx).ID, what == "approve")
		out.Body = viewRefund(r)
		return err
	})
}

type listRefundsInput struct {
	Paged
	Order  string `query:"order" maxLength:"64" doc:"Only this order's, ord_..."`
	Status string `query:"status" enum:"approving,pending,unknown,succeeded,failed,refused"`
}

type listRefundsOutput struct{ Body Page[Refund] }

func (a *API) listRefunds(ctx context.Context, in *listRefundsInput) (*listRefundsOutput, error) {
	before, err := in.behind("ref")
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Pay.Reader().RefundPage(ctx, pay.RefundFilter{OrderID: in.Order, Status: pay.RefundStatus(in.Status),
		Before: before, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listRefundsOutput{pageOf(found, in.Limit, viewRefund, func(r pay.Refund) string { return r.ID })}, nil
}
