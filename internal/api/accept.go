package api

import (
	"mime"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// negotiate refuses a caller that reads no JSON before anything is done for
// it.
func (a *API) negotiate(ctx huma.Context, next func(huma.Context)) {
	if !readsJSON(ctx.Header("Accept")) {
		a.refuse(ctx, problemOf(errAccept))
		return
	}
	next(ctx)
}

// readsJSON reports whether an Accept header lets us answer JSON. Parts that
// can't be read are passed over, and nothing at all accepts everything.
func readsJSON(accept string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	for part := range strings.SplitSeq(accept, ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		switch kind {
		case "*/*", "application/*", "application/json", "application/problem+json":
			q, err := strconv.ParseFloat(params["q"], 64)
			if params["q"] == "" || err == nil && q > 0 {
				return true
			}
		}
	}
	return false
}
