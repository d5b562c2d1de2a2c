package wechat

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestHasUpperKey(t *testing.T) {
	for body, want := range map[string]bool{
		`{"touser":"ABC"}`: false, `{"toUser":"abc"}`: true, `{"a":"say \"B\": x","c":1}`: false,
		`{"a":{"b" : 1, "kidList" :[]}}`: true, `{"a":"\\","B":1}`: true, `{"`: false, `"A"`: false, ``: false,
	} {
		if got := hasUpperKey([]byte(body)); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"touser":"a","data":{"thing1":{"value":"x"}}}`)
	f.Add(`{"toUser":"a","Template_ID":"b"}`)
	f.Fuzz(func(t *testing.T, body string) {
		var in templateMessage
		err := (&call{body: []byte(body)}).decode(&in)
		if err == nil && in.ToUser != "" && !strings.Contains(body, "touser") && !strings.Contains(body, `\u`) {
			t.Errorf("%q was taken for a touser", body)
		}
		if err == nil && !json.Valid([]byte(body)) {
			t.Errorf("%q is no JSON", body)
		}
	})
}
