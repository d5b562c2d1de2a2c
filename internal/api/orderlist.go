package api

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

var errRange = fault.Input("/created_until", "range_invalid", "The range must end after it begins.")

type listOrdersInput struct {
	Paged
	Status  string    `query:"status" enum:"pending,paid,closed"`
	Member  string    `query:"member" maxLength:"64" doc:"Only this member's, mem_..."`
	Number  string    `query:"out_trade_no" maxLength:"64" doc:"Only the order that has this number, or a payment that has it"`
	TradeNo string    `query:"trade_no" maxLength:"64" doc:"Only orders with a payment that a platform knows by this number"`
	From    time.Time `query:"created_from" doc:"Only orders created then or later"`
	Until   time.Time `query:"created_until" doc:"Only orders created before"`
}

type listOrdersOutput struct{ Body Page[Order] }

func (a *API) listOrders(ctx context.Context, in *listOrdersInput) (*listOrdersOutput, error) {
	before, err := in.behind("ord")
	if err == nil && !in.Until.IsZero() && !in.From.Before(in.Until) {
		err = errRange
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Pay.Reader().Orders(ctx, pay.OrderFilter{MemberID: in.Member, Status: pay.OrderStatus(in.Status),
		Number: in.Number, TradeNo: in.TradeNo, From: in.From, Until: in.Until, Before: before, Limit: in.Limit})
	if errors.Is(err, pay.ErrNoOrder) {
		err = errCursor
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listOrdersOutput{pageOf(found, in.Limit, func(o pay.Order) Order { return a.view(o, "") },
		func(o pay.Order) string { return o.ID })}, nil
}
