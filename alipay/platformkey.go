package alipay

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxPlatformKeys bounds how many certificates a client fetches in its life, so
// that made-up serials can't keep it busy. A real one lasts five years.
const maxPlatformKeys = 8

// keyring holds Alipay's public keys: the one of key mode, or the configured
// certificate's and those that Alipay has renewed it to since.
type keyring struct {
	first *rsa.PublicKey
	certs *Certificates

	mu      sync.Mutex
	fetched map[string]*rsa.PublicKey
	tries   int
}

func newKeyring(cfg *Config) (*keyring, error) {
	if cfg.Certificates == nil {
		return &keyring{first: cfg.PlatformKey}, nil
	}
	certs := cfg.Certificates
	sn, err := certSN(certs.platform)
	if err != nil {
		return nil, err
	}
	key := certs.platform.PublicKey.(*rsa.PublicKey)
	return &keyring{first: key, certs: certs, fetched: map[string]*rsa.PublicKey{sn: key}}, nil
}

// callbackKeys are the keys by which a notice may be signed; it doesn't say which.
func (k *keyring) callbackKeys() []*rsa.PublicKey {
	if k.certs == nil {
		return []*rsa.PublicKey{k.first}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	keys := []*rsa.PublicKey{k.first}
	for _, sn := range slices.Sorted(maps.Keys(k.fetched)) {
		if key := k.fetched[sn]; !slices.ContainsFunc(keys, func(k *rsa.PublicKey) bool { return k.Equal(key) }) {
			keys = append(keys, key)
		}
	}
	return keys
}

// known answers the key of a certificate by its serial, without a call. Replies
// that name no certificate are by the first key.
func (k *keyring) known(sn string) *rsa.PublicKey {
	if k.certs == nil || sn == "" {
		return k.first
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fetched[sn]
}

// replyKey answers the key of a reply that names its certificate. A name that is
// not known yet is fetched from the gateway and trusted only after a check against
// the root bundle.
func (c *Client) replyKey(ctx context.Context, sn string) (*rsa.PublicKey, error) {
	if key := c.keys.known(sn); key != nil {
		return key, nil
	}
	if !c.keys.mayFetch() {
		return nil, fmt.Errorf("%w: unknown certificate, and too many were fetched", ErrSignature)
	}
	cert, _, err := c.fetchCertificate(ctx, sn)
	if err != nil {
		c.keys.failed(err)
		return nil, fmt.Errorf("%w: certificate of the reply: %w", ErrSignature, err)
	}
	return c.keys.add(sn, cert.PublicKey.(*rsa.PublicKey)), nil
}

func (k *keyring) mayFetch() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries++
	return k.tries <= maxPlatformKeys
}

// failed takes a fetch back that said nothing about the certificate.
func (k *keyring) failed(err error) {
	if errors.Is(err, ErrSignature) || errors.Is(err, ErrKey) {
		return
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Rejected() {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries--
}

func (k *keyring) add(sn string, key *rsa.PublicKey) *rsa.PublicKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetched[sn] = key
	return key
}

// PlatformCertificate fetches the Alipay certificate of a serial from the gateway
// (alipay.open.app.alipaycert.download), checks it against the root bundle and the
// configured one's owner, and answers it as PEM, to be kept for the next start. The
// client does this by itself when a reply names a certificate it does not know.
func (c *Client) PlatformCertificate(ctx context.Context, sn string) ([]byte, error) {
	if c.keys.certs == nil {
		return nil, invalid(methodCertDownload, "the client is not in certificate mode")
	}
	_, text, err := c.fetchCertificate(ctx, sn)
	return text, err
}

func (c *Client) fetchCertificate(ctx context.Context, sn string) (*x509.Certificate, []byte, error) {
	var out struct {
		Content string `json:"alipay_cert_content"`
	}
	r := Request{Method: methodCertDownload, Content: map[string]string{"alipay_cert_sn": sn}, selfProving: true}
	gateway := *c
	gateway.v3, gateway.encrypting = false, false
	if _, err := gateway.Do(ctx, r, &out); err != nil {
		return nil, nil, err
	}
	text, err := base64.StdEncoding.DecodeString(out.Content)
	if err != nil {
		return nil, nil, untrusted("not base64")
	}
	chain, err := parseChain("downloaded certificate", text)
	if err != nil {
		return nil, nil, &Error{Method: methodCertDownload, Err: err}
	}
	if err := c.keys.certs.trust(sn, chain, c.now()); err != nil {
		return nil, nil, err
	}
	return chain[0], text, nil
}

// trust checks that a certificate is the one asked for, is issued under the root
// bundle, and belongs to the owner of the configured one. The last is needed since
// the same authority certifies every app.
func (c *Certificates) trust(sn string, chain []*x509.Certificate, now time.Time) error {
	leaf := chain[0]
	if got, err := certSN(leaf); err != nil || got != sn {
		return untrusted("it is not the one that was asked for")
	}
	key, ok := leaf.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 {
		return untrusted("its key is not an RSA key of 2048 bits")
	}
	if !bytes.Equal(leaf.RawSubject, c.platform.RawSubject) && !key.Equal(c.platform.PublicKey) {
		return untrusted("it belongs to somebody else than the configured one")
	}
	opts := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(),
		CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, root := range c.roots {
		opts.Roots.AddCert(root)
	}
	for _, cert := range slices.Concat(chain[1:], c.chain) {
		opts.Intermediates.AddCert(cert)
	}
	if _, err := leaf.Verify(opts); err != nil {
		return untrusted("it is not valid under the root bundle: " + err.Error())
	}
	return nil
}

func untrusted(why string) *Error {
	return &Error{Method: methodCertDownload, Err: fmt.Errorf("%w: downloaded certificate: %s", ErrSignature, why)}
}
