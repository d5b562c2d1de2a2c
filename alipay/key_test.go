package alipay_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/paypush/paypush/alipay"
)

// forms answers the spellings in which keys are handed around.
func forms(kind string, der []byte) map[string]string {
	armoured := string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	bare := base64.StdEncoding.EncodeToString(der)
	var broken strings.Builder
	for i := 0; i < len(bare); i += 64 {
		broken.WriteString(bare[i:min(i+64, len(bare))] + "\r\n")
	}
	return map[string]string{
		"pem":               armoured,
		"pem without break": strings.ReplaceAll(armoured, "\n", ""),
		"pem escaped break": strings.ReplaceAll(armoured, "\n", `\n`),
		"pem with bom":      "\xef\xbb\xbf" + armoured,
		"bare":              bare,
		"bare unpadded":     strings.TrimRight(bare, "="),
		"bare with breaks":  broken.String(),
		"bare with spaces":  "  " + bare + " \n",
	}
}

func testKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestParsePrivateKey(t *testing.T) {
	key := testKey(t, 2048)
	pkcs8 := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))
	for kind, der := range map[string][]byte{"RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(key), "PRIVATE KEY": pkcs8} {
		for form, text := range forms(kind, der) {
			got, err := alipay.ParsePrivateKey([]byte(text))
			if err != nil || !got.Equal(key) {
				t.Errorf("%s, %s: %v", kind, form, err)
			}
		}
	}
}

func TestParsePublicKey(t *testing.T) {
	key := &testKey(t, 2048).PublicKey
	pkix := must[[]byte](t)(x509.MarshalPKIXPublicKey(key))
	for kind, der := range map[string][]byte{"RSA PUBLIC KEY": x509.MarshalPKCS1PublicKey(key), "PUBLIC KEY": pkix} {
		for form, text := range forms(kind, der) {
			got, err := alipay.ParsePublicKey([]byte(text))
			if err != nil || !got.Equal(key) {
				t.Errorf("%s, %s: %v", kind, form, err)
			}
		}
	}
}

func TestKeysMixedUpAreNamed(t *testing.T) {
	key := testKey(t, 2048)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	public := must[[]byte](t)(x509.MarshalPKIXPublicKey(&key.PublicKey))
	curve := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ecPrivate := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(curve))
	ecPublic := must[[]byte](t)(x509.MarshalPKIXPublicKey(&curve.PublicKey))
	tests := []struct {
		name    string
		private bool
		der     []byte
		says    string
	}{
		{"public for private", true, public, "a public key"},
		{"certificate for private", true, cert, "a certificate"},
		{"elliptic for private", true, ecPrivate, "not an RSA one"},
		{"private for public", false, x509.MarshalPKCS1PrivateKey(key), "a private key"},
		{"certificate for public", false, cert, "a certificate"},
		{"elliptic for public", false, ecPublic, "not an RSA one"},
		{"nonsense", true, []byte("nonsense"), "no key of a known form"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := base64.StdEncoding.EncodeToString(tt.der)
			var err error
			if tt.private {
				_, err = alipay.ParsePrivateKey([]byte(text))
			} else {
				_, err = alipay.ParsePublicKey([]byte(text))
			}
			if !errors.Is(err, alipay.ErrKey) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("err = %v", err)
			}
			if err != nil && strings.Contains(err.Error(), text[:8]) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
	for _, text := range []string{"", " ", "?", "-----BEGIN", "-----BEGIN X-----"} {
		if _, err := alipay.ParsePrivateKey([]byte(text)); !errors.Is(err, alipay.ErrKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	short := testKey(t, 1024)
	tests := map[string]struct {
		change func(*alipay.Config)
		want   error
	}{
		"no app id":             {func(c *alipay.Config) { c.AppID = "" }, alipay.ErrInvalid},
		"no key":                {func(c *alipay.Config) { c.Signer = nil }, alipay.ErrKey},
		"no platform key":       {func(c *alipay.Config) { c.PlatformKey = nil }, alipay.ErrKey},
		"own key as platform's": {func(c *alipay.Config) { c.PlatformKey = c.Signer.Public().(*rsa.PublicKey) }, alipay.ErrKey},
		"short key":             {func(c *alipay.Config) { c.Signer = short }, alipay.ErrKey},
		"short platform key":    {func(c *alipay.Config) { c.PlatformKey = &short.PublicKey }, alipay.ErrKey},
		"sign type":             {func(c *alipay.Config) { c.SignType = "MD5" }, alipay.ErrInvalid},
		"relative gateway":      {func(c *alipay.Config) { c.Gateway = "/gateway.do" }, alipay.ErrInvalid},
		"gateway with query":    {func(c *alipay.Config) { c.Gateway = "https://x.example/gateway.do?a=b" }, alipay.ErrInvalid},
		"gateway of no web":     {func(c *alipay.Config) { c.Gateway = "ftp://x.example/" }, alipay.ErrInvalid},
		"gateway with password": {func(c *alipay.Config) { c.Gateway = "https://a:b@x.example/" }, alipay.ErrInvalid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := platform().Config()
			tt.change(&cfg)
			if c, err := alipay.New(cfg); c != nil || !errors.Is(err, tt.want) {
				t.Errorf("New = %v, %v; want %v", c, err, tt.want)
			}
		})
	}
	old := platform().Config()
	old.SignType, old.Signer = alipay.RSA, short
	if _, err := alipay.New(old); err != nil {
		t.Errorf("a 1024-bit key for RSA: %v", err)
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----"))
	f.Add([]byte("-----BEGIN -----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if key, err := alipay.ParsePrivateKey(data); (key == nil) != errors.Is(err, alipay.ErrKey) {
			t.Errorf("%v, %v", key, err)
		}
		if key, err := alipay.ParsePublicKey(data); (key == nil) != errors.Is(err, alipay.ErrKey) {
			t.Errorf("%v, %v", key, err)
		}
	})
}
