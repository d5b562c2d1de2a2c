package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/request"
)

// Problem is an error as RFC 9457 has it, with a stable code.
type Problem struct {
	Type      string         `json:"type" doc:"A page that explains the code"`
	Title     string         `json:"title" doc:"The HTTP status in words"`
	Status    int            `json:"status" doc:"The HTTP status"`
	Code      string         `json:"code" doc:"Stable; decide by it"`
	Detail    string         `json:"detail" doc:"What is wrong and what to do, for people"`
	RequestID string         `json:"request_id,omitempty" doc:"Name it when you ask for help"`
	Errors    []ProblemField `json:"errors,omitempty" doc:"Every fault of the input"`
}

// ProblemField is one fault of one input field.
type ProblemField struct {
	Pointer string `json:"pointer" doc:"Where, as a JSON pointer"`
	Code    string `json:"code" doc:"Stable"`
	Detail  string `json:"detail"`
}

// Error makes a Problem an error for huma.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status, for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of a problem, for huma.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// status is the one table from kinds of failure to HTTP.
var status = map[fault.Kind]int{
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.Throttled:    http.StatusTooManyRequests,
	fault.Rejected:     http.StatusUnprocessableEntity,
	fault.Unavailable:  http.StatusServiceUnavailable,
	fault.Unknown:      http.StatusServiceUnavailable,
	fault.Internal:     http.StatusInternalServerError,
}

// What is wrong with a request before it means anything to a domain.
var (
	errBroken   = fault.New(fault.Invalid, "request_invalid", "The request breaks the API's description; see errors.")
	errTooLarge = fault.New(fault.Invalid, "body_too_large", "The body may have at most 64 KiB.")
	errTooSlow  = fault.New(fault.Invalid, "body_timeout", "The body did not arrive in time. Send it again.")
	errMedia    = fault.New(fault.Invalid, "media_type_unsupported", "Send application/json.")
	errAccept   = fault.New(fault.Invalid, "not_acceptable", "Answers are application/json and application/problem+json. Accept them.")
	errNoPath   = fault.New(fault.NotFound, "path_not_found", "There is no such address. /docs lists those that exist.")
	errNoMethod = fault.New(fault.Invalid, "method_not_allowed", "This address takes other methods; the header Allow lists them.")
	errNoKey    = fault.New(fault.Unauthorized, "key_missing", "Send an API key: Authorization: Bearer sk_... Make one with `paypush admin key`.")
	errRole     = fault.New(fault.Forbidden, "role_needed", "The role of this API key does not allow this.")
	errBadKey   = fault.New(fault.Unauthorized, "key_invalid", "This API key is unknown or revoked.")
	errInternal = fault.New(fault.Internal, "internal", "An internal error occurred.")
)

// statusByCode holds the few codes that have a better status than their kind.
var statusByCode = map[string]int{
	errTooLarge.Code: http.StatusRequestEntityTooLarge, errTooSlow.Code: http.StatusRequestTimeout,
	errMedia.Code: http.StatusUnsupportedMediaType, errAccept.Code: http.StatusNotAcceptable,
	errNoMethod.Code: http.StatusMethodNotAllowed,
	errArchived.Code: http.StatusGone, push.ErrArchived.Code: http.StatusGone,
}

// StatusOf is the HTTP status that answers a failure.
func StatusOf(kind fault.Kind, code string) int {
	if s, ok := statusByCode[code]; ok {
		return s
	}
	return status[kind]
}

func problemOf(f *fault.Error) *Problem {
	s := StatusOf(f.Kind, f.Code)
	p := &Problem{Type: "/docs/errors#" + f.Code, Title: http.StatusText(s), Status: s, Code: f.Code, Detail: f.Message}
	for _, e := range f.Fields {
		p.Errors = append(p.Errors, ProblemField{Pointer: e.Pointer, Code: e.Code, Detail: e.Message})
	}
	return p
}

// problem translates a domain's error. What is our own fault is logged here,
// once, and told to the caller without its cause.
func (a *API) problem(ctx context.Context, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		f = errInternal
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.Unknown {
		a.Log.ErrorContext(ctx, "api request failed", slog.Any("error", err))
	}
	return problemOf(f)
}

// toProblem gives every error the one shape, huma's own validation included,
// and the request's id.
func toProblem(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		v = fromHuma(m)
	}
	if p, ok := v.(*Problem); ok {
		ctx.SetHeader("Content-Type", p.ContentType(""))
		withID := *p
		withID.RequestID = request.ID(ctx.Context())
		return &withID, nil
	}
	return v, nil
}

func fromHuma(m *huma.ErrorModel) *Problem {
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		return problemOf(errTooLarge)
	case http.StatusRequestTimeout:
		return problemOf(errTooSlow)
	case http.StatusUnsupportedMediaType:
		return problemOf(errMedia)
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
	default:
		return problemOf(errInternal)
	}
	p := problemOf(errBroken)
	p.Status, p.Title = m.Status, http.StatusText(m.Status)
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, ProblemField{Pointer: pointer(e.Location), Code: "invalid", Detail: e.Message})
	}
	return p
}

// pointer turns huma's "body.metadata.key" into a JSON pointer.
func pointer(location string) string {
	location = strings.TrimPrefix(location, "body")
	return "/" + strings.TrimPrefix(strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(location), "/")
}

func (a *API) problemResponse(httpStatus int) *huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{Description: http.StatusText(httpStatus),
		Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

func code(httpStatus int) string { return strconv.Itoa(httpStatus) }
