package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

const (
	authorityKind = "sandbox.authority"
	// authorityLife and leafLife are days; browsers and phones refuse leaves
	// that live longer than some 800 days.
	authorityLife = 3650
	leafLife      = 365
)

var errForeignHost = errors.New("sandbox: there is no certificate for this host")

// platformHosts are the real hosts whose place the sandbox can take.
func platformHosts() []string {
	return []string{
		"openapi.alipay.com", "openapi-sandbox.dl.alipaydev.com", "openapi.alipaydev.com", "mapi.alipay.com",
		"openauth.alipay.com", "dwbillcenter.alipay.com", "api.weixin.qq.com", "open.weixin.qq.com", "mp.weixin.qq.com",
		"api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "gateway.95516.com", "gateway.test.95516.com",
	}
}

func isPlatformHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return slices.Contains(platformHosts(), host)
}

// authority certifies the sandbox under the platforms' real names, for those
// who choose to trust it.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	mu   sync.Mutex
	leaf map[string]*tls.Certificate
}

// keptAuthority is an authority in the journal, as DER.
type keptAuthority struct {
	Cert []byte `json:"cert"`
	Key  []byte `json:"key"`
}

func openAuthority(w *world.World) (*authority, error) {
	var kept *keptAuthority
	err := w.Load(authorityKind, func(_ string, raw json.RawMessage) error {
		kept = new(keptAuthority)
		return json.Unmarshal(raw, kept)
	})
	if err != nil {
		return nil, err
	}
	if kept == nil {
		if kept, err = foundAuthority(); err != nil {
			return nil, err
		}
		if err := w.Put(authorityKind, "tls", kept); err != nil {
			return nil, err
		}
	}
	cert, err := x509.ParseCertificate(kept.Cert)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParseECPrivateKey(kept.Key)
	return &authority{cert: cert, key: key, leaf: map[string]*tls.Certificate{}}, err
}

func foundAuthority() (*keptAuthority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sheet, err := certificate("paypush sandbox authority", authorityLife)
	if err != nil {
		return nil, err
	}
	sheet.IsCA, sheet.KeyUsage = true, x509.KeyUsageCertSign
	cert, err := x509.CreateCertificate(rand.Reader, sheet, sheet, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	return &keptAuthority{Cert: cert, Key: der}, err
}

func certificate(name string, days int) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, days),
	}, nil
}

// certify returns the certificate for a host: one of the platforms' names, or
// this machine's.
func (a *authority) certify(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := hello.ServerName
	if host == "" {
		host = "localhost"
	}
	if host != "localhost" && !isPlatformHost(host) {
		return nil, fmt.Errorf("%w: %q", errForeignHost, host)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if leaf := a.leaf[host]; leaf != nil {
		return leaf, nil
	}
	leaf, err := a.issue(host)
	if err != nil {
		return nil, err
	}
	a.leaf[host] = leaf
	return leaf, nil
}

func (a *authority) issue(host string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sheet, err := certificate(host, leafLife)
	if err != nil {
		return nil, err
	}
	sheet.DNSNames, sheet.ExtKeyUsage = []string{host}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if host == "localhost" {
		sheet.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, sheet, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// TLSConfig returns what a listener needs to stand in for the platforms' real
// hosts: certificates for their names, made on demand by the sandbox's own
// authority. Clients must be told to trust CertificateAuthority.
func (s *Sandbox) TLSConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.authority.certify}
}

// CertificateAuthority returns the certificate of the sandbox's authority as
// PEM. It is also served at GET /sandbox/ca.pem.
func (s *Sandbox) CertificateAuthority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.authority.cert.Raw})
}

func (s *Sandbox) showAuthority(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(s.CertificateAuthority())
}
