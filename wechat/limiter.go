package wechat

import "context"

// Limiter paces API calls, so that a burst waits here instead of being turned
// away by the platform.
type Limiter interface {
	// Wait returns when a call of this account to this API path may go, or
	// with an error when it may not or when ctx ends first. It must be safe
	// for concurrent use.
	Wait(ctx context.Context, appID, path string) error
}

// admit waits for the limiter, when there is one.
func (c *Client) admit(ctx context.Context, cl call) error {
	if c.limiter == nil {
		return nil
	}
	if err := c.limiter.Wait(ctx, c.appID, cl.path); err != nil {
		return &Error{Op: cl.op, Err: err, class: classRetryable}
	}
	return nil
}
