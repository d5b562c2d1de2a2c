package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The platforms' own hosts. A server in sandbox mode never speaks to one of
// them, and one in another mode speaks to nobody else.
var platformHosts = map[Mode][]string{
	Live:         {"openapi.alipay.com", "dwbillcenter.alipay.com", "api.weixin.qq.com", "open.weixin.qq.com", "mp.weixin.qq.com", "api2.weixin.qq.com", "sh.api.weixin.qq.com", "sz.api.weixin.qq.com", "hk.api.weixin.qq.com"},
	PlatformTest: {"openapi-sandbox.dl.alipaydev.com", "api.weixin.qq.com", "open.weixin.qq.com", "mp.weixin.qq.com", "api2.weixin.qq.com", "sh.api.weixin.qq.com", "sz.api.weixin.qq.com", "hk.api.weixin.qq.com"},
}

// The gateways that a mode uses unless told otherwise.
var gateways = map[Mode]string{
	Live:         "https://openapi.alipay.com/gateway.do",
	PlatformTest: "https://openapi-sandbox.dl.alipaydev.com/gateway.do",
}

// Allows reports whether a server in the configured mode may speak to a host
// (with or without its port): the mode's platforms alone, or in sandbox mode
// the sandbox alone.
func (c Config) Allows(hostport string) bool {
	if c.Mode == Sandbox {
		u, err := url.Parse(c.SandboxURL)
		return err == nil && u.Host == hostport
	}
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	for _, h := range platformHosts[c.Mode] {
		if h == host {
			return true
		}
	}
	return false
}

var nameFormat = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Check fills in what follows from the rest and reports everything that is
// wrong at once, each with what to do.
func (c *Config) Check() error {
	var all []error
	fail := func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) }
	if c.Mode != Sandbox && c.Mode != PlatformTest && c.Mode != Live {
		fail("mode: %q is none of sandbox, platform-test, live", c.Mode)
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		fail("listen: %q is not an address such as 127.0.0.1:8080", c.Listen)
	}
	if c.MetricsListen != "" {
		if _, _, err := net.SplitHostPort(c.MetricsListen); err != nil {
			fail("metrics_listen: %q is not an address such as 127.0.0.1:9464", c.MetricsListen)
		}
	}
	if err := c.checkPublicURL(); err != nil {
		all = append(all, err)
	}
	if d := time.Duration(c.Lifetime); d < time.Minute || d > 15*24*time.Hour {
		fail("order_lifetime: %s is not within 1m and 360h", d)
	}
	if d := time.Duration(c.DrainDelay); d < 0 || d > time.Minute {
		fail("drain_delay: %s is not within 0s and 1m", d)
	}
	policy, err := c.Money.policy()
	if err != nil {
		all = append(all, err)
	}
	c.policy = policy
	all = append(all, c.Retention.Check())
	all = append(all, c.checkTraces()...)
	for _, p := range c.TrustedProxies {
		if p.Bits() == 0 {
			fail("trusted_proxies: %s believes everybody; name the networks of your own proxies", p)
		}
	}
	if c.Mode != Sandbox && len(c.Alipay)+len(c.WeChat) == 0 {
		fail("no account: name one under [[alipay]] or [[wechat]], or use --sandbox URL")
	}
	seen := map[string]bool{}
	for i := range c.Alipay {
		all = append(all, c.checkAlipay(&c.Alipay[i], i, seen)...)
	}
	if c.WeChatRate < 0 || c.WeChatRate > maxRate {
		all = append(all, fmt.Errorf("wechat_rate %d is not between 0 and %d messages a second", c.WeChatRate, maxRate))
	}
	for i := range c.WeChat {
		all = append(all, c.checkWeChat(&c.WeChat[i], i, seen)...)
	}
	return errors.Join(all...)
}

// checkTraces shows nothing of the endpoint, which may hold a key.
func (c *Config) checkTraces() (all []error) {
	if t := c.Traces.Endpoint; t != "" {
		u, err := url.Parse(t)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
			all = append(all, errors.New("traces.endpoint: must be an address such as http://127.0.0.1:4318, without password and query"))
		}
	}
	if !(c.Traces.Share >= 0 && c.Traces.Share <= 1) {
		all = append(all, fmt.Errorf("traces.share: %v is not within 0 and 1", c.Traces.Share))
	}
	return all
}

func (c *Config) checkPublicURL() error {
	if c.PublicURL == "" {
		if c.Mode != Sandbox {
			return errors.New("public_url: needed, since the platforms call us there; such as https://pay.example.com")
		}
		return nil // follows from the address once it is open
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("public_url: %q is not an origin such as https://pay.example.com", c.PublicURL)
	}
	if c.Mode == Live && u.Scheme != "https" {
		return fmt.Errorf("public_url: live mode needs https")
	}
	c.PublicURL = u.Scheme + "://" + u.Host
	return nil
}

func (c *Config) checkName(kind string, name *string, i int, seen map[string]bool) error {
	if *name == "" && i == 0 {
		*name = kind
	}
	if !nameFormat.MatchString(*name) {
		return fmt.Errorf("%s account %d: name %q must be of a-z, 0-9 and -, at most 32", kind, i+1, *name)
	}
	if seen[*name] {
		return fmt.Errorf("%s account %d: the name %q is used twice", kind, i+1, *name)
	}
	seen[*name] = true
	return nil
}

func (c *Config) checkAlipay(a *Alipay, i int, seen map[string]bool) (all []error) {
	if err := c.checkName("alipay", &a.Name, i, seen); err != nil {
		all = append(all, err)
	}
	if a.AppID == "" || a.PrivateKey.value == "" || a.PlatformKey.value == "" {
		all = append(all, fmt.Errorf("alipay account %q: app_id, private_key and platform_key are needed", a.Name))
	}
	if a.SellerID == "" && c.Mode != Sandbox {
		all = append(all, fmt.Errorf("alipay account %q: seller_id (2088...) is needed, since notices for others must be told apart", a.Name))
	}
	if _, err := a.feeRate(); err != nil {
		all = append(all, fmt.Errorf("alipay account %q: fee_rate: %q is not a percentage such as 0.6, with at most four decimals", a.Name, a.FeeRate))
	}
	if a.Gateway == "" {
		a.Gateway = gateways[c.Mode]
	}
	if len(a.Channels) == 0 {
		a.Channels = []string{a.Name + ".page", a.Name + ".wap"}
	}
	for _, ch := range a.Channels {
		if product, ok := strings.CutPrefix(ch, a.Name+"."); !ok || product != "page" && product != "wap" {
			all = append(all, fmt.Errorf("alipay account %q: channel %q is none of %s.page, %s.wap", a.Name, ch, a.Name, a.Name))
		}
	}
	return append(all, c.checkHost("alipay account "+a.Name+": gateway", a.Gateway)...)
}

// maxRate is the highest rate that may be set, in messages a second.
const maxRate = 100_000

// The most that a cap on promotions may say.
const (
	maxPromotions    = 20
	maxPromotionDays = 366
)

func (c *Config) checkWeChat(w *WeChat, i int, seen map[string]bool) (all []error) {
	if err := c.checkName("wechat", &w.Name, i, seen); err != nil {
		all = append(all, err)
	}
	if w.AppID == "" || w.AppSecret.value == "" {
		all = append(all, fmt.Errorf("wechat account %q: app_id and app_secret are needed", w.Name))
	}
	if n := len(w.EncodingAESKey.value); n != 0 && n != 43 {
		all = append(all, fmt.Errorf("wechat account %q: encoding_aes_key has %d characters and needs 43; copy it again", w.Name, n))
	}
	if w.BaseURL == "" && c.Mode != Sandbox {
		w.BaseURL = "https://api.weixin.qq.com"
	}
	switch w.Bind {
	case "":
		w.Bind = "oauth"
	case "oauth", "qr":
	default:
		all = append(all, fmt.Errorf("wechat account %q: bind is %q and must be oauth or qr", w.Name, w.Bind))
	}
	if w.Bind == "qr" && w.Token.value == "" {
		all = append(all, fmt.Errorf("wechat account %q: bind = \"qr\" needs token, since scans are told to us", w.Name))
	}
	if w.Rate < 0 || w.Rate > maxRate {
		all = append(all, fmt.Errorf("wechat account %q: rate %d is not between 0 and %d messages a second", w.Name, w.Rate, maxRate))
	}
	if w.Promotions < 0 || w.Promotions > maxPromotions || w.PromotionDays < 0 || w.PromotionDays > maxPromotionDays || (w.Promotions == 0) != (w.PromotionDays == 0) {
		all = append(all, fmt.Errorf("wechat account %q: promotions %d within promotion_days %d: give 1 to %d within 1 to %d days, or 0 and 0 for no cap",
			w.Name, w.Promotions, w.PromotionDays, maxPromotions, maxPromotionDays))
	}
	for name := range w.VerifyFiles {
		if !strings.HasPrefix(name, "MP_verify_") || !strings.HasSuffix(name, ".txt") || strings.Contains(name, "/") {
			all = append(all, fmt.Errorf("wechat account %q: %q is no MP_verify_*.txt", w.Name, name))
		}
	}
	return append(all, c.checkHost("wechat account "+w.Name+": base_url", w.BaseURL)...)
}

// checkHost keeps live hosts out of sandbox mode and everything but the
// platforms out of the others.
func (c *Config) checkHost(what, raw string) []error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return []error{fmt.Errorf("%s: %q is not an address", what, raw)}
	}
	if !c.Allows(u.Host) {
		return []error{fmt.Errorf("%s: %s is not a host of mode %s", what, u.Host, c.Mode)}
	}
	if c.Mode != Sandbox && u.Scheme != "https" {
		return []error{fmt.Errorf("%s: %q must be https", what, raw)}
	}
	return nil
}
