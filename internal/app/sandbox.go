package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/config"
)

// sandboxClient is how the server meets a running sandbox: it takes its
// accounts from it, as a person would copy them from the platforms' pages, and
// follows its clock.
type sandboxClient struct {
	base string
	http *http.Client
}

func newSandboxClient(base string) *sandboxClient {
	return &sandboxClient{base: strings.TrimRight(base, "/"), http: &http.Client{Timeout: 5 * time.Second}}
}

type sandboxCredentials struct {
	Alipay struct {
		Gateway   string `json:"gateway"`
		AppID     string `json:"app_id"`
		SellerID  string `json:"seller_id"`
		Key       string `json:"app_private_key_pkcs8"`
		PublicKey string `json:"alipay_public_key"`
	} `json:"alipay"`
	WeChat struct {
		BaseURL    string `json:"base_url"`
		AppID      string `json:"app_id"`
		AppSecret  string `json:"app_secret"`
		Token      string `json:"token"`
		AESKey     string `json:"encoding_aes_key"`
		TemplateID string `json:"template_id"`
		Follow     string `json:"follow_url"`
	} `json:"wechat"`
}

// sandboxFee is what the sandbox keeps of each payment, in percent.
const sandboxFee = "0.6"

// accounts asks the sandbox for its accounts and puts them into c.
func (s *sandboxClient) accounts(ctx context.Context, c *config.Config) error {
	var got sandboxCredentials
	if err := s.call(ctx, http.MethodGet, "/sandbox/credentials", nil, &got); err != nil {
		return err
	}
	c.Alipay = []config.Alipay{{AppID: got.Alipay.AppID, SellerID: got.Alipay.SellerID, Gateway: got.Alipay.Gateway,
		PrivateKey: config.NewSecret(got.Alipay.Key), PlatformKey: config.NewSecret(got.Alipay.PublicKey), FeeRate: sandboxFee}}
	c.WeChat = []config.WeChat{{AppID: got.WeChat.AppID, AppSecret: config.NewSecret(got.WeChat.AppSecret),
		Token: config.NewSecret(got.WeChat.Token), EncodingAESKey: config.NewSecret(got.WeChat.AESKey),
		BaseURL: got.WeChat.BaseURL, Follow: got.WeChat.Follow,
		Templates: map[string]config.Template{"receipt": {ID: got.WeChat.TemplateID, Fields: map[string]string{
			"first": "=您已成功付款 Payment received", "keyword1": "amount", "keyword2": "subject",
			"keyword3": "number", "keyword4": "time", "remark": "=感谢您的使用 Thank you"}}}}}
	return nil
}

// introduce fills in the account's settings page: where events go, and which
// host the consent page may come back to.
func (s *sandboxClient) introduce(ctx context.Context, publicURL string) error {
	u, err := url.Parse(publicURL)
	if err != nil {
		return err
	}
	return s.call(ctx, http.MethodPut, "/sandbox/wechat/settings",
		map[string]string{"callback_url": publicURL + "/wechat/events", "oauth_domain": u.Host, "mode": "safe"}, nil)
}

// now asks for the world's time.
func (s *sandboxClient) now(ctx context.Context) (time.Time, error) {
	var got struct {
		Now time.Time `json:"now"`
	}
	err := s.call(ctx, http.MethodGet, "/sandbox/clock", nil, &got)
	return got.Now, err
}

func (s *sandboxClient) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.base+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(r)
	if err != nil {
		return fmt.Errorf("the sandbox at %s does not answer; start it with `paypush sandbox`: %w", s.base, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the sandbox answered %s %s with %s", method, path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(out)
}

// clock is business time: the system's, or the sandbox's, which it follows by
// asking often and adding what has passed since.
type clock struct{ offset atomic.Int64 }

// Now is the business time, UTC, to the microsecond that the ledger keeps.
func (c *clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC().Truncate(time.Microsecond)
}

const clockPoll = 200 * time.Millisecond

// set learns the sandbox's time once.
func (c *clock) set(ctx context.Context, s *sandboxClient) error {
	began := time.Now()
	world, err := s.now(ctx)
	if err != nil {
		return err
	}
	middle := began.Add(time.Since(began) / 2)
	c.offset.Store(int64(world.Sub(middle)))
	return nil
}

// follow keeps business time with the sandbox until ctx ends. While the
// sandbox is away, time goes on at its own pace.
func (c *clock) follow(ctx context.Context, s *sandboxClient, log *slog.Logger) {
	every(ctx, clockPoll, func() {
		if err := c.set(ctx, s); err != nil && ctx.Err() == nil {
			log.Debug("the sandbox's clock can't be read", "error", err)
		}
	})
}

// introduceSelf fills in the settings page, and goes on trying for as long as
// live while the sandbox, on a bad day, refuses: everything else works
// meanwhile.
func (s *Server) introduceSelf(ctx, live context.Context) {
	box := newSandboxClient(s.conf.SandboxURL)
	err := box.introduce(ctx, s.conf.PublicURL)
	if err == nil {
		return
	}
	s.log.Warn("the sandbox did not take our settings; trying on", "error", err)
	s.loop(func() {
		live, done := context.WithCancel(live)
		defer done()
		every(live, time.Second, func() {
			if box.introduce(live, s.conf.PublicURL) == nil {
				done()
			}
		})
	})
}
