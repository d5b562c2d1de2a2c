package request_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/paypush/paypush/internal/request"
)

func networks(t testing.TB, all ...string) (out []netip.Prefix) {
	t.Helper()
	for _, one := range all {
		p, err := netip.ParsePrefix(one)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestOnlyOurOwnProxiesSayWhereARequestComesFrom(t *testing.T) {
	proxies := networks(t, "127.0.0.0/8", "10.0.0.0/8", "fd00::/8")
	for _, c := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"no proxy", "203.0.113.9:5000", nil, "203.0.113.9:5000"},
		{"a stranger who makes an address up", "203.0.113.9:5000", []string{"198.51.100.1"}, "203.0.113.9:5000"},
		{"one proxy", "127.0.0.1:5", []string{"203.0.113.9"}, "203.0.113.9:0"},
		{"a client that makes hops up", "127.0.0.1:5", []string{"198.51.100.1, 10.0.0.9, 203.0.113.9"}, "203.0.113.9:0"},
		{"two proxies", "127.0.0.1:5", []string{"198.51.100.1, 203.0.113.9, 10.0.0.2"}, "203.0.113.9:0"},
		{"two headers", "127.0.0.1:5", []string{"198.51.100.1", "203.0.113.9", "10.0.0.2"}, "203.0.113.9:0"},
		{"all of it ours", "127.0.0.1:5", []string{"10.0.0.9, 10.0.0.2"}, "10.0.0.9:0"},
		{"a proxy that adds nothing", "127.0.0.1:5", nil, "127.0.0.1:5"},
		{"an empty header", "127.0.0.1:5", []string{""}, "127.0.0.1:5"},
		{"rubbish at the end", "127.0.0.1:5", []string{"203.0.113.9, unknown"}, "127.0.0.1:5"},
		{"rubbish behind a proxy", "127.0.0.1:5", []string{"203.0.113.9, unknown, 10.0.0.2"}, "10.0.0.2:0"},
		{"with a port", "127.0.0.1:5", []string{"203.0.113.9:4711"}, "203.0.113.9:0"},
		{"IPv6", "[fd00::1]:5", []string{"2001:db8::7"}, "[2001:db8::7]:0"},
		{"IPv6 in brackets", "[fd00::1]:5", []string{"[2001:db8::7]:99"}, "[2001:db8::7]:0"},
		{"IPv4 as IPv6", "[::ffff:127.0.0.1]:5", []string{"::ffff:203.0.113.9"}, "203.0.113.9:0"},
		{"a socket", "@", []string{"203.0.113.9"}, "@"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
			for _, v := range c.forwarded {
				r.Header.Add("X-Forwarded-For", v)
			}
			if got := request.ClientAddress(r, proxies); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if got := request.ClientAddress(r, nil); got != c.peer {
				t.Errorf("without proxies got %s", got)
			}
		})
	}
}

// Whatever a client sends, the hop that our proxy adds is the one that counts.
func FuzzClientAddress(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.1")
	f.Add(",,[::1]:0")
	proxies := networks(f, "127.0.0.0/8")
	f.Fuzz(func(t *testing.T, sent string) {
		r := &http.Request{RemoteAddr: "127.0.0.1:5", Header: http.Header{"X-Forwarded-For": {sent, "203.0.113.9"}}}
		if got := request.ClientAddress(r, proxies); got != "203.0.113.9:0" {
			t.Errorf("got %s", got)
		}
	})
}
