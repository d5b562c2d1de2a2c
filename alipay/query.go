package alipay

import "context"

// Query asks for the state of a trade (alipay.trade.query).
type Query struct {
	TradeRef
	// QueryOptions asks for further fields, which are found in the reply's Raw.
	QueryOptions []string `json:"query_options,omitempty"`
	// OrgPID is the merchant's number when a service provider asks.
	OrgPID string `json:"org_pid,omitempty"`
}

// Query answers what Alipay knows of a trade. A trade that does not exist, or does
// not exist yet because nobody opened its page or scanned its code, is an error
// that matches [TradeNotExist]. A nil error says only that the trade was found:
// whether it is paid is in its Status.
func (c *Client) Query(ctx context.Context, q Query) (*Trade, error) {
	if err := q.check(methodQuery); err != nil {
		return nil, err
	}
	out := new(Trade)
	if _, err := c.Do(ctx, Request{Method: methodQuery, Content: &q}, out); err != nil {
		return nil, err
	}
	return out, nil
}
