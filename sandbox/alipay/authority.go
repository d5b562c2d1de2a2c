package alipay

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"time"
)

// papers are the certificates of an app in certificate mode, as PEM text, with
// the serial numbers by which requests and answers name them.
type papers struct {
	// App is the certificate of the app's own key.
	App string `json:"app"`
	// Alipay is the platform's certificate for the app, with its issuer.
	Alipay string `json:"alipay"`
	// Roots is the bundle of roots; one of them is not RSA, as in the real
	// bundle.
	Roots string `json:"roots"`

	appSN, alipaySN, rootSN string
}

// dn makes a name of plain ASCII that is encoded in the order C, O, OU, CN, so
// that every client writes it the same way when it computes serial numbers.
func dn(unit, name string) pkix.Name {
	return pkix.Name{
		Country: []string{"CN"}, Organization: []string{"Sandbox Financial"},
		OrganizationalUnit: []string{unit}, CommonName: name,
	}
}

// issuer signs certificates.
type issuer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func (i *issuer) issue(subject pkix.Name, key crypto.PublicKey, days int, authority bool) (*x509.Certificate, error) {
	now := time.Now()
	sheet := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(append([]byte{0x20}, randomBytes(15)...)),
		Subject:      subject, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(0, 0, days),
		BasicConstraintsValid: true, IsCA: authority, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if authority {
		sheet.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	parent := i.cert
	if parent == nil {
		parent = sheet
	}
	der, err := x509.CreateCertificate(rand.Reader, sheet, parent, key, i.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func newIssuer(parent *issuer, subject pkix.Name, key crypto.Signer) (*issuer, error) {
	by := parent
	if by == nil {
		by = &issuer{key: key}
	}
	cert, err := by.issue(subject, key.Public(), 20*365, true)
	return &issuer{cert: cert, key: key}, err
}

// makePapers founds an authority and lets it certify both sides of an app. The
// authority's keys are forgotten afterwards.
func makePapers(appID string, own, platform *rsa.PublicKey) (*papers, error) {
	rootKey, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	curveKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root, err := newIssuer(nil, dn("Certification Authority", "Sandbox Root Authority R1"), rootKey)
	if err != nil {
		return nil, err
	}
	curve, err := newIssuer(nil, dn("Certification Authority", "Sandbox Root Authority E1"), curveKey)
	if err != nil {
		return nil, err
	}
	middle, err := newIssuer(root, dn("Certification Authority", "Sandbox Authority Class 2 R1"), rootKey)
	if err != nil {
		return nil, err
	}
	app, err := middle.issue(dn("Sandbox Merchant", "sandbox-"+appID), own, 5*365, false)
	if err != nil {
		return nil, err
	}
	alipay, err := middle.issue(dn("Alipay", "sandbox-alipay-"+appID), platform, 5*365, false)
	if err != nil {
		return nil, err
	}
	return &papers{
		App:    pemOf(app, middle.cert),
		Alipay: pemOf(alipay, middle.cert),
		Roots:  pemOf(curve.cert, root.cert),
	}, nil
}

func pemOf(certs ...*x509.Certificate) string {
	var out bytes.Buffer
	for _, cert := range certs {
		// Writing to a buffer cannot fail.
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	}
	return out.String()
}

// number computes the serial numbers of the papers.
func (p *papers) number() error {
	app, err := readPEM(p.App)
	if err != nil {
		return err
	}
	alipay, err := readPEM(p.Alipay)
	if err != nil {
		return err
	}
	roots, err := readPEM(p.Roots)
	if err != nil {
		return err
	}
	p.appSN, p.alipaySN = serialNumber(app[0]), serialNumber(alipay[0])
	var all []string
	for _, root := range roots {
		if root.PublicKeyAlgorithm == x509.RSA {
			all = append(all, serialNumber(root))
		}
	}
	p.rootSN = strings.Join(all, "_")
	return nil
}

func readPEM(text string) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, x509.ErrUnsupportedAlgorithm
	}
	return certs, nil
}

// serialNumber names a certificate as the platform does: the MD5 of its
// issuer's name and its decimal serial number.
func serialNumber(cert *x509.Certificate) string {
	sum := md5.Sum([]byte(issuerName(cert) + cert.SerialNumber.String()))
	return hex.EncodeToString(sum[:])
}

// issuerName writes the issuer backwards, without spaces: CN first, C last.
func issuerName(cert *x509.Certificate) string {
	short := map[string]string{"2.5.4.6": "C", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.3": "CN"}
	var parts []string
	for i := len(cert.Issuer.Names) - 1; i >= 0; i-- {
		each := cert.Issuer.Names[i]
		value, _ := each.Value.(string)
		parts = append(parts, short[each.Type.String()]+"="+value)
	}
	return strings.Join(parts, ",")
}
