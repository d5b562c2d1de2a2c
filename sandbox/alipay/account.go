package alipay

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/paypush/paypush/sandbox/world"
)

const (
	keyBits     = 2048
	accountKind = "alipay.account"
)

// account is the one merchant of the sandbox with its apps. Keys are parsed
// once and never change while the process lives.
type account struct {
	sellerID    string
	sellerEmail string
	secret      []byte
	apps        map[string]*app
	keyApp      *app
	buyers      []buyer
	// stranger signs what a fault lets come from somebody else.
	stranger *rsa.PrivateKey
}

// app is one application: its own key pair, and the platform's pair that it
// verifies with.
type app struct {
	id       string
	own      *rsa.PrivateKey
	platform *rsa.PrivateKey
	aesKey   []byte
}

// keptAccount is an account in the journal; keys are PKCS#8 DER.
type keptAccount struct {
	SellerID string  `json:"seller_id"`
	Email    string  `json:"seller_email"`
	Secret   []byte  `json:"secret"`
	Stranger []byte  `json:"stranger"`
	KeyApp   keptApp `json:"key_app"`
}

type keptApp struct {
	ID       string `json:"id"`
	Own      []byte `json:"own"`
	Platform []byte `json:"platform"`
	AESKey   []byte `json:"aes_key"`
}

func openAccount(w *world.World) (*account, error) {
	var kept *keptAccount
	err := w.Load(accountKind, func(_ string, raw json.RawMessage) error {
		kept = new(keptAccount)
		return json.Unmarshal(raw, kept)
	})
	if err != nil {
		return nil, err
	}
	if kept == nil {
		if kept, err = makeAccount(); err != nil {
			return nil, err
		}
		if err := w.Put(accountKind, "merchant", kept); err != nil {
			return nil, err
		}
	}
	return kept.parse()
}

func makeAccount() (*keptAccount, error) {
	kept := &keptAccount{
		SellerID: "2088" + randomDigits(12),
		Email:    "merchant@sandbox.example",
		Secret:   randomBytes(32),
		KeyApp:   keptApp{ID: "9021000" + randomDigits(9), AESKey: randomBytes(16)},
	}
	for _, into := range []*[]byte{&kept.KeyApp.Own, &kept.KeyApp.Platform, &kept.Stranger} {
		der, err := makeKey()
		if err != nil {
			return nil, err
		}
		*into = der
	}
	return kept, nil
}

func makeKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

func (k *keptAccount) parse() (*account, error) {
	a := &account{sellerID: k.SellerID, sellerEmail: k.Email, secret: k.Secret, apps: map[string]*app{}, buyers: makeBuyers(k.SellerID)}
	var err error
	if a.stranger, err = parseKey(k.Stranger); err != nil {
		return nil, err
	}
	if a.keyApp, err = k.KeyApp.parse(); err != nil {
		return nil, err
	}
	a.apps[a.keyApp.id] = a.keyApp
	return a, nil
}

func (k keptApp) parse() (*app, error) {
	own, err := parseKey(k.Own)
	if err != nil {
		return nil, err
	}
	platform, err := parseKey(k.Platform)
	if err != nil {
		return nil, err
	}
	return &app{id: k.ID, own: own, platform: platform, aesKey: k.AESKey}, nil
}

func parseKey(der []byte) (*rsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a %T is not an RSA key", key)
	}
	return private, nil
}

// credentials is what a developer enters into a client.
type credentials struct {
	Gateway         string `json:"gateway"`
	AppID           string `json:"app_id"`
	SellerID        string `json:"seller_id"`
	AppKeyPKCS1     string `json:"app_private_key_pkcs1"`
	AppKeyPKCS8     string `json:"app_private_key_pkcs8"`
	AlipayPublicKey string `json:"alipay_public_key"`
	AESKey          string `json:"aes_key"`
}

// Credentials returns the gateway address and the keys of the merchant's app,
// as base64 DER.
func (p *Platform) Credentials() any {
	a := p.account.keyApp
	return credentials{
		Gateway:         p.origin() + "/gateway.do",
		AppID:           a.id,
		SellerID:        p.account.sellerID,
		AppKeyPKCS1:     base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(a.own)),
		AppKeyPKCS8:     pkcs8Text(a.own),
		AlipayPublicKey: publicText(&a.platform.PublicKey),
		AESKey:          base64.StdEncoding.EncodeToString(a.aesKey),
	}
}

func pkcs8Text(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(der)
}

func publicText(key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(der)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	// crypto/rand ends the process rather than fail.
	_, _ = rand.Read(b)
	return b
}

// randomDigits returns n decimal digits.
func randomDigits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		v = new(big.Int)
	}
	return fmt.Sprintf("%0*s", n, v.String())
}
