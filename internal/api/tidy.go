package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// tidy makes the description say what is so where it was derived too broadly:
// bodies are JSON and nothing else, an operation without a body can't refuse
// one, a body that may be left out is not required, and every good answer of
// an operation bears the same headers.
func (a *API) tidy() {
	doc := a.huma.OpenAPI()
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if op != nil {
				tidyOne(op)
			}
		}
	}
	for _, unused := range []string{"ErrorModel", "ErrorDetail"} {
		delete(doc.Components.Schemas.Map(), unused)
	}
}

func tidyOne(op *huma.Operation) {
	if op.RequestBody == nil {
		for _, s := range []int{http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType} {
			delete(op.Responses, code(s))
		}
	} else {
		delete(op.RequestBody.Content, "application/octet-stream")
		if op.OperationID == "rotate-webhook-endpoint" || op.OperationID == "replay-event" {
			op.RequestBody.Required = false
		}
	}
	for status, r := range op.Responses {
		if status < "300" && r.Headers == nil { // a second good answer, which answers added
			r.Headers = op.Responses[code(op.DefaultStatus)].Headers
		}
	}
}

// answers describes one more good answer of an operation.
func answers[T any](a *API, op huma.Operation, httpStatus int, description string) huma.Operation {
	op.Responses[code(httpStatus)] = &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")}}}
	return op
}
