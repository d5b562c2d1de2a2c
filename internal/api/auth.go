package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/fault"
)

type keyContext struct{}

// authenticate lets a request through that bears a valid API key.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	secret, ok := strings.CutPrefix(ctx.Header("Authorization"), "Bearer ")
	if !ok {
		a.refuse(ctx, problemOf(errNoKey))
		return
	}
	key, err := a.Keys.Find(ctx.Context(), strings.TrimSpace(secret))
	if fault.KindOf(err) == fault.Unauthorized {
		a.refuse(ctx, problemOf(errBadKey))
		return
	}
	if err != nil {
		a.refuse(ctx, a.problem(err).(*Problem))
		return
	}
	next(huma.WithContext(ctx, context.WithValue(ctx.Context(), keyContext{}, key)))
}

func (a *API) refuse(ctx huma.Context, p *Problem) {
	body, err := toProblem(ctx, "", p)
	if err != nil {
		return
	}
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="paypush"`)
	}
	ctx.SetStatus(p.Status)
	if err := a.huma.Marshal(ctx.BodyWriter(), "application/json", body); err != nil {
		a.Log.Debug("an answer was not read", "error", err)
	}
}

// caller is who made the request.
func caller(ctx context.Context) Key {
	k, _ := ctx.Value(keyContext{}).(Key)
	return k
}
