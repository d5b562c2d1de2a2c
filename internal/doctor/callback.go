package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/config"
)

// certificateWarn is how long a certificate should last at least.
const certificateWarn = 14 * 24 * time.Hour

// callback opens our own public address, as a platform would.
func (e *examination) callback(ctx context.Context) {
	title := Text{"回调地址", "Callback address"}
	origin := e.Config.PublicURL
	if origin == "" && e.Config.Mode == config.Sandbox {
		origin = "http://" + e.Config.Listen
	}
	u, err := url.Parse(origin)
	if origin == "" || err != nil || u.Host == "" {
		return // the configuration's fault, reported there
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if e.Config.Mode != config.Sandbox && private(ctx, u.Hostname()) {
		e.warn("callback.public", title, Text{"平台无法访问 " + origin + "：它指向本机或内网。", "The platforms can't reach " + origin + ": it is on this machine or a private network."},
			Text{"public_url 填公网可达的 https 地址；收不到通知时只能靠定时查询入账。", "Set public_url to an https address that the internet reaches; without notices, orders settle by scheduled queries alone."})
	}
	resp, err := visit(ctx, origin+"/healthz")
	if err != nil {
		e.unreached(title, origin, err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 100))
	if resp.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "ok" {
		e.fail("callback", title, Text{fmt.Sprintf("%s/healthz 答 %s，应答者不是 paypush。", origin, resp.Status), fmt.Sprintf("%s/healthz answers %s; that is not paypush.", origin, resp.Status)},
			Text{"让反向代理把全部路径转给 listen 的地址。", "Have the reverse proxy pass every path on to the address in listen."})
		return
	}
	e.ok("callback", title, Text{origin + " 可以访问。", origin + " can be reached."})
	e.certificate(resp.TLS)
}

// visit opens an address as a stranger would: no platform guard, no redirects.
func visit(ctx context.Context, address string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return client.Do(r)
}

func (e *examination) unreached(title Text, origin string, err error) {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var dns *net.DNSError
	found := Text{"打不开 " + origin + "：" + err.Error(), origin + " can't be opened: " + err.Error()}
	switch {
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid):
		e.fail("callback", title, found, Text{"平台只认公共机构签发且未过期的证书：更换证书，并配上完整的证书链。", "The platforms take certificates of public authorities only, in time and with their chain: renew it."})
	case errors.As(err, &dns):
		e.fail("callback", title, found, Text{"为该域名添加解析记录。", "Add a DNS record for this name."})
	case e.Config.Mode == config.Sandbox:
		e.warn("callback", title, found, Text{"先启动服务：paypush dev 或 paypush serve --sandbox。", "Start the server first: paypush dev, or paypush serve --sandbox."})
	default:
		e.fail("callback", title, found, Text{"先启动服务与反向代理；若只是内网不能访问自己的公网地址，请从外网再试。", "Start the server and its reverse proxy; if only your network can't reach its own public address, try from outside."})
	}
}

func (e *examination) certificate(state *tls.ConnectionState) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return
	}
	title := Text{"TLS 证书", "TLS certificate"}
	until := state.PeerCertificates[0].NotAfter
	day := until.UTC().Format(time.DateOnly)
	if until.Sub(e.Now()) < certificateWarn {
		e.warn("callback.certificate", title, Text{"证书 " + day + " 到期。", "The certificate ends on " + day + "."},
			Text{"尽快续期；到期后平台不再通知。", "Renew it; the platforms stop calling when it ends."})
		return
	}
	e.ok("callback.certificate", title, Text{"证书有效至 " + day + "。", "The certificate lasts until " + day + "."})
}

// private reports whether a host is on this machine or a private network.
func private(ctx context.Context, host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	all, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil || len(all) == 0 {
		return false
	}
	for _, a := range all {
		if !a.IP.IsLoopback() && !a.IP.IsPrivate() {
			return false
		}
	}
	return true
}
