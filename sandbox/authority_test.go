package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// trusting is a client that trusts the sandbox's authority and nobody else.
func trusting(t *testing.T, origin string, change func(*http.Transport)) *http.Client {
	t.Helper()
	resp, err := http.Get(origin + "/sandbox/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(raw) {
		t.Fatalf("no certificate in %s", raw)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	change(transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestTheSandboxIsAProxyForThePlatformsHosts(t *testing.T) {
	server := serve(t, Options{})
	proxy, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := trusting(t, server.URL, func(to *http.Transport) { to.Proxy = http.ProxyURL(proxy) })
	for _, host := range []string{"openapi.alipay.com", "api.weixin.qq.com"} {
		resp, err := client.Get("https://" + host + "/gateway.do?method=alipay.trade.query")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(raw), "isv.missing-app-id") {
			t.Errorf("%s answered %s: %v", host, raw, err)
		}
	}
	if _, err := client.Get("https://elsewhere.example/"); err == nil {
		t.Error("a tunnel to elsewhere was opened")
	}
	var got struct {
		Alipay struct{ Gateway string }
	}
	send(t, "GET", server.URL+"/sandbox/credentials", "", &got)
	if got.Alipay.Gateway != server.URL+"/gateway.do" {
		t.Errorf("the gateway became %s", got.Alipay.Gateway)
	}
}

func TestAListenerWithThePlatformsNames(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewServer(s)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", s.TLSConfig())
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		plain.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	client := trusting(t, plain.URL, func(*http.Transport) {})
	resp, err := client.Get("https://" + listener.Addr().String() + "/sandbox/clock")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("answered %d", resp.StatusCode)
	}
}
