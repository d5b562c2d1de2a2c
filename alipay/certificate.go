package alipay

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
)

// Certificates are the three files of an app in certificate mode, read and
// checked. An app has either these or a public key, never both.
type Certificates struct {
	app      *x509.Certificate
	platform *x509.Certificate
	roots    []*x509.Certificate
	chain    []*x509.Certificate
	appSN    string
	rootSN   string
}

// ParseCertificates reads the app's certificate (appCertPublicKey_....crt), Alipay's
// (alipayCertPublicKey_RSA2.crt) and Alipay's root bundle (alipayRootCert.crt), as
// PEM. Roots of algorithms that Go can't read, as SM2, are passed over. A file that
// holds something else matches [ErrKey].
func ParseCertificates(app, platform, roots []byte) (*Certificates, error) {
	own, err := parseChain("app certificate", app)
	if err != nil {
		return nil, err
	}
	theirs, err := parseChain("Alipay certificate", platform)
	if err != nil {
		return nil, err
	}
	bundle, err := parseChain("Alipay root bundle", roots)
	if err != nil {
		return nil, err
	}
	c := &Certificates{app: own[0], platform: theirs[0], chain: theirs[1:], roots: bundle}
	if c.appSN, err = certSN(c.app); err != nil {
		return nil, err
	}
	if c.rootSN, err = rootSN(bundle); err != nil {
		return nil, err
	}
	if _, ok := c.platform.PublicKey.(*rsa.PublicKey); !ok {
		return nil, fmt.Errorf("alipay: %w: the Alipay certificate is not of an RSA key", ErrKey)
	}
	return c, nil
}

// AppSN answers the app certificate's serial as requests carry it (app_cert_sn).
func (c *Certificates) AppSN() string { return c.appSN }

// RootSN answers the serials of the RSA roots as requests carry them
// (alipay_root_cert_sn).
func (c *Certificates) RootSN() string { return c.rootSN }

// parseChain reads the certificates of a file in their order, and at least one.
func parseChain(what string, data []byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	blocks := 0
	for rest := bytes.TrimSpace(data); ; blocks++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			certs = append(certs, cert)
		} else if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("alipay: %w: %s: the file holds %s", ErrKey, what, describe(block.Bytes))
		}
	}
	if blocks == 0 {
		der, err := keyDER(data)
		if err != nil {
			return nil, fmt.Errorf("alipay: %s: %w", what, err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("alipay: %w: %s: the file holds %s", ErrKey, what, describe(der))
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, fmt.Errorf("alipay: %w: %s: no certificate that can be read", ErrKey, what)
	}
	return certs, nil
}

// certSN is the platform's name of a certificate: the MD5 of the issuer, written
// from its last part to its first, and the decimal serial number.
func certSN(cert *x509.Certificate) (string, error) {
	// cert.Issuer would reorder the parts by their type.
	var issuer pkix.RDNSequence
	if rest, err := asn1.Unmarshal(cert.RawIssuer, &issuer); err != nil || len(rest) > 0 {
		return "", fmt.Errorf("alipay: %w: certificate with an unreadable issuer", ErrKey)
	}
	sum := md5.Sum([]byte(issuer.String() + cert.SerialNumber.String()))
	return hex.EncodeToString(sum[:]), nil
}

// rootSN joins the names of the roots that are signed by RSA.
func rootSN(roots []*x509.Certificate) (string, error) {
	var names []string
	for _, root := range roots {
		if !signedByRSA(root) {
			continue
		}
		sn, err := certSN(root)
		if err != nil {
			return "", err
		}
		names = append(names, sn)
	}
	if len(names) == 0 {
		return "", fmt.Errorf("alipay: %w: the root bundle has no RSA root", ErrKey)
	}
	return strings.Join(names, "_"), nil
}

func signedByRSA(cert *x509.Certificate) bool {
	switch cert.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS:
		return true
	}
	return false
}
