// Package browser is the web browser inside a phone of the sandbox: it has a
// cookie jar of its own, follows redirects within bounds, finds the forms of a
// page and submits them, and can show a page inside another one.
//
// It is no general browser: it runs no scripts and renders nothing itself.
//
// The rule that surprises: addresses on WeChat's own hosts are fetched from
// the sandbox instead, so that clients whose hosts are fixed work too.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// userAgent says, as a phone does, that the page is opened inside WeChat.
const userAgent = "Mozilla/5.0 (Linux; Android 14; Sandbox Phone) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50.2701(0x28003237) Process/appbrand WeChat/arm64 NetType/WIFI Language/zh_CN"

const (
	maxRedirects = 10
	maxPage      = 2 << 20
	timeout      = 20 * time.Second
)

// errRedirects ends a chain that is too long.
var errRedirects = errors.New("browser: too many redirects")

// Browser is one phone's browser. Its methods may be called concurrently; the
// cookie jar is shared by the calls, and kept in memory only.
type Browser struct {
	client *http.Client
	origin func() string
}

// Blocked is the error of an address that WeChat's browser refuses to open, as
// it does with Alipay's pages.
type Blocked struct{ URL *url.URL }

// Error says that the page is blocked, without its address.
func (b *Blocked) Error() string { return "browser: WeChat does not open this page" }

// New makes a browser with an empty cookie jar. origin answers the sandbox's
// own base URL; identity holds the headers that are sent to it, and to nobody
// else, so that the platform knows whose phone it is.
func New(origin func() string, identity http.Header) *Browser {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	b := &Browser{origin: origin}
	b.client = &http.Client{
		Jar:           jar,
		Timeout:       timeout,
		Transport:     &carrier{origin: origin, identity: identity, next: http.DefaultTransport},
		CheckRedirect: b.checkRedirect,
	}
	return b
}

// blocks tells Alipay's pages, the real ones and the sandbox's own.
func (b *Browser) blocks(u *url.URL) bool {
	for _, host := range []string{"alipay.com", "alipaydev.com", "alipay-eco.com"} {
		if name := strings.ToLower(u.Hostname()); name == host || strings.HasSuffix(name, "."+host) {
			return true
		}
	}
	own, err := url.Parse(b.origin())
	return err == nil && u.Host == own.Host && (u.Path == "/gateway.do" || strings.HasPrefix(u.Path, "/sandbox/alipay/"))
}

func (b *Browser) checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errRedirects
	}
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return fmt.Errorf("browser: a redirect leads to the scheme %q", r.URL.Scheme)
	}
	if b.blocks(r.URL) {
		return &Blocked{r.URL}
	}
	return nil
}

// Page is what a request ended at, after redirects. Body holds at most 2 MiB.
type Page struct {
	URL    *url.URL
	Status int
	Type   string // Content-Type
	Body   []byte
}

// Open fetches an address as if it was typed in or scanned. extra headers go
// to the sandbox only. Cancelling ctx leaves open whether the site saw it.
func (b *Browser) Open(ctx context.Context, address string, extra http.Header) (Page, error) {
	r, err := request(ctx, http.MethodGet, address, "")
	if err != nil {
		return Page{}, err
	}
	r.Header.Set("Sec-Fetch-Site", "none")
	return b.do(r, extra)
}

// Post submits fields to address as a form on the page from does.
func (b *Browser) Post(ctx context.Context, from *url.URL, address string, fields url.Values, extra http.Header) (Page, error) {
	r, err := request(ctx, http.MethodPost, address, fields.Encode())
	if err != nil {
		return Page{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	site := "none"
	if from != nil {
		r.Header.Set("Origin", from.Scheme+"://"+from.Host)
		site = relation(from, r.URL)
	}
	r.Header.Set("Sec-Fetch-Site", site)
	return b.do(r, extra)
}

// relation is what browsers say in Sec-Fetch-Site.
func relation(from, to *url.URL) string {
	switch {
	case from.Scheme == to.Scheme && from.Host == to.Host:
		return "same-origin"
	case from.Scheme == to.Scheme && from.Hostname() == to.Hostname():
		return "same-site"
	}
	return "cross-site"
}

func request(ctx context.Context, method, address, body string) (*http.Request, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("browser: this is no address of a web page")
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5")
	return r, nil
}

func (b *Browser) do(r *http.Request, extra http.Header) (Page, error) {
	if b.blocks(r.URL) {
		return Page{}, &Blocked{r.URL}
	}
	r = r.WithContext(context.WithValue(r.Context(), extraKey{}, extra))
	resp, err := b.client.Do(r)
	if err != nil {
		return Page{}, fmt.Errorf("browser: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return Page{}, fmt.Errorf("browser: %w", err)
	}
	return Page{URL: resp.Request.URL, Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), Body: body}, nil
}
