package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/paypush/paypush/alipay/alipaytest"
)

// standIn speaks the few words of the sandbox that a server asks when it
// starts: its accounts, the clock, the settings. The real sandbox signs
// notices only for payments that its buyers made, one by one; here the keys are
// our own, so that as many genuine notices can be signed ahead as the server can
// settle. The server is told of it by --sandbox and can't tell the difference.
// It has no gateway unless a benchmark adds one; nothing is asked of it while
// notices are taken. It takes every message.
type standIn struct {
	platform *alipaytest.Platform
	url      string
	server   *http.Server
	took     func(*http.Request) // told of each message, before it is answered
	mux      *http.ServeMux      // takes more routes
}

func newStandIn() (*standIn, error) {
	s := &standIn{platform: alipaytest.NewPlatform()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.url = "http://" + l.Addr().String()
	credentials, err := s.credentials()
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.mux = http.NewServeMux()
	mux := s.mux
	mux.HandleFunc("GET /sandbox/credentials", func(w http.ResponseWriter, _ *http.Request) {
		w.Write(credentials) //nolint:errcheck // the server asks again
	})
	mux.HandleFunc("GET /sandbox/clock", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"now": time.Now().UTC()}) //nolint:errcheck // the server asks again
	})
	mux.HandleFunc("PUT /sandbox/wechat/settings", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /cgi-bin/", func(w http.ResponseWriter, r *http.Request) {
		if s.took != nil && strings.HasSuffix(r.URL.Path, "/send") {
			s.took(r)
		}
		fixed(w, r)
	})
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go s.server.Serve(l) //nolint:errcheck // it ends by close
	return s, nil
}

func (s *standIn) close() error { return s.server.Close() }

func (s *standIn) credentials() ([]byte, error) {
	config := s.platform.Config()
	private, err := x509.MarshalPKCS8PrivateKey(config.Signer)
	if err != nil {
		return nil, err
	}
	public, err := publicText(s.platform.PublicKey())
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"alipay": map[string]string{"gateway": s.url + "/gateway.do", "app_id": config.AppID, "seller_id": config.SellerID,
			"app_private_key_pkcs8": base64.StdEncoding.EncodeToString(private), "alipay_public_key": public},
		"wechat": map[string]string{"base_url": s.url, "app_id": "wxbench", "app_secret": random(16), "token": random(8),
			"encoding_aes_key": base64.RawStdEncoding.EncodeToString(randomBytes(32)), "template_id": "bench"},
	})
}

func random(n int) string { return hex.EncodeToString(randomBytes(n)) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails
	return b
}
