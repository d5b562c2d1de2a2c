package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
)

type keyContext struct{}

// admitted states who may use the API: every operation needs a key, and the
// key the role of an operator or more. It is the only place that decides.
func admitted(k Key) bool { return k.Role == "operator" || k.Role == "admin" }

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
		a.refuse(ctx, a.problem(ctx.Context(), err).(*Problem)) //nolint:errorlint // it answers nothing else
		return
	}
	if !admitted(key) {
		a.refuse(ctx, problemOf(errRole))
		return
	}
	acting := audit.By(context.WithValue(ctx.Context(), keyContext{}, key), audit.KeyActor+key.ID)
	next(huma.WithContext(ctx, acting))
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
		a.Log.DebugContext(ctx.Context(), "an answer was not read", "error", err)
	}
}

// caller is who made the request.
func caller(ctx context.Context) Key {
	k, _ := ctx.Value(keyContext{}).(Key)
	return k
}
