package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// tidy makes the description say what is so where it was derived too broadly:
// bodies are JSON and nothing else, an operation without a body can't refuse
// one, and a body that may be left out is not required.
func (a *API) tidy() {
	doc := a.huma.OpenAPI()
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			switch {
			case op == nil:
			case op.RequestBody == nil:
				for _, s := range []int{http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType} {
					delete(op.Responses, code(s))
				}
			default:
				delete(op.RequestBody.Content, "application/octet-stream")
				if op.OperationID == "rotate-webhook-endpoint" {
					op.RequestBody.Required = false
				}
			}
		}
	}
	for _, unused := range []string{"ErrorModel", "ErrorDetail"} {
		delete(doc.Components.Schemas.Map(), unused)
	}
}

// answers describes one more good answer of an operation.
func answers[T any](a *API, op huma.Operation, httpStatus int, description string) huma.Operation {
	op.Responses[code(httpStatus)] = &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")}}}
	return op
}
