package wechat

import (
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform's signature is SHA-1
	"encoding/hex"
	"strconv"
	"strings"
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
		return Token{}, unusable(cl.op)
	}
	return newToken(out.Ticket, started, out.ExpiresIn), nil
}

// JSConfig is what wx.config of the JS-SDK wants. Its JSON has the spelling of
// the page's side.
type JSConfig struct {
	AppID     string `json:"appId"`
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonceStr"`
	Signature string `json:"signature"`
}

// SignPage signs a page for the JS-SDK. The address must be the one that the
// page itself reports (location.href), since WeChat adds parameters when a
// page is shared; what follows # is left out. The ticket is fetched once and
// kept like the access token.
//
// It follows JS-SDK 使用权限签名算法.
func (c *Client) SignPage(ctx context.Context, pageURL string) (JSConfig, error) {
	ticket, err := c.tickets.token(ctx)
	if err != nil {
		return JSConfig{}, asError("ticket.getticket", err)
	}
	at, nonce := c.now().Unix(), rand.Text()
	return JSConfig{
		AppID: c.appID, Timestamp: at, Nonce: nonce,
		Signature: SignJS(ticket.Value, nonce, at, pageURL),
	}, nil
}

// SignJS is the bare signature of a page: SHA-1 over ticket, nonce, Unix time
// and address in this order, as they are.
func SignJS(ticket Secret, nonce string, timestamp int64, pageURL string) string {
	page, _, _ := strings.Cut(pageURL, "#")
	sum := sha1.Sum([]byte("jsapi_ticket=" + ticket.Reveal() + "&noncestr=" + nonce + //nolint:gosec // the platform's signature is SHA-1
		"&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + page))
	return hex.EncodeToString(sum[:])
}
