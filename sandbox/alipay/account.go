package alipay

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"

	"golang.org/x/sync/errgroup"

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
	certApp     *app
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
	// papers are set for an app in certificate mode.
	papers *papers
}

// keptAccount is an account in the journal; keys are PKCS#8 DER.
type keptAccount struct {
	SellerID string  `json:"seller_id"`
	Email    string  `json:"seller_email"`
	Secret   []byte  `json:"secret"`
	Stranger []byte  `json:"stranger"`
	KeyApp   keptApp `json:"key_app"`
	CertApp  keptApp `json:"cert_app"`
}

type keptApp struct {
	ID       string  `json:"id"`
	Own      []byte  `json:"own"`
	Platform []byte  `json:"platform"`
	AESKey   []byte  `json:"aes_key"`
	Papers   *papers `json:"papers,omitempty"`
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
	}
	var work errgroup.Group
	work.Go(func() (err error) {
		kept.Stranger, err = makeKey()
		return err
	})
	work.Go(func() (err error) {
		kept.KeyApp, err = makeApp("9021000")
		return err
	})
	work.Go(func() (err error) {
		if kept.CertApp, err = makeApp("9021001"); err == nil {
			err = kept.CertApp.certify()
		}
		return err
	})
	return kept, work.Wait()
}

func makeApp(prefix string) (keptApp, error) {
	own, err := makeKey()
	if err != nil {
		return keptApp{}, err
	}
	platform, err := makeKey()
	return keptApp{ID: prefix + randomDigits(9), Own: own, Platform: platform, AESKey: randomBytes(16)}, err
}

// certify puts an app into certificate mode.
func (k *keptApp) certify() error {
	a, err := k.parse()
	if err != nil {
		return err
	}
	k.Papers, err = makePapers(k.ID, &a.own.PublicKey, &a.platform.PublicKey)
	return err
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
	if a.certApp, err = k.CertApp.parse(); err != nil {
		return nil, err
	}
	a.apps[a.keyApp.id], a.apps[a.certApp.id] = a.keyApp, a.certApp
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
	if k.Papers != nil {
		if err := k.Papers.number(); err != nil {
			return nil, err
		}
	}
	return &app{id: k.ID, own: own, platform: platform, aesKey: k.AESKey, papers: k.Papers}, nil
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

func randomBytes(n int) []byte {
	b := make([]byte, n)
	// crypto/rand ends the process rather than fail.
	_, _ = rand.Read(b)
	return b
}

func randomHex(n int) string { return hex.EncodeToString(randomBytes(n)) }

// randomDigits returns n decimal digits.
func randomDigits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		v = new(big.Int)
	}
	return fmt.Sprintf("%0*s", n, v.String())
}
