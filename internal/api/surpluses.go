package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
)

// Surplus is a payment that succeeded and settles nothing, as callers see it.
type Surplus struct {
	Payment    string           `json:"payment" doc:"pay_..."`
	Order      string           `json:"order" doc:"The order that it was meant for"`
	Number     string           `json:"out_trade_no"`
	TradeNo    string           `json:"trade_no"`
	Channel    string           `json:"channel"`
	Kind       pay.SurplusKind  `json:"kind" enum:"late,twice,amount"`
	State      pay.SurplusState `json:"state" enum:"found,held,refunding,refunded,accepted,kept"`
	Amount     int64            `json:"amount" doc:"In fen; what was asked for"`
	PaidAmount int64            `json:"paid_amount" doc:"In fen; what came"`
	Refunded   int64            `json:"refunded" doc:"In fen"`
	PaidAt     *time.Time       `json:"paid_at"`
}

func viewSurplus(p pay.Payment) Surplus {
	return Surplus{Payment: p.ID, Order: p.OrderID, Number: p.Number, TradeNo: p.TradeNo, Channel: p.Channel, Kind: p.Surplus,
		State: p.SurplusState, Amount: int64(p.Amount), PaidAmount: int64(p.PaidAmount), Refunded: int64(p.Refunded),
		PaidAt: optional(p.PaidAt)}
}

func (a *API) registerSurpluses() {
	const one = "/v1/surpluses/{payment}"
	huma.Register(a.huma, a.operation("list-surpluses", http.MethodGet, "/v1/surpluses",
		"Money that came and settles nothing, oldest first; held ones wait for a decision", http.StatusOK), a.listSurpluses)
	huma.Register(a.huma, a.operation("refund-surplus", http.MethodPost, one+"/refund", "Give a held surplus back",
		http.StatusOK, http.StatusNotFound), a.refundSurplus)
	huma.Register(a.huma, a.operation("accept-surplus", http.MethodPost, one+"/accept",
		"Let a late payment of the right amount settle its order after all", http.StatusOK, http.StatusNotFound), a.acceptSurplus)
	huma.Register(a.huma, a.operation("keep-surplus", http.MethodPost, one+"/keep",
		"Note that a held surplus was dealt with elsewhere", http.StatusOK, http.StatusNotFound), a.keepSurplus)
}

type listSurplusesInput struct {
	Paged
	State string `query:"state" enum:"found,held,refunding,refunded,accepted,kept" default:"held"`
}

type listSurplusesOutput struct{ Body Page[Surplus] }

func (a *API) listSurpluses(ctx context.Context, in *listSurplusesInput) (*listSurplusesOutput, error) {
	after, err := in.behind("pay")
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Pay.Reader().SurplusPage(ctx, pay.SurplusFilter{State: pay.SurplusState(in.State), After: after, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listSurplusesOutput{pageOf(found, in.Limit, viewSurplus, func(p pay.Payment) string { return p.ID })}, nil
}

type surplusInput struct {
	Keyed
	Payment string `path:"payment" maxLength:"64"`
}

type surplusOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Surplus
}

func (a *API) refundSurplus(ctx context.Context, in *surplusInput) (*surplusOutput, error) {
	return a.decideSurplus(ctx, in, "refund", func(ctx context.Context) error {
		_, err := a.Pay.RefundSurplus(ctx, in.Payment, "key:"+caller(ctx).ID)
		return err
	})
}

func (a *API) acceptSurplus(ctx context.Context, in *surplusInput) (*surplusOutput, error) {
	return a.decideSurplus(ctx, in, "accept", func(ctx context.Context) error {
		_, err := a.Pay.AcceptSurplus(ctx, in.Payment, "key:"+caller(ctx).ID)
		return err
	})
}

func (a *API) keepSurplus(ctx context.Context, in *surplusInput) (*surplusOutput, error) {
	return a.decideSurplus(ctx, in, "keep", func(ctx context.Context) error {
		_, err := a.Pay.KeepSurplus(ctx, in.Payment)
		return err
	})
}

func (a *API) decideSurplus(ctx context.Context, in *surplusInput, what string, decide func(context.Context) error) (*surplusOutput, error) {
	out := new(surplusOutput)
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/surpluses/" + in.Payment + "/" + what, in.IdempotencyKey}
	return out, a.acted(ctx, scope, nil, answer{http.StatusOK, &out.Body, &out.Replayed}, func() error {
		noted := audit.Note(ctx, audit.Entry{Action: audit.Action("surplus." + what), Object: in.Payment, Was: string(pay.SurplusHeld)})
		if err := decide(noted); err != nil {
			return err
		}
		p, err := a.Pay.Reader().Payment(ctx, in.Payment)
		out.Body = viewSurplus(p)
		return err
	})
}
