package sandbox

import (
	"net/url"
	"strings"
	"sync/atomic"
)

// baseURL is the origin for links: the one that was set, otherwise the one by
// which the sandbox was last reached.
type baseURL struct {
	told atomic.Pointer[string]
	seen atomic.Pointer[string]
}

func (b *baseURL) set(origin string) {
	origin = strings.TrimRight(origin, "/")
	b.told.Store(&origin)
}

// see notes the Host of a request. A Host that is no plain name and port is
// not taken into links.
func (b *baseURL) see(host string) {
	if last := b.seen.Load(); last != nil && *last == "http://"+host {
		return
	}
	u, err := url.Parse("http://" + host)
	if err != nil || host == "" || len(host) > 255 || u.Host != host || u.User != nil {
		return
	}
	origin := "http://" + host
	b.seen.Store(&origin)
}

func (b *baseURL) get() string {
	if told := b.told.Load(); told != nil && *told != "" {
		return *told
	}
	if seen := b.seen.Load(); seen != nil {
		return *seen
	}
	return "http://127.0.0.1"
}
