package alipay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// fields are the business fields of an answer; they are written in the order
// of their names.
type fields map[string]any

// reply is what a method answers, before it is framed and signed.
type reply struct {
	code   string
	msg    string
	sub    string
	text   string
	fields fields
	// root replaces the method's own name in the frame.
	root string
}

func success(f fields) reply { return reply{code: "10000", msg: msgOf("10000"), fields: f} }

func refused(r refusal, f fields) reply {
	return reply{code: r.code, msg: r.msg, sub: r.sub, text: r.text, fields: f}
}

// inner writes the object that is signed: code and msg first, then the
// sub-code, then the business fields by name, without any space.
func (r reply) inner() (string, error) {
	var out bytes.Buffer
	pair := func(name string, value any) error {
		if out.Len() > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:", name)
		return compact(&out, value)
	}
	head := []string{"code", r.code, "msg", r.msg, "sub_code", r.sub, "sub_msg", r.text}
	for i := 0; i < len(head); i += 2 {
		if head[i+1] == "" {
			continue
		}
		if err := pair(head[i], head[i+1]); err != nil {
			return "", err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.fields)) {
		if r.fields[name] == "" {
			continue
		}
		if err := pair(name, r.fields[name]); err != nil {
			return "", err
		}
	}
	return "{" + out.String() + "}", nil
}

// compact writes a JSON value without the escaping that encoding/json adds for
// web pages.
func compact(out *bytes.Buffer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1)
	return nil
}

// rootOf is the name of the signed object in the frame.
func rootOf(method string) string {
	if method == "" || len(method) > 128 || strings.IndexFunc(method, notInMethod) >= 0 {
		return "error_response"
	}
	return strings.ReplaceAll(method, ".", "_") + "_response"
}

func notInMethod(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	return !letter && !(r >= '0' && r <= '9') && r != '.' && r != '_'
}

// frame puts the parts of an answer together as every client expects them: no
// spaces, the object first, the signature last, and the serial number of the
// certificate, if there is one, between them.
func frame(root, inner, certSN, signature string) string {
	out := `{"` + root + `":` + inner
	if certSN != "" {
		out += `,"alipay_cert_sn":"` + certSN + `"`
	}
	if signature != "" {
		out += `,"sign":"` + signature + `"`
	}
	return out + "}"
}

// writeFrame sends an answer. The platform labels its JSON as HTML.
func writeFrame(w http.ResponseWriter, cs charset, body string) {
	w.Header().Set("Content-Type", "text/html;charset="+cs.name())
	w.Header().Set("Trace_id", fmt.Sprintf("%x", randomBytes(16)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(body))
}
