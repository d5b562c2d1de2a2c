package api

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
)

// FuzzCursor holds what is taken for a cursor against what we give out: an id
// of the one kind, byte for byte, and nothing that a database could mistake.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", id.New("ord"), id.New("pay"), "ord_", "ord_~", "ORD_" + strings.Repeat("0", 32), "ord_" + strings.Repeat("A", 32),
		"ord_" + strings.Repeat("0", 31) + "\x00", strings.Repeat("0", 36), "ord_' OR 1=1", "ord_" + strings.Repeat("٣", 16)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Paged{Cursor: s}.behind("ord")
		digits, ok := strings.CutPrefix(s, "ord_")
		raw, bad := hex.DecodeString(digits)
		ours := s == "" || ok && bad == nil && len(raw) == 16 && digits == strings.ToLower(digits)
		if ours != (err == nil) || err == nil && got != s {
			t.Fatalf("%q: %q, %v", s, got, err)
		}
		if err != nil && fault.CodeOf(err) != "cursor_invalid" {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// FuzzEventCursor: a number up to the last, or a fault; never below zero.
func FuzzEventCursor(f *testing.F) {
	for _, s := range []string{"", "0", "7", "999999999999999999", "9223372036854775808", "-1", "+1", "1e3", "0x1", "latest", "١"} {
		f.Add(s)
	}
	a := &API{}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "latest" {
			return
		}
		n, err := a.cursor(context.Background(), s)
		if err != nil && fault.CodeOf(err) != "cursor_invalid" || err == nil && n < 0 {
			t.Fatalf("%q: %d, %v", s, n, err)
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, s := range []string{"", "*/*", "application/json;q=0", "text/html, application/*;q=0.1", "application/problem+json", ",;=\"", "a/b;q=x, */*;q=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		readsJSON := func(accept string) bool { return reads(accept, jsonKinds()) }
		if readsJSON(s) && strings.TrimSpace(s) != "" && !strings.Contains(strings.ToLower(s), "application/") && !strings.Contains(s, "*/*") {
			t.Fatalf("%q takes JSON", s)
		}
		if !readsJSON(s+",*/*") && !strings.ContainsAny(s, `"`) {
			t.Fatalf("%q and anything does not take JSON", s)
		}
	})
}

func TestNoticeBodiesAreBoundedAndReadable(t *testing.T) {
	for name, c := range map[string]struct {
		body, want, encoding string
		cut                  bool
	}{
		"whole":                {"a=1&茶", "a=1&茶", "utf-8", false},
		"empty":                {"", "", "utf-8", false},
		"cut":                  {strings.Repeat("a", 9), strings.Repeat("a", 8), "utf-8", true},
		"cut in a character":   {"aaaaaa茶", "aaaaaa", "utf-8", true},
		"not UTF-8":            {"\xb2\xe8", "sug=", "base64", false},
		"not UTF-8, cut":       {"\xb2" + strings.Repeat("a", 9), "smFhYWFhYWE=", "base64", true},
		"a zero byte is shown": {"a\x00b", "a\x00b", "utf-8", false},
	} {
		v := viewNotice(pay.Notice{Body: []byte(c.body)}, 8)
		if v.Body != c.want || v.Encoding != c.encoding || v.Cut != c.cut || v.Bytes != len(c.body) {
			t.Errorf("%s: %q %s %v %d", name, v.Body, v.Encoding, v.Cut, v.Bytes)
		}
	}
}
