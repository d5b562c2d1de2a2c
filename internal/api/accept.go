package api

import (
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// negotiate refuses a caller that reads no JSON before anything is done for
// it. An export is read by those, too, who read CSV alone.
func (a *API) negotiate(ctx huma.Context, next func(huma.Context)) {
	kinds := jsonKinds()
	if strings.HasSuffix(ctx.Operation().Path, ".csv") {
		kinds = append(kinds, "text/*", "text/csv")
	}
	if !reads(ctx.Header("Accept"), kinds) {
		a.refuse(ctx, problemOf(errAccept))
		return
	}
	next(ctx)
}

// jsonKinds are the media types that take JSON.
func jsonKinds() []string {
	return []string{"*/*", "application/*", "application/json", "application/problem+json"}
}

// reads reports whether an Accept header lets us answer in one of several
// kinds. Parts that can't be read are passed over, and nothing at all accepts
// everything.
func reads(accept string, kinds []string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	for part := range strings.SplitSeq(accept, ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if slices.Contains(kinds, kind) {
			q, err := strconv.ParseFloat(params["q"], 64)
			if params["q"] == "" || err == nil && q > 0 {
				return true
			}
		}
	}
	return false
}
