// Package control reads and writes the JSON of the sandbox's own calls, those
// below /sandbox/, alike for the root and for every platform. The platforms'
// wire is none of its business.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxBody bounds what one control call may post, in bytes.
const maxBody = 1 << 20

// Read decodes the body of a control call, or answers why not and returns
// false. An empty body leaves into as it is; a name that into does not have is
// refused.
func Read(w http.ResponseWriter, r *http.Request, into any) bool {
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	in.DisallowUnknownFields()
	if err := in.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		Refuse(w, http.StatusBadRequest, unexpected(err))
		return false
	}
	return true
}

// Body is Read for calls that pass over names they do not know and answer
// themselves.
func Body(r *http.Request, into any) error {
	err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(into)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return unexpected(err)
}

func unexpected(err error) error {
	return fmt.Errorf("the body is not the JSON expected here: %w", err)
}

// Answer writes v as JSON, without escapes that only matter inside HTML. It is
// never to be cached.
func Answer(w http.ResponseWriter, status int, v any) {
	Head(w, status)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	_ = out.Encode(v)
}

// Head begins an answer in JSON whose body the caller writes.
func Head(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}

// Refuse answers why a call was not done, as {"error": ...}.
func Refuse(w http.ResponseWriter, status int, why error) {
	Answer(w, status, map[string]string{"error": why.Error()})
}
