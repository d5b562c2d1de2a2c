package alipay

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// SignType names the signature algorithm of an app.
type SignType string

const (
	// RSA2 is SHA256withRSA with a key of at least 2048 bits. New apps have no other.
	RSA2 SignType = "RSA2"
	// RSA is SHA1withRSA, kept for apps from before RSA2.
	RSA SignType = "RSA"
)

func (t SignType) hash() crypto.Hash {
	if t == RSA {
		return crypto.SHA1
	}
	return crypto.SHA256
}

// digest hashes content into sum, which has room for either algorithm.
func (t SignType) digest(content []byte, sum *[sha256.Size]byte) []byte {
	if t == RSA {
		short := sha1.Sum(content)
		return sum[:copy(sum[:], short[:])]
	}
	*sum = sha256.Sum256(content)
	return sum[:]
}

// appendContent joins sorted parameters as name=value with "&", values as they
// are, which is what both sides sign. It leaves out the named ones, and empty
// values unless kept.
func appendContent(b []byte, params []param, keepEmpty bool, without ...string) []byte {
	for _, p := range params {
		if !keepEmpty && p.value == "" || slices.Contains(without, p.name) {
			continue
		}
		if len(b) > 0 {
			b = append(b, '&')
		}
		b = append(b, p.name...)
		b = append(b, '=')
		b = append(b, p.value...)
	}
	return b
}

// sign answers the base64 signature of content by the app's key.
func (c *Client) sign(content []byte) (string, error) {
	var sum [sha256.Size]byte
	raw, err := c.signer.Sign(rand.Reader, c.signType.digest(content, &sum), c.signType.hash())
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// verify checks a base64 signature of content. Any failure is [ErrSignature].
func verify(key *rsa.PublicKey, t SignType, content []byte, signature string) error {
	// A "+" that was not percent-encoded arrives as a space.
	if strings.Contains(signature, " ") {
		signature = strings.ReplaceAll(signature, " ", "+")
	}
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("%w: not base64", ErrSignature)
	}
	var sum [sha256.Size]byte
	if err := rsa.VerifyPKCS1v15(key, t.hash(), t.digest(content, &sum), raw); err != nil {
		return fmt.Errorf("%w: it is not of the platform key over this content", ErrSignature)
	}
	return nil
}

// verifyCallback checks the signature of a notice or return URL. Alipay's pages
// disagree on whether empty values and the certificate's serial are signed, so each
// reading is accepted; neither is a value to anybody afterwards, so none lets
// anything in.
func (c *Client) verifyCallback(params []param, size int) error {
	signature := lookup(params, "sign")
	if signature == "" {
		return fmt.Errorf("%w: missing", ErrSignature)
	}
	t := SignType(lookup(params, "sign_type"))
	if t == "" {
		t = c.signType
	}
	if t != RSA2 && t != c.signType {
		return fmt.Errorf("%w: algorithm %.16q is not allowed", ErrSignature, string(t))
	}
	content := appendContent(make([]byte, 0, size), params, true, "sign", "sign_type")
	err := verify(c.keys.first, t, content, signature)
	if err == nil {
		return nil
	}
	for i, key := range c.keys.callbackKeys() {
		if i > 0 && verify(key, t, content, signature) == nil {
			return nil
		}
		if other := appendOther(nil, params); len(other) != len(content) && verify(key, t, other, signature) == nil {
			return nil
		}
	}
	return err
}

// appendOther is the second reading of a callback.
func appendOther(b []byte, params []param) []byte {
	return appendContent(b, params, false, "sign", "sign_type", "alipay_cert_sn")
}
