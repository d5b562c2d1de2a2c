package alipay_test

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"
)

// certificates reads a PEM bundle.
func certificates(t *testing.T, text string) []*x509.Certificate {
	t.Helper()
	var all []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return all
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, cert)
	}
}

// numberOf names a certificate by the rule of the document.
func numberOf(cert *x509.Certificate) string {
	sum := md5.Sum([]byte(cert.Issuer.String() + cert.SerialNumber.String()))
	return hex.EncodeToString(sum[:])
}

// certified turns a bench to the app in certificate mode and returns what its
// requests have to carry, and the number of the platform's certificate.
func (b *bench) certified(t *testing.T) (extra request, alipaySN string) {
	t.Helper()
	c := b.creds.CertApp
	b.key = privateKey(t, c.PKCS1)
	b.creds.AppID = c.AppID
	alipay := certificates(t, c.Ali)[0]
	b.alipay = alipay.PublicKey.(*rsa.PublicKey)
	var roots []string
	for _, root := range certificates(t, c.Roots) {
		if root.SignatureAlgorithm == x509.SHA256WithRSA {
			roots = append(roots, numberOf(root))
		}
	}
	extra = request{
		"app_cert_sn":         numberOf(certificates(t, c.App)[0]),
		"alipay_root_cert_sn": strings.Join(roots, "_"),
	}
	return extra, numberOf(alipay)
}

func TestCertificateMode(t *testing.T) {
	b := newBench(t)
	extra, alipaySN := b.certified(t)
	b.openLink(order("o1", "1"), extra)
	ask := func(name, value string) answer {
		q := b.call("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
		for name, value := range extra {
			q[name] = value
		}
		if name != "" {
			q[name] = value
		}
		return b.send(q)
	}
	tests := []struct{ name, param, value, code, sub string }{
		{"complete", "", "", "10000", ""},
		{"no app certificate", "app_cert_sn", "", "40001", "isv.missing-app-cert-sn"},
		{"no root certificate", "alipay_root_cert_sn", "", "40001", "isv.missing-alipay-root-cert-sn"},
		{"a foreign app certificate", "app_cert_sn", strings.Repeat("0", 32), "40002", "isv.app-cert-not-exist"},
		{"a foreign root", "alipay_root_cert_sn", strings.Repeat("0", 32), "40002", "isv.invalid-alipay-root-cert-sn"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(tt.param, tt.value)
			a.want(t, tt.code, tt.sub)
			if a.certSN != alipaySN || !verifies(b.alipay, "RSA2", a.inner, a.sign) {
				t.Errorf("the answer names %q, signed: %v", a.certSN, verifies(b.alipay, "RSA2", a.inner, a.sign))
			}
		})
	}
}

func TestTheCertificatesAreOfOneAuthority(t *testing.T) {
	b := newBench(t)
	c := b.creds.CertApp
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(c.Roots)) {
		t.Fatal("no roots")
	}
	for _, text := range []string{c.App, c.Ali} {
		chain := certificates(t, text)
		middle := x509.NewCertPool()
		middle.AddCert(chain[1])
		if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: middle}); err != nil {
			t.Error(err)
		}
		if got := chain[0].Issuer.String(); !strings.HasPrefix(got, "CN=Sandbox Authority Class 2 R1,OU=Certification Authority,O=") {
			t.Errorf("the issuer is %s", got)
		}
	}
	if n := len(certificates(t, c.Roots)); n != 2 {
		t.Errorf("%d roots", n)
	}
}

func TestDownloadOfThePlatformsCertificate(t *testing.T) {
	b := newBench(t)
	extra, alipaySN := b.certified(t)
	download := func(sn string) answer {
		q := b.call("alipay.open.app.alipaycert.download", map[string]any{"alipay_cert_sn": sn})
		for name, value := range extra {
			q[name] = value
		}
		return b.send(q)
	}
	a := download(alipaySN)
	a.want(t, "10000", "")
	if raw, err := base64.StdEncoding.DecodeString(a.field("alipay_cert_content")); err != nil || string(raw) != b.creds.CertApp.Ali || a.certSN != "" {
		t.Errorf("downloaded %q, sn %q: %v", raw, a.certSN, err)
	}
	download("0").want(t, "40002", "isv.alipay-cert-not-exist")
	download("").want(t, "40001", "isv.missing-alipay-cert-sn")
}

func TestNoticesOfCertificateModeNameNoCertificate(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	extra, _ := b.certified(t)
	extra["notify_url"] = s.server.URL
	b.openLink(order("o1", "1"), extra)
	b.pay("o1")
	if n := s.next(t); n.Has("alipay_cert_sn") || !genuine(b.alipay, n) || n.Get("app_id") != b.creds.AppID {
		t.Errorf("the notice is %v", n)
	}
}
