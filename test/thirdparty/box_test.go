package thirdparty_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/paypush/paypush/sandbox"
	"github.com/paypush/paypush/test/harness"
)

// box is a sandbox of one test, with what it hands to developers.
type box struct {
	*harness.Client
	inside *sandbox.Sandbox
	keys   keys
}

type keys struct {
	Alipay struct {
		Gateway  string `json:"gateway"`
		AppID    string `json:"app_id"`
		SellerID string `json:"seller_id"`
		PKCS1    string `json:"app_private_key_pkcs1"`
		PKCS8    string `json:"app_private_key_pkcs8"`
		Platform string `json:"alipay_public_key"`
		AES      string `json:"aes_key"`
		CertApp  struct {
			AppID string `json:"app_id"`
			PKCS1 string `json:"app_private_key_pkcs1"`
			PKCS8 string `json:"app_private_key_pkcs8"`
			App   string `json:"app_cert_pem"`
			Ali   string `json:"alipay_cert_pem"`
			Roots string `json:"alipay_root_cert_pem"`
			AES   string `json:"aes_key"`
		} `json:"cert_app"`
	} `json:"alipay"`
	WeChat struct {
		BaseURL    string `json:"base_url"`
		AppID      string `json:"app_id"`
		Secret     string `json:"app_secret"`
		Token      string `json:"token"`
		AESKey     string `json:"encoding_aes_key"`
		OriginalID string `json:"original_id"`
		TemplateID string `json:"template_id"`
	} `json:"wechat"`
}

func newBox(t *testing.T) *box {
	t.Helper()
	inside, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(inside)
	inside.SetBaseURL(front.URL)
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		if err := inside.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &box{Client: harness.NewClient(front.URL, ""), inside: inside}
	b.Must(t, http.MethodGet, "/sandbox/credentials", nil, &b.keys)
	return b
}

// stranger is a key that neither the sandbox nor its apps know, in the forms in
// which SDKs take keys.
type stranger struct{ pkcs1, pkcs8, public string }

func newStranger(t *testing.T) stranger {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.StdEncoding.EncodeToString
	return stranger{encode(x509.MarshalPKCS1PrivateKey(key)), encode(pkcs8), publicText(t, &key.PublicKey)}
}

func publicText(t *testing.T, key *rsa.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}
