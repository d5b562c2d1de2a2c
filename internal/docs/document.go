package docs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// document is the part of an OpenAPI 3.1 document that is shown.
type document struct {
	Info       info
	Paths      map[string]map[string]described
	Components struct{ Schemas map[string]schema }
}

type info struct{ Title, Version, Description string }

type described struct {
	OperationID, Summary string
	Parameters           []struct {
		Name, In, Description string
		Required              bool
		Schema                schema
	}
	RequestBody *struct {
		Required bool
		Content  map[string]struct{ Schema schema }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 any
	Format, Description  string
	Pattern              string
	Enum                 []any
	Properties           map[string]schema
	Required             []string
	Items                *schema
	AdditionalProperties json.RawMessage
	Minimum, Maximum     *float64
	MinLength, MaxLength *int
	Default              any
}

func readDocument(b []byte) (d document, err error) {
	if err = json.Unmarshal(b, &d); err != nil {
		return d, fmt.Errorf("the OpenAPI document: %w", err)
	}
	return d, nil
}

// group is the calls whose paths begin alike.
type group struct {
	Key, Name string
	Calls     []call
}

type call struct {
	ID, Method, Path, Summary string
	Parameters, Body          []field
	BodyObject                string // the object that the body is, where it is one
	BodyOptional              bool
	Answers                   []answer
}

type field struct {
	Name, In, Type, Object, Description string // Object is the one that Type leads to
	Required                            bool
}

type answer struct{ Status, Description, Object string }

type object struct {
	Name   string
	Fields []field
}

func groups(d document, lang string) []group {
	byKey := map[string][]call{}
	for path, item := range d.Paths {
		key, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/"), "/")
		for method, op := range item {
			byKey[key] = append(byKey[key], newCall(strings.ToUpper(method), path, op, d))
		}
	}
	rank := func(key string) int {
		if i := slices.Index(groupOrder, key); i >= 0 {
			return i
		}
		return len(groupOrder)
	}
	var all []group
	for _, key := range slices.SortedFunc(maps.Keys(byKey), func(a, b string) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b)) }) {
		g := group{Key: key, Name: key, Calls: byKey[key]}
		if names, ok := groupNames[key]; ok {
			g.Name = names[strings.Index("zhen", lang)/2]
		}
		slices.SortFunc(g.Calls, func(a, b call) int {
			return cmp.Or(strings.Count(a.Path, "/")-strings.Count(b.Path, "/"), cmp.Compare(a.Path, b.Path), cmp.Compare(b.Method, a.Method))
		})
		all = append(all, g)
	}
	return all
}

func newCall(method, path string, op described, d document) call {
	c := call{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary}
	for _, p := range op.Parameters {
		f := newField(p.Name, p.Schema, p.Required)
		f.In, f.Description = p.In, cmp.Or(p.Description, f.Description)
		c.Parameters = append(c.Parameters, f)
	}
	if op.RequestBody != nil {
		s := op.RequestBody.Content["application/json"].Schema
		c.BodyOptional = !op.RequestBody.Required
		c.BodyObject = s.object()
		c.Body = fields(d.Components.Schemas[c.BodyObject])
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r, a := op.Responses[status], answer{Status: status}
		a.Description = r.Description
		for _, content := range r.Content {
			a.Object = content.Schema.object()
		}
		c.Answers = append(c.Answers, a)
	}
	return c
}

// objects are the schemas that others lead to.
func objects(d document) []object {
	var all []object
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		all = append(all, object{name, fields(d.Components.Schemas[name])})
	}
	return all
}

// fields lists an object's properties, the required ones first.
func fields(s schema) []field {
	var all []field
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		all = append(all, newField(name, s.Properties[name], slices.Contains(s.Required, name)))
	}
	slices.SortStableFunc(all, func(a, b field) int {
		if a.Required == b.Required {
			return 0
		}
		if a.Required {
			return -1
		}
		return 1
	})
	return all
}

func newField(name string, s schema, required bool) field {
	return field{Name: name, Type: s.words(), Object: s.object(), Description: s.Description, Required: required}
}

// object is the name of the object that a schema, or its items, refer to.
func (s schema) object() string {
	if s.Items != nil {
		return s.Items.object()
	}
	return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
}

// words says in few words what values there may be.
func (s schema) words() string {
	kind := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	switch t := s.Type.(type) {
	case string:
		kind = t
	case []any:
		var names []string
		for _, one := range t {
			names = append(names, fmt.Sprint(one))
		}
		kind = strings.Join(names, " | ")
	}
	if s.Items != nil {
		kind = strings.Replace(kind, "array", "array of "+s.Items.words(), 1)
	}
	if s.Format == "date-time" {
		kind += ", RFC 3339"
	}
	if len(s.Enum) > 0 {
		var values []string
		for _, v := range s.Enum {
			values = append(values, fmt.Sprint(v))
		}
		kind += ": " + strings.Join(values, ", ")
	}
	return kind + s.bounds()
}

func (s schema) bounds() string {
	var all []string
	number := func(f float64) string { return fmt.Sprintf("%.0f", f) }
	if s.Minimum != nil && s.Maximum != nil {
		all = append(all, number(*s.Minimum)+" to "+number(*s.Maximum))
	} else if s.Minimum != nil {
		all = append(all, "at least "+number(*s.Minimum))
	}
	if s.MaxLength != nil {
		all = append(all, fmt.Sprintf("at most %d characters", *s.MaxLength))
	}
	if s.Pattern != "" {
		all = append(all, s.Pattern)
	}
	if s.Default != nil {
		all = append(all, fmt.Sprintf("default %v", s.Default))
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, "; ") + ")"
}
