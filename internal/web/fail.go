package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
)

// The errors of the pages themselves.
var (
	errSignInFirst = fault.New(fault.Unauthorized, "sign_in_first", "Sign in first.")
	errCrossOrigin = fault.New(fault.Forbidden, "cross_origin", "This was sent by another site and was refused.")
	errNoPage      = fault.New(fault.NotFound, "page_not_found", "There is no such page.")
	errNoMethod    = fault.New(fault.Invalid, "method_not_allowed", "This address can't be used in this way.")
	errTooLarge    = fault.New(fault.Invalid, "body_too_large", "What was sent is too large.")
	errForm        = fault.New(fault.Invalid, "form_invalid", "The form could not be read.")
	errReturn      = fault.New(fault.Invalid, "return_forged", "This address was not made by the platform.")
	errCallback    = fault.New(fault.Invalid, "callback_invalid", "WeChat came back without what is needed.")
	errManyStreams = fault.New(fault.Throttled, "streams_of_client_full", "Too many pages are open at your place. This one asks again by itself.")
	errStreams     = fault.New(fault.Unavailable, "streams_full", "Too many pages are open. This one asks again by itself.")
)

// statusByKind maps the kinds of faults to HTTP.
var statusByKind = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden: http.StatusForbidden, fault.Throttled: http.StatusTooManyRequests,
	fault.Rejected: http.StatusUnprocessableEntity, fault.Unavailable: http.StatusServiceUnavailable,
	fault.Unknown: http.StatusServiceUnavailable, fault.Internal: http.StatusInternalServerError,
}

// statusByCode holds the few codes that have a better status than their kind.
var statusByCode = map[string]int{
	errNoMethod.Code: http.StatusMethodNotAllowed, errTooLarge.Code: http.StatusRequestEntityTooLarge,
	errForm.Code: http.StatusBadRequest, errReturn.Code: http.StatusBadRequest,
	errCallback.Code: http.StatusBadRequest, member.ErrLinkExpired.Code: http.StatusGone,
	pay.ErrForged.Code: http.StatusBadRequest,
}

func statusOf(err error) int {
	if status, ok := statusByCode[fault.CodeOf(err)]; ok {
		return status
	}
	return statusByKind[fault.KindOf(err)]
}

// fail answers an error in the form of the route. Our own defects are logged
// here, once; paths are not, since they may hold secrets.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, rt route, err error) {
	if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
		return // nobody is there to read it
	}
	status := statusOf(err)
	if status >= http.StatusInternalServerError {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "a page failed", slog.String("request_id", requestID(r)),
			slog.String("route", rt.Method+" "+rt.Path), slog.Any("error", err))
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	switch rt.form {
	case qrAnswer:
		writeJSON(w, status, map[string]any{"code": 1001, "msg": visitOf(r).locale.Fault(err)})
	case data, stream:
		s.problem(w, r, status, err)
	default:
		s.failPage(w, r, status, err)
	}
}

func (s *Site) failPage(w http.ResponseWriter, r *http.Request, status int, err error) {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	if errors.Is(err, errSignInFirst) && read {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	b := s.base(r, "")
	if !read || onceOnly(r) {
		b.Self = ""
	}
	n := note{Base: b, Tone: "bad", Heading: b.T("fail.title." + titleOf(status)), Lead: b.Locale.Fault(err),
		Code: fault.CodeOf(err), RequestID: requestID(r)}
	n.Phone = onceOnly(r) || strings.HasPrefix(r.URL.Path, "/b/")
	if errors.Is(err, errSignInFirst) {
		n.Action, n.ActionText = "/login", b.T("nav.sign_in")
	}
	n.Title = n.Heading
	s.render(w, status, "note", n)
}

// onceOnly tells pages whose address works a single time, so that nothing on
// them may lead to the same address again.
func onceOnly(r *http.Request) bool {
	return r.URL.Path == "/wechat/oauth/callback" || r.URL.Path == "/bind/confirm" ||
		strings.HasPrefix(r.URL.Path, "/sign-in/")
}

// titleOf picks the heading of an error page; the catalogs have one for each.
func titleOf(status int) string {
	switch status {
	case 400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503:
		return http.StatusText(status)
	}
	return http.StatusText(http.StatusInternalServerError)
}

// problem answers RFC 9457.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, status int, err error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status,
		"detail": visitOf(r).locale.Fault(err), "code": fault.CodeOf(err), "request_id": requestID(r)})
}

// writeJSON answers v. A reader that went away is its own affair.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

// nowhere answers what no route takes: 405 where another method would have
// been taken, otherwise 404.
func (s *Site) nowhere(mux *http.ServeMux) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var allow []string
		for _, m := range []string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"} {
			other := r.Clone(r.Context())
			other.Method = m
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
				allow = append(allow, m)
			}
		}
		err := errNoPage
		if len(allow) > 0 && !slices.Contains(allow, r.Method) {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			err = errNoMethod
		}
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			s.fail(w, r, route{form: data}, err)
			return nil
		}
		return err
	}
}

// formOf reads a posted form within the limit.
func formOf(r *http.Request) (url.Values, error) {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errForm.Because("web.formOf", err)
	}
	return r.PostForm, nil
}
