package web

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/request"
)

// maxBody is what a form may hold; our longest one needs a fraction of it.
const maxBody = 64 << 10

// key is the type of this package's context key.
type key int

const visitKey key = iota

// visit is what is known of a request before its handler runs.
type visit struct {
	locale locale
	who    person
}

func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey).(*visit) }

func requestID(r *http.Request) string { return request.ID(r.Context()) }

// wrap puts around a route what every page needs, from the outside in: request
// id, security headers, recovery, the cross-origin guard, the body's limit,
// the session, the language, who it is, and whether they may.
func (s *Site) wrap(rt route) http.Handler {
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{locale: s.localeOf(r)}
		r = r.WithContext(context.WithValue(r.Context(), visitKey, v))
		if s.switched(w, r) || harmless(rt, r) {
			return
		}
		err := s.identify(r.Context(), v)
		if err == nil {
			err = admit(v.who, rt.Role)
		}
		if err == nil {
			err = rt.handle(w, acting(r, v.who))
		}
		if err != nil {
			s.fail(w, r, rt, err)
		}
	}))
	h = s.owned(s.Sessions.LoadAndSave(h))
	h = limited(h, bodyOf(rt))
	h = s.guard.Handler(h)
	return s.outer(h)
}

// acting says in the request's context who changes what it changes.
func acting(r *http.Request, p person) *http.Request {
	if !p.SignedIn() {
		return r
	}
	return r.WithContext(audit.By(r.Context(), audit.MemberActor+p.ID))
}

// harmless answers a HEAD request to a route that a GET would use up or that
// would never end: whoever only looks ahead changes nothing.
func harmless(rt route, r *http.Request) bool {
	return r.Method == http.MethodHead && (rt.form == stream || rt.form == qrAnswer || onceOnly(r) || makesCode(r))
}

// owned lets the session store know whose session it keeps.
func (s *Site) owned(next http.Handler) http.Handler {
	if s.Owners == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(s.Owners.WithOwner(r.Context())))
	})
}

// bodyOf is what the body of a request to a route may hold.
func bodyOf(rt route) int64 {
	if rt.Method == http.MethodPost && rt.Path == "/admin/campaigns" {
		return maxListBody // a list of people comes with it
	}
	return maxBody
}

func limited(next http.Handler, most int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// outer adds the request id, where nobody gave one before, the headers and
// recovery.
func (s *Site) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if request.ID(r.Context()) == "" {
			r = r.WithContext(request.WithID(r.Context()))
		}
		w.Header().Set("X-Request-Id", request.ID(r.Context()))
		s.secureHeaders(w.Header())
		defer s.recover(w, r)
		next.ServeHTTP(w, r)
	})
}

// secureHeaders says what a browser may do with our pages. The addresses of
// the cashier and of bind links are secrets, so no other site hears of them;
// "no-referrer" would also hide the origin from our own cross-origin guard.
func (s *Site) secureHeaders(h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{"default-src 'none'", "script-src 'self'",
		"style-src 'self'", "img-src 'self'", "connect-src 'self'", "form-action 'self'",
		"frame-ancestors 'none'", "base-uri 'none'"}, "; "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (s *Site) recover(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // what was panicked with is this very value
		panic(p)
	}
	s.Log.LogAttrs(r.Context(), slog.LevelError, "a page panicked", slog.String("request_id", requestID(r)),
		slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	s.failBare(w, r, fault.New(fault.Internal, "internal", "An internal error occurred."))
}

// denied answers what the cross-origin guard refused, before any session.
func (s *Site) denied() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.failBare(w, r, errCrossOrigin) })
}

// sessionFailed answers where the session store did not.
func (s *Site) sessionFailed(w http.ResponseWriter, r *http.Request, err error) {
	s.failBare(w, r, fault.Wrap("web.session", err))
}

// failBare shows an error where nothing of the visit is known yet.
func (s *Site) failBare(w http.ResponseWriter, r *http.Request, err error) {
	v := &visit{locale: s.localeOf(r)}
	r = r.WithContext(context.WithValue(r.Context(), visitKey, v))
	s.fail(w, r, route{form: page}, err)
}
