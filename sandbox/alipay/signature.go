package alipay

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
)

// signType is the value of the parameter sign_type.
type signType string

const (
	rsa2 signType = "RSA2"
	rsa1 signType = "RSA"
)

func (s signType) known() bool { return s == rsa2 || s == rsa1 }

func (s signType) hash() crypto.Hash {
	if s == rsa1 {
		return crypto.SHA1
	}
	return crypto.SHA256
}

// content joins the parameters for signing: sorted by name, raw values, without
// those in drop. Empty values are left out unless empties is set, because
// clients differ in that.
func (p params) content(empties bool, drop ...string) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p)) {
		value := p[name]
		if slices.Contains(drop, name) || value == "" && !empties {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('&')
		}
		out.WriteString(name)
		out.WriteByte('=')
		out.WriteString(value)
	}
	return out.String()
}

func (p params) hasEmpty() bool {
	for _, value := range p {
		if value == "" {
			return true
		}
	}
	return false
}

// verified reports whether the request was signed with the key: without its
// empty values, or with them.
func (p params) verified(key *rsa.PublicKey) bool {
	st, sig := signType(p["sign_type"]), p["sign"]
	if verify(key, st, p.content(false, "sign"), sig) {
		return true
	}
	return p.hasEmpty() && verify(key, st, p.content(true, "sign"), sig)
}

func verify(key *rsa.PublicKey, st signType, text, signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	return rsa.VerifyPKCS1v15(key, st.hash(), digest(st, text), raw) == nil
}

// sign returns the base64 signature of text, without any escaping.
func sign(key *rsa.PrivateKey, st signType, text string) (string, error) {
	raw, err := rsa.SignPKCS1v15(nil, key, st.hash(), digest(st, text))
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

func digest(st signType, text string) []byte {
	h := st.hash().New()
	_, _ = h.Write([]byte(text))
	return h.Sum(nil)
}

// signCallback adds sign_type and sign to parameters that the platform sends to
// a merchant. Both are left out of what is signed.
func (p params) signCallback(key *rsa.PrivateKey, st signType) error {
	delete(p, "sign")
	p["sign_type"] = string(st)
	signature, err := sign(key, st, p.content(false, "sign", "sign_type"))
	p["sign"] = signature
	return err
}
