package alipay

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Gateways of the platform, for [Config.Gateway].
const (
	// Production is the gateway where money is real.
	Production = "https://openapi.alipay.com/gateway.do"
	// OfficialSandbox is Alipay's own test gateway.
	OfficialSandbox = "https://openapi-sandbox.dl.alipaydev.com/gateway.do"
)

// Answers to a notice, for the body of an HTTP 200. Anything but exactly Success
// makes Alipay send the notice again, eight times within 25 hours.
const (
	Success = "success"
	Fail    = "fail"
)

const defaultTimeout = 30 * time.Second

// Config is what a [Client] is made from. AppID, Signer and either
// PlatformKey or Certificates are needed.
type Config struct {
	// AppID is the app's number, 16 digits.
	AppID string
	// SellerID is the merchant's number, 2088 and 12 digits. When it is set,
	// notices and return URLs for another seller are refused with [ErrAccount].
	SellerID string
	// Gateway is the full address of gateway.do: [Production], [OfficialSandbox] or
	// any other http or https URL without a query. Empty means Production.
	Gateway string
	// Signer holds the app's RSA private key: a key of [ParsePrivateKey], or a KMS or
	// HSM. It must be safe for concurrent use.
	Signer crypto.Signer
	// SignType is the app's algorithm; empty means [RSA2].
	SignType SignType
	// PlatformKey is the key that Alipay shows once the app's public key has been
	// uploaded; see [ParsePublicKey]. It is not the app's own public key.
	PlatformKey *rsa.PublicKey
	// Certificates puts the client into certificate mode, in place of PlatformKey. The
	// app's certificate must be of Signer's key; see [ParseCertificates].
	Certificates *Certificates
	// ContentKey is the AES key of the console's content encryption, base64. By itself
	// it only lets encrypted replies be read; [Client.Encrypted] encrypts requests.
	ContentKey string
	// AppAuthToken acts for a merchant who authorised this app; see [Client.ForMerchant].
	AppAuthToken string
	// HTTPClient does the calls; nil means one with a timeout of 30 seconds. It is
	// copied, and the copy never follows redirects.
	HTTPClient *http.Client
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Client calls the Alipay gateway as one app and verifies what comes from it. It
// is safe for concurrent use.
type Client struct {
	appID        string
	sellerID     string
	gateway      string
	signer       crypto.Signer
	signType     SignType
	keys         *keyring
	content      *contentCipher
	encrypting   bool
	v3           bool
	appAuthToken string
	http         *http.Client
	now          func() time.Time
}

// New checks the configuration, among it that the keys are long enough and not
// mixed up, and makes a client. It does not touch the network.
func New(cfg Config) (*Client, error) {
	if cfg.SignType == "" {
		cfg.SignType = RSA2
	}
	if cfg.Gateway == "" {
		cfg.Gateway = Production
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("alipay: %w", err)
	}
	c := &Client{
		appID:        cfg.AppID,
		sellerID:     cfg.SellerID,
		gateway:      cfg.Gateway,
		signer:       cfg.Signer,
		signType:     cfg.SignType,
		appAuthToken: cfg.AppAuthToken,
		http:         withoutRedirects(cfg.HTTPClient),
		now:          cfg.Now,
	}
	var err error
	if c.keys, err = newKeyring(&cfg); err != nil {
		return nil, err
	}
	if cfg.ContentKey == "" {
		return c, nil
	}
	if c.content, err = newContentCipher(cfg.ContentKey); err != nil {
		return nil, fmt.Errorf("alipay: %w", err)
	}
	return c, nil
}

// AppID answers the app's number.
func (c *Client) AppID() string { return c.appID }

// ForMerchant answers a client that calls for the merchant who gave this app the
// token (app_auth_token). It shares keys and connections with c.
func (c *Client) ForMerchant(appAuthToken string) *Client {
	other := *c
	other.appAuthToken = appAuthToken
	return &other
}

func (cfg *Config) check() error {
	if cfg.AppID == "" {
		return fmt.Errorf("%w: no app id", ErrInvalid)
	}
	if cfg.SignType != RSA2 && cfg.SignType != RSA {
		return fmt.Errorf("%w: sign type %q", ErrInvalid, string(cfg.SignType))
	}
	if err := checkGateway(cfg.Gateway); err != nil {
		return err
	}
	return cfg.checkKeys()
}

func (cfg *Config) checkKeys() error {
	if cfg.Signer == nil {
		return fmt.Errorf("%w: no app private key", ErrKey)
	}
	own, ok := cfg.Signer.Public().(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("%w: the app key is not an RSA key", ErrKey)
	}
	if err := checkBits("app", own, cfg.SignType); err != nil {
		return err
	}
	if cfg.Certificates != nil {
		return cfg.checkCertificates(own)
	}
	if cfg.PlatformKey == nil {
		return fmt.Errorf("%w: no Alipay public key", ErrKey)
	}
	if own.Equal(cfg.PlatformKey) {
		return fmt.Errorf("%w: the app's own public key was given as Alipay's; "+
			"Alipay shows its key after the upload of yours", ErrKey)
	}
	return checkBits("Alipay public", cfg.PlatformKey, cfg.SignType)
}

func (cfg *Config) checkCertificates(own *rsa.PublicKey) error {
	certs := cfg.Certificates
	if cfg.PlatformKey != nil {
		return fmt.Errorf("%w: both an Alipay public key and certificates were given; an app has one or the other", ErrKey)
	}
	if !own.Equal(certs.app.PublicKey) {
		return fmt.Errorf("%w: the app certificate is not of the app's private key", ErrKey)
	}
	return checkBits("Alipay certificate's", certs.platform.PublicKey.(*rsa.PublicKey), cfg.SignType)
}

func checkBits(name string, key *rsa.PublicKey, t SignType) error {
	least := 1024
	if t == RSA2 {
		least = 2048
	}
	if key.N == nil || key.N.BitLen() < least {
		return fmt.Errorf("%w: the %s key is shorter than the %d bits that %s needs", ErrKey, name, least, t)
	}
	return nil
}

func checkGateway(gateway string) error {
	u, err := url.Parse(gateway)
	if err != nil {
		return fmt.Errorf("%w: gateway is not a URL", ErrInvalid)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return fmt.Errorf("%w: gateway must be an absolute http or https URL", ErrInvalid)
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return fmt.Errorf("%w: gateway must have neither query nor fragment", ErrInvalid)
	}
	return nil
}

// withoutRedirects keeps a signed order from being posted somewhere else.
func withoutRedirects(client *http.Client) *http.Client {
	var own http.Client
	if client != nil {
		own = *client
	} else {
		own = http.Client{Timeout: defaultTimeout, Transport: defaultTransport()}
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// defaultTransport keeps more connections to the one host than Go does by itself,
// where a busy merchant would open and close them all the time.
func defaultTransport() http.RoundTripper {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := base.Clone()
	own.MaxIdleConnsPerHost = 64
	return own
}
