package web

import (
	"net/http"
	"net/netip"
	"sync"
)

// How many event streams may be open on one node: in all, to one address,
// behind which there may be a whole office, and in one session. Pages beyond
// that fall back to asking now and then.
const (
	maxStreams          = 2000
	maxStreamsOfAddress = 200
	maxStreamsOfSession = 20
)

// seats counts the open event streams. It is safe for any number of
// goroutines.
type seats struct {
	mu    sync.Mutex
	taken map[string]int // by client; nobody has an entry who has no stream
}

// seatsOf lists whose streams a request's counts as, with their bounds.
func (s *Site) seatsOf(r *http.Request) map[string]int {
	of := map[string]int{"": maxStreams, "address " + clientOf(r): maxStreamsOfAddress}
	if token := s.Sessions.Token(r.Context()); token != "" {
		of["session "+token] = maxStreamsOfSession
	}
	return of
}

// clientOf is the address of whoever asks; of IPv6 the network that one
// subscriber has, of which they may use every address.
func clientOf(r *http.Request) string {
	origin := originOf(r)
	addr, err := netip.ParseAddr(origin)
	if err != nil || addr.Unmap().Is4() {
		return origin
	}
	network, _ := addr.WithZone("").Prefix(64) // 64 bits fit into any such address
	return network.String()
}

// take takes a seat for each of the given or, where one has no more, none.
func (s *seats) take(of map[string]int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for who, most := range of {
		switch {
		case s.taken[who] < most:
		case who == "":
			return errStreams
		default:
			return errManyStreams
		}
	}
	for who := range of {
		s.taken[who]++
	}
	return nil
}

// giveBack gives back what take took.
func (s *seats) giveBack(of map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for who := range of {
		if s.taken[who]--; s.taken[who] == 0 {
			delete(s.taken, who)
		}
	}
}
