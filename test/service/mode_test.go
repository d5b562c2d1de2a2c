package service_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
)

// Invariant 18: a database belongs to one mode for ever.
func TestInvariant18DatabaseRefusesAnotherMode(t *testing.T) {
	p := newPair(t)
	p.stop(t)
	live := config.Default()
	live.Listen, live.Data, live.PublicURL = "127.0.0.1:0", p.conf.Data, "https://pay.example.com"
	live.Alipay = []config.Alipay{liveAlipay(t)}
	_, err := app.Start(t.Context(), live, app.Options{Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "mode") {
		t.Fatalf("a live server opened a sandbox database: %v", err)
	}
}

// Invariant 18: each mode speaks to its own hosts.
func TestInvariant18HostsBelongToModes(t *testing.T) {
	gateways := map[config.Mode]string{config.Live: "https://openapi.alipay.com/gateway.do",
		config.PlatformTest: "https://openapi-sandbox.dl.alipaydev.com/gateway.do", config.Sandbox: "http://127.0.0.1:8081/gateway.do"}
	for mode := range gateways {
		for owner, gateway := range gateways {
			c := config.Default()
			c.Mode, c.PublicURL, c.SandboxURL = mode, "https://pay.example.com", "http://127.0.0.1:8081"
			a := liveAlipay(t)
			a.Gateway = gateway
			c.Alipay = []config.Alipay{a}
			if err := c.Check(); (err == nil) != (mode == owner) {
				t.Errorf("mode %s with the gateway of %s: %v", mode, owner, err)
			}
		}
	}
}

// Invariant 18: dev.json is never written outside sandbox mode.
func TestInvariant18NoDevFileInLiveMode(t *testing.T) {
	live := config.Default()
	live.Listen, live.Data, live.PublicURL = "127.0.0.1:0", t.TempDir(), "https://pay.example.com"
	live.Alipay = []config.Alipay{liveAlipay(t)}
	server, err := app.Start(t.Context(), live, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close(t.Context())
	if _, err := server.Introduce(t.Context()); err == nil {
		t.Error("a live server introduced itself")
	}
	if _, err := os.Stat(filepath.Join(live.Data, "dev.json")); err == nil {
		t.Error("a live server wrote dev.json")
	}
}

// liveAlipay is an account with keys made here; nobody is called with it.
func liveAlipay(t *testing.T) config.Alipay {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&newKey(t).PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return config.Alipay{AppID: "2021000000000001", SellerID: "2088000000000001",
		PrivateKey:  config.NewSecret(base64.StdEncoding.EncodeToString(private)),
		PlatformKey: config.NewSecret(base64.StdEncoding.EncodeToString(public))}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
