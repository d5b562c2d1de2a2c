package alipay_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
)

// authority issues certificates as the platform's does.
type authority struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func subject(name string) pkix.Name {
	return pkix.Name{CommonName: name, OrganizationalUnit: []string{"Test"}, Organization: []string{"Tests"}, Country: []string{"CN"}}
}

func newAuthority(t testing.TB, template *x509.Certificate) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	return &authority{key: key, cert: issue(t, template, template, key, &key.PublicKey)}
}

func issue(t testing.TB, template, parent *x509.Certificate, by crypto.Signer, key any) *x509.Certificate {
	t.Helper()
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = noon.Add(-time.Hour), noon.AddDate(5, 0, 0)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func (a *authority) issue(t testing.TB, name string, serial int64, key *rsa.PublicKey) *x509.Certificate {
	return issue(t, &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: subject(name)}, a.cert, a.key, key)
}

func pemOf(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func snOf(issuer, serial string) string {
	sum := md5.Sum([]byte(issuer + serial))
	return hex.EncodeToString(sum[:])
}

// certWorld is a platform whose app is in certificate mode.
type certWorld struct {
	root     *authority
	key      *rsa.PrivateKey
	appKey   *rsa.PrivateKey
	app      *x509.Certificate
	platform *x509.Certificate
}

var certs = sync.OnceValue(func() func(testing.TB) *certWorld {
	var once sync.Once
	var w certWorld
	return func(t testing.TB) *certWorld {
		once.Do(func() {
			w.root = newAuthority(t, &x509.Certificate{SerialNumber: big.NewInt(7), Subject: subject("Root")})
			w.key, _ = rsa.GenerateKey(rand.Reader, 2048)
			w.appKey, _ = rsa.GenerateKey(rand.Reader, 2048)
			w.app = w.root.issue(t, "App", 11, &w.appKey.PublicKey)
			w.platform = w.root.issue(t, "Platform", 12, &w.key.PublicKey)
		})
		return &w
	}
})

const rootDN = "CN=Root,OU=Test,O=Tests,C=CN"

func (w *certWorld) parse(t testing.TB) *alipay.Certificates {
	t.Helper()
	c, err := alipay.ParseCertificates(pemOf(w.app), pemOf(w.platform), pemOf(w.root.cert))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *certWorld) sign(t testing.TB, key *rsa.PrivateKey, content string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(content))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

func (w *certWorld) client(t testing.TB, answer func(method string) string) *alipay.Client {
	t.Helper()
	return serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("app_cert_sn") != snOf(rootDN, "11") || q.Get("alipay_root_cert_sn") != snOf(rootDN, "7") {
			t.Errorf("serials in the query: %s", r.URL.RawQuery)
		}
		io.WriteString(rw, answer(q.Get("method")))
	}), func(cfg *alipay.Config) {
		cfg.Signer, cfg.PlatformKey, cfg.Certificates = w.appKey, nil, w.parse(t)
	})
}

// reply is signed by key under the name sn.
func (w *certWorld) reply(t testing.TB, key *rsa.PrivateKey, sn string) string {
	const content = `{"code":"10000","msg":"Success","trade_status":"TRADE_SUCCESS"}`
	return fmt.Sprintf(`{"alipay_trade_query_response":%s,"alipay_cert_sn":%q,"sign":%q}`, content, sn, w.sign(t, key, content))
}

func TestCertificateSerials(t *testing.T) {
	w := certs()(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecTemplate := &x509.Certificate{SerialNumber: big.NewInt(8), Subject: subject("Curve"), IsCA: true}
	ecRoot := issue(t, ecTemplate, ecTemplate, curve, &curve.PublicKey)
	other := newAuthority(t, &x509.Certificate{SerialNumber: big.NewInt(9), Subject: subject("Other")})
	unreadable := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("an algorithm that Go does not know")})
	bundle := append(unreadable, pemOf(w.root.cert, ecRoot, other.cert)...)
	c, err := alipay.ParseCertificates(pemOf(w.app, w.root.cert), pemOf(w.platform), bundle)
	if err != nil {
		t.Fatal(err)
	}
	if want := snOf(rootDN, "11"); c.AppSN() != want {
		t.Errorf("app serial %s, want %s", c.AppSN(), want)
	}
	if want := snOf(rootDN, "7") + "_" + snOf("CN=Other,OU=Test,O=Tests,C=CN", "9"); c.RootSN() != want {
		t.Errorf("root serial %s, want %s", c.RootSN(), want)
	}
}

func TestCertificateSerialKeepsTheEncodedOrder(t *testing.T) {
	w := certs()(t)
	part := func(last int, value string) pkix.RelativeDistinguishedNameSET {
		return pkix.RelativeDistinguishedNameSET{{Type: asn1.ObjectIdentifier{2, 5, 4, last}, Value: value}}
	}
	name, err := asn1.Marshal(pkix.RDNSequence{part(3, "Odd"), part(6, "CN"), part(10, "Tests")})
	if err != nil {
		t.Fatal(err)
	}
	odd := newAuthority(t, &x509.Certificate{SerialNumber: big.NewInt(7), RawSubject: name})
	c, err := alipay.ParseCertificates(pemOf(odd.issue(t, "App", 99, &w.appKey.PublicKey)), pemOf(w.platform), pemOf(w.root.cert))
	if err != nil {
		t.Fatal(err)
	}
	if want := snOf("O=Tests,C=CN,CN=Odd", "99"); c.AppSN() != want {
		t.Errorf("serial %s, want %s", c.AppSN(), want)
	}
}

func TestParseCertificatesRefuses(t *testing.T) {
	w := certs()(t)
	good := pemOf(w.app)
	key := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(w.appKey)})
	for name, files := range map[string][3][]byte{
		"empty": {nil, good, good}, "key for certificate": {key, good, good}, "text": {good, []byte("hello"), good},
		"no roots": {good, good, []byte("")},
	} {
		if _, err := alipay.ParseCertificates(files[0], files[1], files[2]); !errors.Is(err, alipay.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bare := []byte(base64.StdEncoding.EncodeToString(w.app.Raw))
	if _, err := alipay.ParseCertificates(bare, good, pemOf(w.root.cert)); err != nil {
		t.Errorf("bare base64: %v", err)
	}
	cfg := platform().Config()
	cfg.Certificates = w.parse(t)
	if _, err := alipay.New(cfg); !errors.Is(err, alipay.ErrKey) {
		t.Errorf("key and certificates together: %v", err)
	}
	cfg.PlatformKey = nil
	if _, err := alipay.New(cfg); !errors.Is(err, alipay.ErrKey) || !strings.Contains(err.Error(), "app certificate") {
		t.Errorf("certificate of another key: %v", err)
	}
}

func TestCertificateModeReplies(t *testing.T) {
	w := certs()(t)
	for name, sn := range map[string]string{"named": snOf(rootDN, "12"), "unnamed": ""} {
		c := w.client(t, func(string) string { return w.reply(t, w.key, sn) })
		if trade, err := c.Query(t.Context(), someTrade); err != nil || !trade.Status.Paid() {
			t.Errorf("%s: %+v, %v", name, trade, err)
		}
	}
}

func TestRenewedCertificateIsFetchedOnce(t *testing.T) {
	w := certs()(t)
	newKey := testKey(t, 2048)
	renewed := w.root.issue(t, "Platform", 13, &newKey.PublicKey)
	fetched := 0
	var mu sync.Mutex
	c := w.client(t, func(method string) string {
		if method == "alipay.trade.query" {
			return w.reply(t, newKey, snOf(rootDN, "13"))
		}
		mu.Lock()
		defer mu.Unlock()
		fetched++
		return downloaded(renewed)
	})
	for range 3 {
		if _, err := c.Query(t.Context(), someTrade); err != nil {
			t.Fatal(err)
		}
	}
	if fetched != 1 {
		t.Errorf("fetched %d times", fetched)
	}
	fields := paidFields()
	body := noticeBy(t, w, newKey, fields)
	if n, err := c.ParseNotice(body); err != nil || !n.Paid() {
		t.Errorf("notice by the renewed key: %v", err)
	}
	if text, err := c.PlatformCertificate(t.Context(), snOf(rootDN, "13")); err != nil || string(text) != string(pemOf(renewed)) {
		t.Errorf("certificate: %q, %v", text, err)
	}
}

func downloaded(certs ...*x509.Certificate) string {
	content := base64.StdEncoding.EncodeToString(pemOf(certs...))
	return fmt.Sprintf(`{"alipay_open_app_alipaycert_download_response":{"code":"10000","msg":"Success","alipay_cert_content":%q},"sign":"QUJD"}`, content)
}

func TestRenewedCertificateIsNotTrusted(t *testing.T) {
	w := certs()(t)
	newKey := testKey(t, 2048)
	stranger := newAuthority(t, &x509.Certificate{SerialNumber: big.NewInt(7), Subject: subject("Root")})
	expired := issue(t, &x509.Certificate{SerialNumber: big.NewInt(13), Subject: subject("Platform"),
		NotBefore: noon.AddDate(-2, 0, 0), NotAfter: noon.AddDate(-1, 0, 0)}, w.root.cert, w.root.key, &newKey.PublicKey)
	for name, answer := range map[string]string{
		"other authority": downloaded(stranger.issue(t, "Platform", 13, &newKey.PublicKey)),
		"another app":     downloaded(w.root.issue(t, "Some App", 13, &newKey.PublicKey)),
		"expired":         downloaded(expired),
		"other serial":    downloaded(w.root.issue(t, "Platform", 14, &newKey.PublicKey)),
		"no certificate":  `{"alipay_open_app_alipaycert_download_response":{"code":"10000","alipay_cert_content":"QUJD"},"sign":"QUJD"}`,
		"not base64":      `{"alipay_open_app_alipaycert_download_response":{"code":"10000","alipay_cert_content":"*"},"sign":"QUJD"}`,
		"refused":         `{"alipay_open_app_alipaycert_download_response":{"code":"40002","sub_code":"isv.alipay-cert-not-exist"},"sign":"QUJD"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var downloads atomic.Int32
			c := w.client(t, func(method string) string {
				if method == "alipay.trade.query" {
					return w.reply(t, newKey, snOf(rootDN, "13"))
				}
				downloads.Add(1)
				return answer
			})
			for range 12 {
				_, err := c.Query(t.Context(), someTrade)
				if e := asError(t, err); !errors.Is(err, alipay.ErrSignature) || !e.Unknown() || e.Verified {
					t.Fatalf("err = %v", err)
				}
			}
			if n := downloads.Load(); n != 8 {
				t.Errorf("%d downloads, the bound is 8", n)
			}
		})
	}
}

func TestPlatformCertificateNeedsCertificateMode(t *testing.T) {
	if _, err := newClient(t, nil).PlatformCertificate(t.Context(), "0"); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("err = %v", err)
	}
}

func TestNoticeWithCertificateSerial(t *testing.T) {
	w := certs()(t)
	c := w.client(t, nil)
	fields := paidFields("alipay_cert_sn", snOf(rootDN, "12"))
	if _, err := c.ParseNotice(noticeBy(t, w, w.key, fields)); err != nil {
		t.Errorf("signed with the serial: %v", err)
	}
	delete(fields, "alipay_cert_sn")
	body := string(noticeBy(t, w, w.key, fields)) + "&alipay_cert_sn=" + snOf(rootDN, "12")
	if _, err := c.ParseNotice([]byte(body)); err != nil {
		t.Errorf("signed without the serial: %v", err)
	}
}

// noticeBy signs the fields of a notice with a key of the test's own.
func noticeBy(t testing.TB, w *certWorld, key *rsa.PrivateKey, fields map[string]string) []byte {
	t.Helper()
	values := url.Values{}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		values.Set(name, fields[name])
		pairs = append(pairs, name+"="+fields[name])
	}
	values.Set("sign_type", "RSA2")
	values.Set("sign", w.sign(t, key, strings.Join(pairs, "&")))
	return []byte(values.Encode())
}
