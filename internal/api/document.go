package api

import "encoding/json"

// Document is the description of the API, the one that /openapi.json answers.
func (a *API) Document() ([]byte, error) { return json.Marshal(a.huma.OpenAPI()) }
