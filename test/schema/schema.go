// Package schema validates JSON against the part of JSON Schema 2020-12 that
// our OpenAPI document uses, for tests that hold answers against it.
//
// It is not a general validator. The rule that surprises: a keyword that it
// does not know is a fault of the schema, so that nothing passes unread.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Document is what references in schemas point into.
type Document map[string]any

// Decode reads one JSON text with its numbers as they are written. Anything
// after it is an error.
func Decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON text")
	}
	return v, nil
}

// Validate lists what in v breaks the schema s, each with a JSON pointer.
func (d Document) Validate(s, v any) []string {
	c := check{doc: d}
	c.value("", s, v)
	return c.faults
}

// Resolve follows a schema's reference, and its reference, to the schema.
func (d Document) Resolve(s any) (map[string]any, error) {
	for range 16 {
		m, ok := s.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%v is not a schema", s)
		}
		ref, ok := m["$ref"].(string)
		if !ok {
			return m, nil
		}
		s = any(map[string]any(d))
		for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at, _ := s.(map[string]any)
			if s, ok = at[name]; !ok {
				return nil, fmt.Errorf("%s leads nowhere", ref)
			}
		}
	}
	return nil, errors.New("references go in circles")
}

type check struct {
	doc    Document
	faults []string
}

func (c *check) fault(at, format string, args ...any) {
	c.faults = append(c.faults, at+": "+fmt.Sprintf(format, args...))
}

// notes say something to people and nothing about values.
var notes = []string{"description", "title", "examples", "default", "deprecated", "contentMediaType", "$schema"}

func (c *check) value(at string, s, v any) {
	if b, ok := s.(bool); ok {
		if !b {
			c.fault(at, "nothing may be here")
		}
		return
	}
	m, err := c.doc.Resolve(s)
	if err != nil {
		c.fault(at, "%v", err)
		return
	}
	if !c.kind(at, m["type"], v) {
		return
	}
	for word, rule := range m {
		c.keyword(at, m, word, rule, v)
	}
}

func (c *check) keyword(at string, m map[string]any, word string, rule, v any) {
	switch word {
	case "type":
	case "enum":
		all, _ := rule.([]any)
		if v != nil && !slices.ContainsFunc(all, func(one any) bool { return reflect.DeepEqual(one, v) }) {
			c.fault(at, "%v is not one of %v", v, all)
		}
	case "properties", "required", "additionalProperties", "maxProperties":
		if o, ok := v.(map[string]any); ok {
			c.object(at, m, word, rule, o)
		}
	case "items", "minItems", "maxItems":
		if a, ok := v.([]any); ok {
			c.array(at, word, rule, a)
		}
	case "minLength", "maxLength", "pattern", "format":
		if text, ok := v.(string); ok {
			c.text(at, word, rule, text)
		}
	case "minimum", "maximum":
		if n, ok := v.(json.Number); ok {
			c.number(at, word, rule, n)
		}
	default:
		if !slices.Contains(notes, word) {
			c.fault(at, "the schema says %q, which is not known here", word)
		}
	}
}

// kind checks the type and reports whether the rest is worth checking.
func (c *check) kind(at string, rule, v any) bool {
	allowed, ok := rule.([]any)
	if !ok && rule != nil {
		allowed = []any{rule}
	}
	is := "object"
	switch v := v.(type) {
	case nil:
		is = "null"
	case bool:
		is = "boolean"
	case string:
		is = "string"
	case []any:
		is = "array"
	case json.Number:
		is = "number"
		if r, ok := new(big.Rat).SetString(v.String()); ok && r.IsInt() {
			is = "integer"
		}
	}
	if len(allowed) == 0 || slices.Contains(allowed, any(is)) || is == "integer" && slices.Contains(allowed, any("number")) {
		return true
	}
	c.fault(at, "it is %s, not %v", is, allowed)
	return false
}

func (c *check) object(at string, m map[string]any, word string, rule any, o map[string]any) {
	known, _ := m["properties"].(map[string]any)
	switch word {
	case "properties":
		for name, s := range known {
			if v, ok := o[name]; ok {
				c.value(at+"/"+name, s, v)
			}
		}
	case "required":
		names, _ := rule.([]any)
		for _, name := range names {
			if _, ok := o[fmt.Sprint(name)]; !ok {
				c.fault(at, "%v is missing", name)
			}
		}
	case "additionalProperties":
		for name, v := range o {
			if _, ok := known[name]; !ok {
				c.value(at+"/"+name, rule, v)
			}
		}
	case "maxProperties":
		c.atMost(at, rule, len(o))
	}
}

func (c *check) array(at, word string, rule any, a []any) {
	switch word {
	case "items":
		for i, v := range a {
			c.value(at+"/"+strconv.Itoa(i), rule, v)
		}
	case "minItems":
		c.atLeast(at, rule, len(a))
	case "maxItems":
		c.atMost(at, rule, len(a))
	}
}

func (c *check) text(at, word string, rule any, text string) {
	switch word {
	case "minLength":
		c.atLeast(at, rule, utf8.RuneCountInString(text))
	case "maxLength":
		c.atMost(at, rule, utf8.RuneCountInString(text))
	case "pattern":
		if r, err := regexp.Compile(fmt.Sprint(rule)); err != nil || !r.MatchString(text) {
			c.fault(at, "%q does not match %v", text, rule)
		}
	case "format":
		if rule == "date-time" {
			if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
				c.fault(at, "%q is not a time", text)
			}
		}
	}
}

func (c *check) number(at, word string, rule any, n json.Number) {
	bound, ok := new(big.Rat).SetString(fmt.Sprint(rule))
	value, fine := new(big.Rat).SetString(n.String())
	if !ok || !fine || word == "minimum" && value.Cmp(bound) < 0 || word == "maximum" && value.Cmp(bound) > 0 {
		c.fault(at, "%s breaks %s %v", n, word, rule)
	}
}

func (c *check) atLeast(at string, rule any, n int) {
	if least, err := strconv.Atoi(fmt.Sprint(rule)); err != nil || n < least {
		c.fault(at, "there are %d, not %v at least", n, rule)
	}
}

func (c *check) atMost(at string, rule any, n int) {
	if most, err := strconv.Atoi(fmt.Sprint(rule)); err != nil || n > most {
		c.fault(at, "there are %d, not %v at most", n, rule)
	}
}
