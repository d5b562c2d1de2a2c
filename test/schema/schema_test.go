package schema_test

import (
	"strings"
	"testing"

	"github.com/paypush/paypush/test/schema"
)

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := schema.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestValidate(t *testing.T) {
	doc := schema.Document(decode(t, `{"components":{"schemas":{"Name":{"type":"string","maxLength":2},"Alias":{"$ref":"#/components/schemas/Name"}}}}`).(map[string]any))
	for name, c := range map[string]struct{ schema, value, fault string }{
		"a string":          {`{"type":"string","description":"d","examples":["x"]}`, `"x"`, ""},
		"not a string":      {`{"type":"string"}`, `1`, "not [string]"},
		"null allowed":      {`{"type":["string","null"],"format":"date-time"}`, `null`, ""},
		"null refused":      {`{"type":"string"}`, `null`, "it is null"},
		"integer as number": {`{"type":"number"}`, `1`, ""},
		"1.0 is an integer": {`{"type":"integer"}`, `1.0`, ""},
		"fraction":          {`{"type":"integer"}`, `1.5`, "not [integer]"},
		"too small":         {`{"type":"integer","minimum":2}`, `1`, "minimum"},
		"too large":         {`{"type":"integer","maximum":9007199254740993}`, `9007199254740994`, "maximum"},
		"in an enum":        {`{"type":"string","enum":["a","b"]}`, `"b"`, ""},
		"not in an enum":    {`{"type":"string","enum":["a","b"]}`, `"c"`, "not one of"},
		"reference":         {`{"$ref":"#/components/schemas/Alias"}`, `"你好"`, ""},
		"through it":        {`{"$ref":"#/components/schemas/Alias"}`, `"你好吗"`, "at most"},
		"to nowhere":        {`{"$ref":"#/components/schemas/None"}`, `1`, "leads nowhere"},
		"missing":           {`{"type":"object","required":["a"]}`, `{}`, "a is missing"},
		"closed":            {`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`, `{"a":"","b":1}`, "/b: nothing"},
		"open to strings":   {`{"type":"object","additionalProperties":{"type":"string"}}`, `{"b":1}`, "/b: it is integer"},
		"deep":              {`{"type":"object","properties":{"a":{"type":"array","items":{"type":"boolean"}}}}`, `{"a":[true,1]}`, "/a/1: it is integer"},
		"few items":         {`{"type":"array","minItems":1}`, `[]`, "at least"},
		"many items":        {`{"type":"array","maxItems":1}`, `[1,2]`, "at most"},
		"many properties":   {`{"type":"object","maxProperties":1}`, `{"a":1,"b":2}`, "at most"},
		"empty string":      {`{"type":"string","minLength":1}`, `""`, "at least"},
		"pattern":           {`{"type":"string","pattern":"^[a-z]+$"}`, `"A"`, "does not match"},
		"a time":            {`{"type":"string","format":"date-time"}`, `"2026-01-02T03:04:05.678Z"`, ""},
		"not a time":        {`{"type":"string","format":"date-time"}`, `"2026-01-02"`, "not a time"},
		"unknown keyword":   {`{"type":"string","oneOf":[]}`, `"x"`, "oneOf"},
		"anything":          {`{}`, `[1,{"a":null}]`, ""},
		"nothing":           {`false`, `1`, "nothing may be here"},
	} {
		faults := strings.Join(doc.Validate(decode(t, c.schema), decode(t, c.value)), "; ")
		if c.fault == "" && faults != "" || !strings.Contains(faults, c.fault) {
			t.Errorf("%s: %q, want %q", name, faults, c.fault)
		}
	}
}

func TestDecodeRefusesWhatFollows(t *testing.T) {
	for _, text := range []string{`{} {}`, `1 x`, ``, `{`} {
		if _, err := schema.Decode([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if _, err := schema.Decode([]byte("{}\n")); err != nil {
		t.Error(err)
	}
}
