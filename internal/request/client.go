package request

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Trusted reports whether an address, with or without its port, lies in one of
// the networks.
func Trusted(address string, networks []netip.Prefix) bool {
	if len(networks) == 0 {
		return false
	}
	at, ok := parse(address)
	return ok && within(at, networks)
}

// ClientAddress is where a request comes from, as host:port. That is the peer,
// unless the peer is one of our own proxies: then X-Forwarded-For is read from
// its end, where the nearest proxy wrote, and the first hop that is not one of
// our proxies is the client. What stands before it the client may have made up
// and nobody looks at it. A hop that is no address ends the search at the
// proxy that wrote it down. The port of a forwarded client is 0.
func ClientAddress(r *http.Request, proxies []netip.Prefix) string {
	if !Trusted(r.RemoteAddr, proxies) {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	found := r.RemoteAddr
	for i := len(hops) - 1; i >= 0; i-- {
		at, ok := parse(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		found = net.JoinHostPort(at.String(), "0")
		if !within(at, proxies) {
			break
		}
	}
	return found
}

// parse reads an address as it stands in a connection or a header: with or
// without a port, an IPv4 address also as IPv6 has it.
func parse(text string) (netip.Addr, bool) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	at, err := netip.ParseAddr(text)
	return at.Unmap().WithZone(""), err == nil
}

func within(at netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(at) {
			return true
		}
	}
	return false
}
