package crash_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// relay is the way from one server to its database, which a test may cut.
type relay struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	open     map[net.Conn]bool
}

// newRelay relays to the database at address until the test ends, and answers
// the address by which it is reached through the relay.
func newRelay(t *testing.T, address string) (*relay, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, target: u.Host, open: map[net.Conn]bool{}}
	go r.accept()
	t.Cleanup(func() {
		l.Close()
		r.cut()
	})
	u.Host = l.Addr().String()
	return r, u.String()
}

func (r *relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", r.target)
		if err != nil {
			near.Close()
			continue
		}
		r.keep(near, far)
		go r.pass(near, far)
		go r.pass(far, near)
	}
}

func (r *relay) keep(ends ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range ends {
		r.open[c] = true
	}
}

func (r *relay) pass(to, from net.Conn) {
	io.Copy(to, from) //nolint:errcheck // however it ends, both ends go
	to.Close()
	from.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, from)
}

// cut resets every connection, in the middle of whatever it carries.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		if tcp, ok := c.(*net.TCPConn); ok {
			tcp.SetLinger(0) //nolint:errcheck // then it is closed in order
		}
		c.Close()
	}
}
