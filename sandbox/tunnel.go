package sandbox

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	tunnelHeaderTime = 10 * time.Second
	tunnelIdleTime   = time.Minute
)

// tunnels makes the sandbox an HTTPS proxy for the platforms' hosts: whoever
// connects through it to openapi.alipay.com talks to the sandbox instead.
type tunnels struct {
	server *http.Server
	line   *line
}

func newTunnels(handler http.Handler) *tunnels {
	t := &tunnels{
		server: &http.Server{Handler: handler, ReadHeaderTimeout: tunnelHeaderTime, IdleTimeout: tunnelIdleTime},
		line:   &line{conns: make(chan net.Conn), closed: make(chan struct{})},
	}
	go func() { _ = t.server.Serve(t.line) }()
	return t
}

func (t *tunnels) close() error { return t.server.Close() }

// open answers CONNECT. Other hosts than the platforms' are refused, so that
// the sandbox is no way into a network.
func (t *tunnels) open(w http.ResponseWriter, r *http.Request, config *tls.Config) {
	if !isPlatformHost(r.Host) {
		http.Error(w, "the sandbox stands in for the platforms' hosts only", http.StatusForbidden)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "a tunnel cannot be opened here", http.StatusNotImplemented)
		return
	}
	if buffered.Reader.Buffered() > 0 {
		// Nobody may speak before the tunnel is confirmed.
		_ = conn.Close()
		return
	}
	_ = conn.SetDeadline(time.Time{})
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection Established\r\n\r\n")); err != nil {
		_ = conn.Close()
		return
	}
	t.line.put(tls.Server(conn, config))
}

// line is a listener whose connections are handed in.
type line struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *line) put(conn net.Conn) {
	select {
	case l.conns <- conn:
	case <-l.closed:
		_ = conn.Close()
	}
}

// Accept waits for the next connection.
func (l *line) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, errors.New("sandbox: the line is closed")
	}
}

// Close ends Accept.
func (l *line) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is a name, since there is no port.
func (l *line) Addr() net.Addr { return &net.UnixAddr{Name: "tunnel", Net: "unix"} }
