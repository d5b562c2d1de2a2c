package web

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "/bind?x=1", "//evil.example", `/\evil.example`, "https://evil.example", "/%2f%2fevil", "/a#b", "/\x00"} {
		f.Add(s)
	}
	here, _ := url.Parse("https://pay.example/login")
	f.Fuzz(func(t *testing.T, next string) {
		got := localPath(next)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.Contains(got, `\`) {
			t.Fatalf("localPath(%q) = %q", next, got)
		}
		u, err := here.Parse(got)
		if err != nil || u.Host != "pay.example" || u.Scheme != "https" {
			t.Fatalf("localPath(%q) = %q leads to %v, %v", next, got, u, err)
		}
	})
}

func TestAPlatformIsOfferedOnce(t *testing.T) {
	for _, one := range []struct {
		channels    string
		phone, desk string
	}{
		{"alipay.page alipay.wap", "alipay.wap", "alipay.page"},
		{"alipay.wap alipay.page alipay.qr", "alipay.wap", "alipay.page"},
		{"alipay.page", "alipay.page", "alipay.page"},
		{"alipay.qr", "", ""},
		{"alipay.page unionpay.wap unionpay.page", "alipay.page unionpay.wap", "alipay.page unionpay.page"},
	} {
		channels := strings.Fields(one.channels)
		if got := strings.Join(suitable(channels, true), " "); got != one.phone {
			t.Errorf("%s on a phone: %q, want %q", one.channels, got, one.phone)
		}
		if got := strings.Join(suitable(channels, false), " "); got != one.desk {
			t.Errorf("%s at a desk: %q, want %q", one.channels, got, one.desk)
		}
	}
}
