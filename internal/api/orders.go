package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
)

func (a *API) registerOrders() {
	huma.Register(a.huma, answers[Order](a, a.operation("create-order", http.MethodPost, "/v1/orders", "Create an order",
		http.StatusCreated), http.StatusOK, "The order that was created before under this number"), a.createOrder)
	huma.Register(a.huma, a.operation("list-orders", http.MethodGet, "/v1/orders", "List orders, newest first",
		http.StatusOK), a.listOrders)
	huma.Register(a.huma, a.operation("get-order", http.MethodGet, "/v1/orders/{id}", "Get an order with its payments",
		http.StatusOK, http.StatusNotFound), a.getOrder)
	huma.Register(a.huma, a.operation("close-order", http.MethodPost, "/v1/orders/{id}/close",
		"Close an order; where the platform says it is paid, it is settled instead",
		http.StatusOK, http.StatusNotFound), a.closeOrder)
	huma.Register(a.huma, a.operation("query-order", http.MethodPost, "/v1/orders/{id}/query",
		"Ask the platforms now what became of an order's payments", http.StatusOK, http.StatusNotFound), a.queryOrder)
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
		return nil, a.problem(ctx, err)
	}
	if replayed != 0 {
		out.Status = replayed
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
	remembering, err := a.remember(ctx, scope, in.RawBody, out.Status, out.Body)
	if err != nil {
		return err
	}
	placed, existed, err := a.Pay.Place(remembering, draft)
	if existed { // the draft's answer became true of nothing, so no transaction may keep it
		link := ""
		if b.Channel != "" && placed.Status == pay.OrderPending {
			_, link, err = a.Pay.Checkout(ctx, placed.ID, b.Channel)
		}
		out.Status, out.Body = http.StatusOK, a.view(placed, link)
		if err == nil {
			a.keep(ctx, scope, in.RawBody, out.Status, out.Body)
		}
	}
	return err
}

type orderInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getOrder(ctx context.Context, in *orderInput) (*orderOutput, error) {
	o, err := a.Pay.Reader().Order(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	body, err := a.whole(ctx, o)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &orderOutput{Status: http.StatusOK, Body: body}, nil
}

type orderActInput struct {
	Keyed
	ID string `path:"id" maxLength:"64"`
}

func (a *API) closeOrder(ctx context.Context, in *orderActInput) (*orderOutput, error) {
	return a.actOnOrder(ctx, in, "close", audit.OrderClose, a.Pay.Close)
}

func (a *API) queryOrder(ctx context.Context, in *orderActInput) (*orderOutput, error) {
	return a.actOnOrder(ctx, in, "query", audit.PaymentQuery, a.Pay.AskOrder)
}

func (a *API) actOnOrder(ctx context.Context, in *orderActInput, what string, action audit.Action,
	act func(context.Context, string) (pay.Order, error)) (*orderOutput, error) {
	before, err := a.Pay.Reader().Order(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &orderOutput{Status: http.StatusOK}
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/orders/" + in.ID + "/" + what, in.IdempotencyKey}
	return out, a.acted(ctx, scope, nil, answer{http.StatusOK, &out.Body, &out.Replayed}, func() error {
		o, err := act(audit.Note(ctx, audit.Entry{Action: action, Object: in.ID, Was: string(before.Status)}), in.ID)
		if err == nil {
			out.Body, err = a.whole(ctx, o)
		}
		return err
	})
}

// whole shows one order with its payments and refunds.
func (a *API) whole(ctx context.Context, o pay.Order) (Order, error) {
	payments, err := a.Pay.Reader().Payments(ctx, o.ID)
	if err != nil {
		return Order{}, err
	}
	refunds, err := a.refunds(ctx, o, payments)
	if err != nil {
		return Order{}, err
	}
	v := a.view(o, "")
	for _, p := range payments {
		v.Payments = append(v.Payments, viewPayment(p))
		if p.Settles {
			v.Refunded = int64(p.Refunded)
		}
	}
	for _, r := range refunds {
		v.Refunds = append(v.Refunds, viewRefund(r))
	}
	return v, nil
}

// refunds reads what went back of an order. Nothing did where nothing came,
// so that whoever waits for a payment is answered with one look less.
func (a *API) refunds(ctx context.Context, o pay.Order, payments []pay.Payment) ([]pay.Refund, error) {
	came := func(p pay.Payment) bool { return p.Status == pay.PaymentSucceeded }
	if !slices.ContainsFunc(payments, came) {
		return nil, nil
	}
	return a.Pay.Reader().Refunds(ctx, o.ID)
}
