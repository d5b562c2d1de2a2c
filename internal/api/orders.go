package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/pay"
)

func (a *API) registerOrders() {
	huma.Register(a.huma, a.operation("create-order", http.MethodPost, "/v1/orders", "Create an order",
		http.StatusCreated), a.createOrder)
	huma.Register(a.huma, a.operation("list-orders", http.MethodGet, "/v1/orders", "List orders, newest first",
		http.StatusOK), a.listOrders)
	huma.Register(a.huma, a.operation("get-order", http.MethodGet, "/v1/orders/{id}", "Get an order with its payments",
		http.StatusOK, http.StatusNotFound), a.getOrder)
	huma.Register(a.huma, a.operation("close-order", http.MethodPost, "/v1/orders/{id}/close",
		"Close an order; where the platform says it is paid, it is settled instead",
		http.StatusOK, http.StatusNotFound), a.closeOrder)
}

type newOrder struct {
	Amount    int64             `json:"amount" minimum:"1" maximum:"10000000000" doc:"In fen"`
	Subject   string            `json:"subject" minLength:"1" maxLength:"128" doc:"What the payer reads"`
	Number    string            `json:"out_trade_no,omitempty" pattern:"^[0-9A-Za-z]{8,32}$" doc:"Your own number; the same number with the same data answers the first order"`
	Channel   string            `json:"channel,omitempty" example:"alipay.page" doc:"Go straight to a platform; empty for our cashier page"`
	Member    string            `json:"member,omitempty" doc:"Who owes it, mem_..."`
	ReturnURL string            `json:"return_url,omitempty" maxLength:"512" doc:"Where the payer goes on afterwards"`
	ExpiresIn int64             `json:"expires_in,omitempty" minimum:"60" maximum:"1296000" doc:"In seconds"`
	Metadata  map[string]string `json:"metadata,omitempty" maxProperties:"20" doc:"Your own"`
}

type createOrderInput struct {
	Idempotent
	Body newOrder
}

type orderOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Order
}

func (a *API) createOrder(ctx context.Context, in *createOrderInput) (*orderOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/orders", in.IdempotencyKey}
	out := &orderOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		return a.placeOrder(ctx, scope, in, out)
	})
	if err != nil {
		return nil, a.problem(err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

func (a *API) placeOrder(ctx context.Context, scope Scope, in *createOrderInput, out *orderOutput) error {
	b := in.Body
	draft, err := a.Pay.Draft(ctx, pay.NewOrder{Amount: pay.Amount(b.Amount), Subject: b.Subject, Number: b.Number,
		Channel: b.Channel, MemberID: b.Member, ReturnURL: b.ReturnURL,
		ExpiresIn: time.Duration(b.ExpiresIn) * time.Second, Metadata: b.Metadata})
	if err != nil {
		return err
	}
	out.Body = a.view(draft.Order, draft.Link)
	ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body)
	if err != nil {
		return err
	}
	placed, existed, err := a.Pay.Place(ctx, draft)
	if existed {
		link := ""
		if b.Channel != "" && placed.Status == pay.OrderPending {
			_, link, err = a.Pay.Checkout(ctx, placed.ID, b.Channel)
		}
		out.Status, out.Body = http.StatusOK, a.view(placed, link)
	}
	return err
}

type orderInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getOrder(ctx context.Context, in *orderInput) (*orderOutput, error) {
	o, err := a.Pay.Reader().Order(ctx, in.ID)
	if err != nil {
		return nil, a.problem(err)
	}
	return a.whole(ctx, o)
}

func (a *API) closeOrder(ctx context.Context, in *orderInput) (*orderOutput, error) {
	if _, err := a.Pay.Reader().Order(ctx, in.ID); err != nil {
		return nil, a.problem(err)
	}
	o, err := a.Pay.Close(ctx, in.ID)
	if err != nil {
		return nil, a.problem(err)
	}
	return a.whole(ctx, o)
}

// whole shows one order with its payments.
func (a *API) whole(ctx context.Context, o pay.Order) (*orderOutput, error) {
	payments, err := a.Pay.Reader().Payments(ctx, o.ID)
	if err != nil {
		return nil, a.problem(err)
	}
	refunds, err := a.Pay.Reader().Refunds(ctx, o.ID)
	if err != nil {
		return nil, a.problem(err)
	}
	out := &orderOutput{Status: http.StatusOK, Body: a.view(o, "")}
	for _, p := range payments {
		out.Body.Payments = append(out.Body.Payments, viewPayment(p))
		if p.Settles {
			out.Body.Refunded = int64(p.Refunded)
		}
	}
	for _, r := range refunds {
		out.Body.Refunds = append(out.Body.Refunds, viewRefund(r))
	}
	return out, nil
}

type listOrdersInput struct {
	Member string `query:"member" maxLength:"64" doc:"Only this member's"`
	Status string `query:"status" enum:"pending,paid,closed"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type listOrdersOutput struct {
	Body struct {
		Data       []Order `json:"data"`
		NextCursor string  `json:"next_cursor,omitempty" doc:"Empty on the last page"`
	}
}

func (a *API) listOrders(ctx context.Context, in *listOrdersInput) (*listOrdersOutput, error) {
	found, err := a.Pay.Reader().Orders(ctx, pay.OrderFilter{MemberID: in.Member,
		Status: pay.OrderStatus(in.Status), Before: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(err)
	}
	out := new(listOrdersOutput)
	out.Body.Data = make([]Order, 0, len(found))
	for _, o := range found {
		out.Body.Data = append(out.Body.Data, a.view(o, ""))
	}
	if len(found) == in.Limit {
		out.Body.NextCursor = found[len(found)-1].ID
	}
	return out, nil
}
