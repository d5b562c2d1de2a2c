package alipay

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// biz holds the business fields of a call. An absent field, a null and an empty
// string are the same, and fields nobody asks for are ignored.
type biz map[string]json.RawMessage

func parseBiz(text string) (biz, error) {
	fields := biz{}
	if strings.TrimSpace(text) == "" {
		return fields, nil
	}
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, err
	}
	return fields, nil
}

// text returns a field that may be written as a string or as a number.
func (b biz) text(name string) string {
	raw := bytes.TrimSpace(b[name])
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	return string(raw)
}

// within returns a field, and whether it is no longer than limit characters.
func (b biz) within(name string, limit int) (string, bool) {
	s := b.text(name)
	return s, len([]rune(s)) <= limit
}

// asks reports whether query_options names an extra that the caller wants.
func (b biz) asks(option string) bool {
	var options []string
	if json.Unmarshal(b["query_options"], &options) != nil {
		return false
	}
	return slices.Contains(options, option)
}
