package metrics

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answered notes one answered request. pattern is the route as it was
// registered, such as "GET /pay/{order}", never the path that was asked for:
// that may hold a secret, and there is no end of paths.
func (m *Metrics) Answered(pattern, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route(pattern), known(method), strconv.Itoa(status)).Observe(took.Seconds())
}

// StreamOpened notes an event stream, which is not counted as a request, and
// returns what notes its end.
func (m *Metrics) StreamOpened() (closed func()) {
	m.streams.Inc()
	return m.streams.Dec
}

// route is the pattern without its method.
func route(pattern string) string {
	if pattern == "" {
		return "none"
	}
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}

// known keeps strangers from making up methods.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
