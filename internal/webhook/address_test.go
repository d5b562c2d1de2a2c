package webhook

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
		"100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
		"fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "::ffff:0:7f00:1", "2002:7f00:1::",
		"2001:db8::1", "2001::1", "fec0::1"} {
		a := netip.MustParseAddr(addr)
		if (Guard{}).Allows(a, false) {
			t.Errorf("%s is allowed", addr)
		}
		if !(Guard{Anything: true}).Allows(a, true) {
			t.Errorf("%s is refused though anything goes", addr)
		}
	}
	for _, addr := range []string{"8.8.8.8", "203.0.114.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"} {
		a := netip.MustParseAddr(addr)
		if !(Guard{}).Allows(a, false) || (Guard{}).Allows(a, true) {
			t.Errorf("%s over https is refused, or over http allowed", addr)
		}
	}
	own := Guard{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for addr, want := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "127.0.0.1": false} {
		if got := own.Allows(netip.MustParseAddr(addr), true); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

func TestAddressesAreCheckedWhenTheyAreGiven(t *testing.T) {
	own := Guard{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for raw, want := range map[string][3]error{ // by nobody's leave, with a network, with anything
		"https://x.test/hook?a=1": {nil, nil, nil},
		"https://8.8.8.8/":        {nil, nil, nil},
		"http://x.test/":          {ErrURL, nil, nil},
		"http://10.1.2.3:3000/":   {ErrURL, nil, nil},
		"https://10.1.2.3/":       {ErrPrivate, nil, nil},
		"https://127.0.0.1/":      {ErrPrivate, ErrPrivate, nil},
		"https://[::1]/":          {ErrPrivate, ErrPrivate, nil},
		"https://localhost./":     {ErrPrivate, nil, nil},
		"https://a:b@x.test/":     {ErrURL, ErrURL, ErrURL},
		"https://x.test/#f":       {ErrURL, ErrURL, ErrURL},
		"ftp://x.test/":           {ErrURL, ErrURL, ErrURL},
		"javascript:alert(1)":     {ErrURL, ErrURL, ErrURL},
		"https:///x":              {ErrURL, ErrURL, ErrURL},
		"":                        {ErrURL, ErrURL, ErrURL},
		"https://x.test/ a":       {ErrURL, ErrURL, ErrURL},
		"https://x.test/" + strings.Repeat("a", 1024): {ErrURL, ErrURL, ErrURL},
	} {
		for i, g := range []Guard{{}, own, {Anything: true}} {
			if got := g.check(raw); !errors.Is(got, want[i]) {
				t.Errorf("%.60s with guard %d: %v", raw, i, got)
			}
		}
	}
}

func FuzzCheckNeverLetsALiteralPrivateAddressPass(f *testing.F) {
	for _, s := range []string{"https://x.test", "https://127.0.0.1", "https://[::ffff:127.0.0.1]:80/", "https://0x7f.1/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if (Guard{}).check(raw) == nil && (strings.Contains(raw, "//127.0.0.1/") || !strings.HasPrefix(strings.ToLower(raw), "https:")) {
			t.Errorf("%q passed", raw)
		}
	})
}
