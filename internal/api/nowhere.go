package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/request"
)

// registerNowhere has everything below /v1 that is no operation answered with
// a problem.
func (a *API) registerNowhere(mux *http.ServeMux) {
	for _, path := range []string{"/v1", "/v1/"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { a.nowhere(mux, w, r) })
	}
}

// nowhere answers 405 where another method would have been taken, otherwise
// 404.
func (a *API) nowhere(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	p := problemOf(errNoPath)
	if allow := allowed(mux, r); len(allow) > 0 {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		p = problemOf(errNoMethod)
	}
	p.RequestID = request.ID(r.Context())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		a.Log.DebugContext(r.Context(), "an answer was not read", slog.Any("error", err))
	}
}

// allowed lists the methods that an operation takes at the path of r.
func allowed(mux *http.ServeMux, r *http.Request) (all []string) {
	for _, m := range []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, m+" /v1") || m == http.MethodHead && strings.HasPrefix(pattern, "GET /v1") {
			all = append(all, m)
		}
	}
	return all
}
