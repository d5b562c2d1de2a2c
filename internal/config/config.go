// Package config is what an operator decides: where the server listens, where
// it keeps its data, and which accounts it has at which platforms.
//
// It reads and checks; it opens nothing. A file holds no secret itself: keys
// and secrets are named by file, and a value read from one prints as hidden.
package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Mode says which platforms the server speaks to. A database is of one mode
// for ever.
type Mode string

// The modes.
const (
	Sandbox      Mode = "sandbox"       // our own sandbox, on this machine
	PlatformTest Mode = "platform-test" // the platforms' own test environments
	Live         Mode = "live"          // real money, real people
)

// Config is everything an operator decides.
type Config struct {
	Mode          Mode      `toml:"mode"`
	Listen        string    `toml:"listen"`         // address of the server, such as 127.0.0.1:8080
	MetricsListen string    `toml:"metrics_listen"` // address of /metrics alone; empty for none outside sandbox mode
	Data          string    `toml:"data"`           // folder for the database and dev.json
	PublicURL     string    `toml:"public_url"`     // our origin as platforms and people reach it
	Database      string    `toml:"database"`       // sqlite:PATH or postgres://...; empty for SQLite in Data
	Demo          bool      `toml:"demo"`           // demo shop and open registration outside sandbox mode
	Lifetime      Duration  `toml:"order_lifetime"`
	DrainDelay    Duration  `toml:"drain_delay"` // between saying no at /readyz and taking no more requests
	Money         Money     `toml:"money"`
	Retention     Retention `toml:"retention"`
	Traces        Traces    `toml:"traces"`
	Alipay        []Alipay  `toml:"alipay"`
	WeChat        []WeChat  `toml:"wechat"`

	policy pay.Policy // of Money, once Check found it good

	WeChatRate int64 `toml:"wechat_rate"` // messages of campaigns a second, of all WeChat accounts together; 0 for no limit

	SandboxURL string `toml:"-"` // where the sandbox is, in sandbox mode

	SecretKey       Secret         `toml:"secret_key"`       // a file with the keys that seal secrets, the same on every node
	WebhookNetworks []netip.Prefix `toml:"webhook_networks"` // networks of our own that webhooks may be posted to
	TrustedProxies  []netip.Prefix `toml:"trusted_proxies"`  // whose X-Forwarded-For and traceparent are believed
}

// Traces says where traces go.
type Traces struct {
	Endpoint string  `toml:"endpoint"` // base address of an OTLP/HTTP collector; empty for none
	Service  string  `toml:"service"`  // what we are called there; empty for paypush
	Share    float64 `toml:"share"`    // which part of the traces is kept, 0 to 1
	Headers  Secret  `toml:"headers"`  // a file with name=value,name=value, sent to the collector
}

// Alipay is one Alipay app.
type Alipay struct {
	Name        string   `toml:"name"` // "alipay" for the first one
	AppID       string   `toml:"app_id"`
	SellerID    string   `toml:"seller_id"`
	Gateway     string   `toml:"gateway"`      // empty for the mode's own
	PrivateKey  Secret   `toml:"private_key"`  // a file that holds the app's private key
	PlatformKey Secret   `toml:"platform_key"` // a file that holds Alipay's public key
	Channels    []string `toml:"channels"`     // empty for alipay.page and alipay.wap
	FeeRate     string   `toml:"fee_rate"`     // percent that the platform keeps of each payment, such as "0.6"; empty where bills are not held against it
}

// WeChat is one Official Account.
type WeChat struct {
	Name           string              `toml:"name"` // "wechat" for the first one
	AppID          string              `toml:"app_id"`
	AppSecret      Secret              `toml:"app_secret"` // a file, as are the next two
	Token          Secret              `toml:"token"`
	EncodingAESKey Secret              `toml:"encoding_aes_key"`
	BaseURL        string              `toml:"base_url"`       // empty for the mode's own
	Follow         string              `toml:"follow"`         // what the account's own QR code holds
	Bind           string              `toml:"bind"`           // the form of binding shown first: "oauth" or "qr"
	Rate           int64               `toml:"rate"`           // messages of campaigns a second, on all nodes together; 0 for no limit
	Promotions     int                 `toml:"promotions"`     // to one person within PromotionDays, of all campaigns together; 0 for no cap
	PromotionDays  int                 `toml:"promotion_days"` //
	Templates      map[string]Template `toml:"templates"`
	VerifyFiles    map[string]string   `toml:"verify_files"` // MP_verify_*.txt and its content
}

// Template maps one of our templates to one of the account's.
type Template struct {
	ID     string            `toml:"id"`
	Fields map[string]string `toml:"fields"` // the platform's keyword -> our value's name, or "=fixed text"
}

// Duration is a span of time written as in "30m".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Secret is a value that is read from a file and never printed. In a
// configuration file it is the file's path.
type Secret struct {
	value  string
	unread error // why its file could not be read
}

// NewSecret makes a secret of a value at hand.
func NewSecret(value string) Secret { return Secret{value: value} }

// Reveal gives the value.
func (s Secret) Reveal() string { return s.value }

// String hides the value.
func (s Secret) String() string { return "hidden" }

// GoString hides the value.
func (s Secret) GoString() string { return "hidden" }

// UnmarshalText reads the file that the text names; an empty one names none,
// as if the setting were left out. A file that is missing, or
// that others may read, is a fault that [Load] reports with all the others.
func (s *Secret) UnmarshalText(path []byte) error {
	if len(path) == 0 {
		*s = Secret{}
		return nil
	}
	v, err := ReadSecret(string(path))
	*s = Secret{value: v, unread: err}
	return nil
}

// ReadSecret reads a file with a secret and trims the white space around it.
// It refuses a file that others than its owner and group may read.
func ReadSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%s may be read by everybody; run chmod 600 on it", path)
	}
	b, err := os.ReadFile(path)
	return strings.TrimSpace(string(b)), err
}

// Default is a configuration with nothing decided.
func Default() Config {
	return Config{Mode: Live, Listen: "127.0.0.1:8080", Data: "var", Lifetime: Duration(2 * time.Hour), DrainDelay: Duration(5 * time.Second),
		Retention: DefaultRetention(), Traces: Traces{Share: 1}}
}

// DatabaseURL is where the database is.
func (c Config) DatabaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "paypush.db")
}
