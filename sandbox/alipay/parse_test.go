package alipay

import (
	"maps"
	"net/url"
	"testing"
	"time"
)

func FuzzParseFen(f *testing.F) {
	for _, seed := range []string{"0.01", "1", "12.3", "100000000", "100000000.01", "-1", "1e3", "", ".", "9999999999999999999999999999999.99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := parseFen(text)
		if err != nil {
			return
		}
		if amount <= 0 || amount > maxAmount {
			t.Fatalf("%q became %d", text, amount)
		}
		if again, err := parseFen(amount.String()); err != nil || again != amount {
			t.Fatalf("%q became %s, which became %d: %v", text, amount, again, err)
		}
	})
}

func FuzzParseTimeout(f *testing.F) {
	for _, seed := range []string{"1m", "90m", "3h", "15d", "16d", "1c", "0m", "-1d", "1.5h", "m", ""} {
		f.Add(seed)
	}
	now := momentOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	f.Fuzz(func(t *testing.T, text string) {
		end, err := parseTimeout(text, now)
		if err == nil && (end <= now || end > now.after(maxTimeout)) {
			t.Fatalf("%q ends at %s", text, end.time())
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add("a=1&b=%E4%B8%AD&c=", "a", "x")
	f.Add("a=1&a=2&=3&&%zz", "a+b", "%")
	f.Fuzz(func(t *testing.T, form, name, value string) {
		_ = params{}.addForm(form)
		want := params{name: value, "k": "v&=+%"}
		got := params{}
		if err := got.addForm(want.form()); err != nil || !maps.Equal(got, want) {
			t.Fatalf("%v was written as %q and read as %v: %v", want, want.form(), got, err)
		}
	})
}

func FuzzBiz(f *testing.F) {
	f.Add(`{"out_trade_no":"a","query_options":["x"]}`)
	f.Add(`{"out_trade_no":1e5,"query_options":7}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := parseBiz(text)
		if err != nil {
			return
		}
		_, _ = b.within("out_trade_no", 64)
		_ = b.asks("x")
	})
}

func FuzzCharset(f *testing.F) {
	f.Add("茶叶", true)
	f.Add("\xb2\xe8", true)
	f.Add("\xff", false)
	f.Fuzz(func(t *testing.T, raw string, gbk bool) {
		cs := charset(gbk)
		text := cs.decode(raw)
		if again := cs.decode(cs.encode(text)); cs == utf8Charset && again != text {
			t.Fatalf("%q became %q and then %q", raw, text, again)
		}
	})
}

func TestWithQuery(t *testing.T) {
	tests := []struct{ address, want string }{
		{"http://a/b", "http://a/b?x=1"},
		{"http://a/b?", "http://a/b?x=1"},
		{"http://a/b?c=d", "http://a/b?c=d&x=1"},
		{"http://a/b?c=d&", "http://a/b?c=d&x=1"},
		{"http://a/b#top", "http://a/b?x=1#top"},
		{"http://a/b?c=d#top?no", "http://a/b?c=d&x=1#top?no"},
	}
	for _, tt := range tests {
		got := withQuery(tt.address, "x=1")
		if got != tt.want {
			t.Errorf("%s became %s, want %s", tt.address, got, tt.want)
		}
		if _, err := url.Parse(got); err != nil {
			t.Error(err)
		}
	}
}

func TestTheEndOfTheDayIsChinas(t *testing.T) {
	now := momentOf(time.Date(2026, 1, 1, 17, 0, 0, 0, time.UTC))
	end, err := parseTimeout("1c", now)
	if err != nil || end.wire() != "2026-01-03 00:00:00" {
		t.Errorf("the day ends at %s: %v", end.wire(), err)
	}
}
