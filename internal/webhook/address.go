package webhook

import (
	"net/netip"
	"net/url"
	"strings"
)

// Guard says which addresses may be called. Its zero value allows public ones
// over https alone.
type Guard struct {
	Anything bool           // for a sandbox: every address, and plain http
	Networks []netip.Prefix // networks of the operator's own, to which plain http is fine too
}

// special are the networks that are not the public internet, besides those
// that netip knows by name.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(all ...string) (out []netip.Prefix) {
	for _, p := range all {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// Allows reports whether a connection to addr may be made. It is asked about
// the address that is really dialled, after any name was resolved, so that a
// name that resolves to another address the second time gains nothing.
func (g Guard) Allows(addr netip.Addr, plain bool) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return false
	}
	if g.Anything || within(g.Networks, addr) {
		return true
	}
	return !plain && public(addr)
}

func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !within(special, a)
}

func within(networks []netip.Prefix, a netip.Addr) bool {
	for _, p := range networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// check refuses what can never be called: another scheme, credentials in the
// address, a literal address that is not allowed. A name is resolved when it
// is dialled, not here.
func (g Guard) check(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxURL || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" ||
		strings.ContainsAny(raw, " \t\r\n") {
		return ErrURL
	}
	plain := u.Scheme == "http"
	if u.Scheme != "https" && !(plain && (g.Anything || len(g.Networks) > 0)) {
		return ErrURL
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		if !g.Allows(addr, plain) {
			return ErrPrivate
		}
		return nil
	}
	if !g.Anything && len(g.Networks) == 0 && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		return ErrPrivate
	}
	return nil
}
