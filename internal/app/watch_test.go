package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/test/harness"
)

func trusting(all ...string) func(*config.Config) {
	return func(c *config.Config) {
		for _, one := range all {
			c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(one))
		}
	}
}

// signIn tries a wrong password as somebody whom a proxy forwards.
func signIn(t *testing.T, w *world, user, forwarded string) int {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL()+"/login",
		strings.NewReader(url.Values{"user": {user}, "pwd": {"wrong-password"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", forwarded)
	resp, err := (&http.Client{Jar: jar}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// throttled tries until somebody is told to wait, each time by another name.
func throttled(t *testing.T, w *world, from func(i int) string) bool {
	t.Helper()
	for i := range 60 {
		if signIn(t, w, fmt.Sprintf("user%d", i), from(i)) == http.StatusTooManyRequests {
			return true
		}
	}
	return false
}

// Who tries passwords from one address is slowed down, whatever addresses they
// make up in front of it; others behind the same proxy are not.
func TestMadeUpAddressesDoNotHelpWithGuessing(t *testing.T) {
	w := newWorld(t, logging.Text, trusting("127.0.0.0/8"))
	if !throttled(t, w, func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.9", i) }) {
		t.Fatal("somebody who makes addresses up may guess for ever")
	}
	if got := signIn(t, w, "anna", "203.0.113.10"); got == http.StatusTooManyRequests {
		t.Error("a neighbour behind the same proxy is slowed down")
	}
	if !strings.Contains(w.log.String(), "client=203.0.113.9 ") || strings.Contains(w.log.String(), "client=198.51.100.") {
		t.Error("the log does not name the client's own address")
	}
}

// A peer that is not trusted is itself, whatever it says.
func TestAStrangersForwardedAddressIsNotBelieved(t *testing.T) {
	w := newWorld(t, logging.Text, trusting("10.0.0.0/8"))
	if !throttled(t, w, func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }) {
		t.Error("a stranger may guess for ever")
	}
	if strings.Contains(w.log.String(), "client=203.0.113.") {
		t.Error("the log believes a stranger")
	}
}

// The console shows who posted a notice, also behind a proxy.
func TestNoticesKeepTheClientsAddress(t *testing.T) {
	at := harness.FreeAddress(t)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: at})
		r.Out.Host = r.In.Host
		r.Out.Header.Set("X-Forwarded-For", "198.51.100.1, 203.0.113.77")
	}})
	defer proxy.Close()
	w := newWorld(t, logging.Text, func(c *config.Config) {
		c.Listen, c.PublicURL = at, proxy.URL
		trusting("127.0.0.0/8")(c)
	})
	w.live(t)
	var notices struct {
		Data []struct{ Remote string }
	}
	harness.NewClient(w.server.URL(), w.hello.APIKey).Must(t, http.MethodGet, "/v1/notices", nil, &notices)
	if len(notices.Data) == 0 || notices.Data[0].Remote != "203.0.113.77" {
		t.Errorf("notices: %+v", notices)
	}
}

// A body that is too large is refused, and the connection ends instead of the
// rest being read.
func TestAnOversizedBodyClosesTheConnection(t *testing.T) {
	w := newWorld(t, logging.Text, nil)
	for _, c := range []struct {
		path, kind string
		limit      int
	}{
		{"/notify/alipay", "application/x-www-form-urlencoded", 256 << 10}, {"/login", "application/x-www-form-urlencoded", 64 << 10},
		{"/v1/orders", "application/json", 64 << 10},
	} {
		t.Run(c.path, func(t *testing.T) {
			host := strings.TrimPrefix(w.server.URL(), "http://")
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(20 * time.Second)) //nolint:errcheck // a test that hangs fails
			// Little enough that a server would read the rest to keep the connection.
			size := c.limit + 10_000
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n",
				c.path, host, c.kind, w.hello.APIKey, size)
			go io.WriteString(conn, strings.Repeat("a", size)) //nolint:errcheck // the server may close before
			in := bufio.NewReader(conn)
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body) //nolint:errcheck // what counts is the end
			if resp.StatusCode != http.StatusRequestEntityTooLarge || !resp.Close {
				t.Errorf("%s, close %v", resp.Status, resp.Close)
			}
			if _, err := in.ReadByte(); err == nil {
				t.Error("the connection goes on")
			}
		})
	}
}
