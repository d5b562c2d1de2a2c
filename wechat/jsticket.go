package wechat

import (
	"context"
	"errors"
)

type ticketReply struct {
	status
	Ticket    string `json:"ticket"`
	ExpiresIn int64  `json:"expires_in"`
}

// newTicketKeeper keeps the JS-SDK ticket like a token, under its own key.
func newTicketKeeper(c *Client, cfg Config) *tokenKeeper {
	return newTokenKeeper(cfg.AppID+"/jsapi_ticket", cfg, c.fetchTicket)
}

// fetchTicket follows 获取 jsapi_ticket (/cgi-bin/ticket/getticket).
func (c *Client) fetchTicket(ctx context.Context, _ bool) (Token, error) {
	started := c.now()
	var out ticketReply
	cl := call{op: "ticket.getticket", path: "/cgi-bin/ticket/getticket", query: "type=jsapi", repeatable: true, confirmed: true}
	if err := c.do(ctx, cl, &out); err != nil {
		return Token{}, err
	}
	if out.Ticket == "" || out.ExpiresIn <= 0 {
		return Token{}, &Error{Op: cl.op, Err: errors.New("reply holds no ticket"), class: classRetryable}
	}
	return newToken(out.Ticket, started, out.ExpiresIn), nil
}
