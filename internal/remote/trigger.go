package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// order is what is needed of an order.
type order struct {
	ID     string `json:"id"`
	Number string `json:"out_trade_no"`
	PayURL string `json:"pay_url"`
	Amount int64  `json:"amount"`
}

// recipes are the ways to make one of our own events happen for real. Each
// returns the id of the order that the event is about.
func (c *Client) recipes() map[event.Type]func(context.Context) (string, error) {
	return map[event.Type]func(context.Context) (string, error){
		event.OrderCreated:    c.orderCreated,
		event.OrderPaid:       c.orderPaid,
		event.OrderClosed:     c.orderClosed,
		event.SurplusFound:    c.surplusFound,
		event.RefundSucceeded: c.refundSucceeded,
	}
}

// Triggers lists our own types that can be triggered, sorted.
func (c *Client) Triggers() (types []string) {
	for t := range c.recipes() {
		types = append(types, string(t))
	}
	slices.Sort(types)
	return types
}

// Trigger makes an event of a type happen and returns it. One of ours happens
// through a real order that is paid at the sandbox; one of a team's own is
// added with data, a JSON object or empty.
func (c *Client) Trigger(ctx context.Context, kind string, data json.RawMessage) (event.Event, error) {
	t := event.Type(kind)
	recipe, ok := c.recipes()[t]
	if !ok {
		return c.own(ctx, t, data)
	}
	_, from, err := c.events(ctx, "latest")
	if err != nil {
		return event.Event{}, err
	}
	about, err := recipe(ctx)
	if err != nil {
		return event.Event{}, err
	}
	return c.await(ctx, from, t, about)
}

func (c *Client) own(ctx context.Context, t event.Type, data json.RawMessage) (event.Event, error) {
	if event.Reserved(t) {
		return event.Event{}, fmt.Errorf("%s can't be triggered; these can: %s, and types of your own", t, strings.Join(c.Triggers(), ", "))
	}
	in := map[string]any{"type": t}
	if len(data) > 0 {
		in["data"] = data
	}
	var made struct {
		ID     string `json:"id"`
		Object string `json:"object"`
	}
	err := c.api(ctx, http.MethodPost, "/v1/events", in, &made)
	return event.Event{ID: made.ID, Type: t, Object: made.Object}, err
}

// await follows the events until one of a type tells of an order.
func (c *Client) await(ctx context.Context, from string, t event.Type, about string) (event.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(followEvery / 4)
	defer tick.Stop()
	for {
		all, next, err := c.events(ctx, from)
		if err != nil {
			return event.Event{}, err
		}
		for _, e := range all {
			if e.Type == t && (e.Object == about || bytes.Contains(e.Data, []byte(`"`+about+`"`))) {
				return e, nil
			}
		}
		if from = next; len(all) > 0 {
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return event.Event{}, errors.Join(fmt.Errorf("no %s of %s came", t, about), ctx.Err())
		}
	}
}

func (c *Client) create(ctx context.Context) (o order, err error) {
	err = c.api(ctx, http.MethodPost, "/v1/orders",
		map[string]any{"amount": 100, "subject": "触发测试 Triggered", "channel": "alipay.page"}, &o)
	return o, err
}

// open creates an order and opens its link, as a payer's browser does.
func (c *Client) open(ctx context.Context) (order, error) {
	o, err := c.create(ctx)
	if err != nil {
		return o, err
	}
	if c.sandbox == "" || !strings.HasPrefix(o.PayURL, c.sandbox+"/") {
		return o, errors.New("the order's link does not lead to the sandbox; nothing is paid outside one")
	}
	return o, c.call(ctx, http.MethodGet, o.PayURL, "", nil, nil)
}

// pay creates an order and has the payer pay an amount, 0 for what is asked.
func (c *Client) pay(ctx context.Context, other int64) (order, error) {
	o, err := c.open(ctx)
	if err != nil {
		return o, err
	}
	var body any
	if other > 0 {
		body = map[string]int64{"amount": other}
	}
	return o, c.box(ctx, http.MethodPost, "/sandbox/alipay/trades/"+o.Number+"/pay", body)
}

func (c *Client) orderCreated(ctx context.Context) (string, error) {
	o, err := c.create(ctx)
	return o.ID, err
}

func (c *Client) orderPaid(ctx context.Context) (string, error) {
	o, err := c.pay(ctx, 0)
	return o.ID, err
}

func (c *Client) orderClosed(ctx context.Context) (string, error) {
	o, err := c.create(ctx)
	if err == nil {
		err = c.api(ctx, http.MethodPost, "/v1/orders/"+o.ID+"/close", nil, nil)
	}
	return o.ID, err
}

func (c *Client) surplusFound(ctx context.Context) (string, error) {
	o, err := c.pay(ctx, 99)
	return o.ID, err
}

func (c *Client) refundSucceeded(ctx context.Context) (string, error) {
	_, from, err := c.events(ctx, "latest")
	if err != nil {
		return "", err
	}
	o, err := c.pay(ctx, 0)
	if err != nil {
		return "", err
	}
	if _, err := c.await(ctx, from, event.OrderPaid, o.ID); err != nil {
		return "", err
	}
	return o.ID, c.api(ctx, http.MethodPost, "/v1/orders/"+o.ID+"/refunds",
		map[string]any{"amount": o.Amount, "reason": "触发测试 Triggered"}, nil)
}
