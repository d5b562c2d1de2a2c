package alipay

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// ErrKey is the sentinel of a key that can't be used: not a key, a key of the
// wrong kind, or one too short. The text says which, and never shows the key.
var ErrKey = errors.New("unusable key")

// ParsePrivateKey reads an RSA private key as PEM or as the bare base64 that
// Alipay's tools produce, PKCS#1 or PKCS#8, with or without line breaks. A public
// key or a certificate in its place is named in the error, which matches [ErrKey].
func ParsePrivateKey(data []byte) (*rsa.PrivateKey, error) {
	der, err := keyDER(data)
	if err != nil {
		return nil, err
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if rsaKey, ok := key.(*rsa.PrivateKey); ok {
			return rsaKey, nil
		}
		return nil, fmt.Errorf("alipay: %w: a private key, but not an RSA one", ErrKey)
	}
	return nil, fmt.Errorf("alipay: %w: %s, where an RSA private key is needed", ErrKey, describe(der))
}

// ParsePublicKey reads an RSA public key as PEM or bare base64, PKIX or PKCS#1,
// with or without line breaks. A private key or a certificate in its place is
// named in the error, which matches [ErrKey].
func ParsePublicKey(data []byte) (*rsa.PublicKey, error) {
	der, err := keyDER(data)
	if err != nil {
		return nil, err
	}
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		if rsaKey, ok := key.(*rsa.PublicKey); ok {
			return rsaKey, nil
		}
		return nil, fmt.Errorf("alipay: %w: a public key, but not an RSA one", ErrKey)
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key, nil
	}
	return nil, fmt.Errorf("alipay: %w: %s, where an RSA public key is needed", ErrKey, describe(der))
}

// keyDER strips PEM armour, also when it was joined to one line, or base64.
func keyDER(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("\xef\xbb\xbf"))
	if block, _ := pem.Decode(data); block != nil {
		return block.Bytes, nil
	}
	if bytes.HasPrefix(data, []byte("-----BEGIN ")) {
		data = stripArmour(data)
	}
	text := bytes.Join(bytes.Fields(data), nil)
	// Configuration files often carry line breaks as the two characters \n.
	text = bytes.ReplaceAll(text, []byte(`\n`), nil)
	if len(text) == 0 {
		return nil, fmt.Errorf("alipay: %w: empty", ErrKey)
	}
	der, err := base64.RawStdEncoding.DecodeString(string(bytes.TrimRight(text, "=")))
	if err != nil {
		return nil, fmt.Errorf("alipay: %w: neither PEM nor base64", ErrKey)
	}
	return der, nil
}

func stripArmour(data []byte) []byte {
	dashes := []byte("-----")
	parts := bytes.SplitN(data, dashes, 4)
	if len(parts) < 3 {
		return data
	}
	return parts[2]
}

// describe names what was given in place of the key that was asked for.
func describe(der []byte) string {
	if _, err := x509.ParseCertificate(der); err == nil {
		return "a certificate"
	}
	if _, err := x509.ParsePKIXPublicKey(der); err == nil {
		return "a public key"
	}
	if _, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return "a public key"
	}
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return "a private key"
	}
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return "a private key"
	}
	return "no key of a known form"
}
