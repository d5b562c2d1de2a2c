// Package request carries what belongs to one HTTP request through the layers:
// its id, which errors show and logs bear.
package request

import (
	"context"
	"crypto/rand"
)

type idContext struct{}

// WithID gives ctx a new request id.
func WithID(ctx context.Context) context.Context {
	return context.WithValue(ctx, idContext{}, "req_"+rand.Text())
}

// ID is the request's id, empty outside a request.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idContext{}).(string)
	return id
}
