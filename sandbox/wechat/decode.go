package wechat

import (
	"encoding/json"
	"reflect"
	"strings"
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
	upper, inside := false, false
	for i, x := range b {
		switch {
		case x == '"' && (i == 0 || b[i-1] != '\\'):
			inside = !inside
			if inside {
				upper = false
			}
		case inside && x >= 'A' && x <= 'Z':
			upper = true
		case !inside && x == ':' && upper:
			return true
		}
	}
	return false
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
