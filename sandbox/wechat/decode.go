package wechat

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode"
)

// decode reads the posted JSON into the struct v points to; unknown fields are
// passed over. Unlike encoding/json the platform tells names apart by case, so
// that toUser is no touser.
func (c *call) decode(v any) error {
	b := c.body
	if hasUpperKey(b) {
		b = dropMisspelt(b, reflect.TypeOf(v).Elem())
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fail(47001)
	}
	return nil
}

// hasUpperKey is a quick look whether any name in b holds a capital letter.
func hasUpperKey(b []byte) bool {
	for {
		from := bytes.IndexByte(b, '"')
		if from < 0 {
			return false
		}
		b = b[from+1:]
		length := closingQuote(b)
		if length < 0 {
			return false
		}
		text, rest := b[:length], bytes.TrimLeft(b[length+1:], " \t\r\n")
		if len(rest) > 0 && rest[0] == ':' && bytes.ContainsFunc(text, unicode.IsUpper) {
			return true
		}
		b = rest
	}
}

// closingQuote finds the end of a JSON string whose beginning was cut off.
func closingQuote(b []byte) int {
	for at := 0; ; at++ {
		next := bytes.IndexByte(b[at:], '"')
		if next < 0 {
			return -1
		}
		at += next
		escapes := 0
		for at-escapes > 0 && b[at-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
	}
}

// dropMisspelt takes out the names that t spells in another case.
func dropMisspelt(b []byte, t reflect.Type) []byte {
	var all map[string]json.RawMessage
	if t.Kind() != reflect.Struct || json.Unmarshal(b, &all) != nil {
		return b
	}
	known := names(t)
	for key := range all {
		if exact, found := known[strings.ToLower(key)]; found && exact != key {
			delete(all, key)
		}
	}
	out, err := json.Marshal(all)
	if err != nil {
		return b
	}
	return out
}

// names are the exact names of t's fields by their lower-case form.
func names(t reflect.Type) map[string]string {
	all := map[string]string{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			all[strings.ToLower(name)] = name
		}
	}
	return all
}
