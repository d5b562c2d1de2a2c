package alipay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
)

// credentials is what a developer enters into a client.
type credentials struct {
	Gateway         string `json:"gateway"`
	AppID           string `json:"app_id"`
	SellerID        string `json:"seller_id"`
	AppKeyPKCS1     string `json:"app_private_key_pkcs1"`
	AppKeyPKCS8     string `json:"app_private_key_pkcs8"`
	AlipayPublicKey string `json:"alipay_public_key"`
	AESKey          string `json:"aes_key"`

	CertApp certCredentials `json:"cert_app"`
}

// certCredentials is the same for the app in certificate mode.
type certCredentials struct {
	AppID       string `json:"app_id"`
	AppKeyPKCS1 string `json:"app_private_key_pkcs1"`
	AppKeyPKCS8 string `json:"app_private_key_pkcs8"`
	AppCert     string `json:"app_cert_pem"`
	AlipayCert  string `json:"alipay_cert_pem"`
	RootCert    string `json:"alipay_root_cert_pem"`
	AESKey      string `json:"aes_key"`
}

// Credentials returns the gateway address and the keys of the merchant's apps,
// as base64 DER, and the certificates as PEM.
func (p *Platform) Credentials() any {
	a, c := p.account.keyApp, p.account.certApp
	return credentials{
		Gateway:         p.origin() + "/gateway.do",
		AppID:           a.id,
		SellerID:        p.account.sellerID,
		AppKeyPKCS1:     pkcs1Text(a.own),
		AppKeyPKCS8:     pkcs8Text(a.own),
		AlipayPublicKey: publicText(&a.platform.PublicKey),
		AESKey:          base64.StdEncoding.EncodeToString(a.aesKey),
		CertApp: certCredentials{
			AppID: c.id, AppKeyPKCS1: pkcs1Text(c.own), AppKeyPKCS8: pkcs8Text(c.own),
			AppCert: c.papers.App, AlipayCert: c.papers.Alipay, RootCert: c.papers.Roots,
			AESKey: base64.StdEncoding.EncodeToString(c.aesKey),
		},
	}
}

func pkcs1Text(key *rsa.PrivateKey) string {
	return base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key))
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
