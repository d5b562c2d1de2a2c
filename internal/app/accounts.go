package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/paypush/paypush/alipay"
	wechatchannel "github.com/paypush/paypush/internal/channel/wechat"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	provider "github.com/paypush/paypush/internal/provider/alipay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/wechat"
)

// accounts are the platforms' clients behind the domains' ports, by the name
// of the account.
type accounts struct {
	providers   map[string]pay.Provider
	listeners   map[string]pay.Listener
	payChannels []string
	billed      []string // accounts whose platform draws up bills, in the order of the configuration
	books       map[string]reconcile.Account
	channels    map[string]push.Channel
	directories map[string]member.Directory
	callbacks   map[string]*wechat.Callback
}

// openAccounts parses every key once and calls nobody.
func openAccounts(c config.Config, hc *http.Client, tokens wechat.TokenStore, now func() time.Time, log *slog.Logger) (accounts, error) {
	a := accounts{providers: map[string]pay.Provider{}, listeners: map[string]pay.Listener{},
		channels: map[string]push.Channel{}, directories: map[string]member.Directory{},
		callbacks: map[string]*wechat.Callback{}, books: map[string]reconcile.Account{}}
	for _, one := range c.Alipay {
		if err := a.addAlipay(c, one, hc, now); err != nil {
			return accounts{}, fmt.Errorf("alipay account %q: %w", one.Name, err)
		}
	}
	for _, one := range c.WeChat {
		if err := a.addWeChat(c, one, hc, tokens, now, log); err != nil {
			return accounts{}, fmt.Errorf("wechat account %q: %w", one.Name, err)
		}
	}
	return a, nil
}

func (a *accounts) addAlipay(c config.Config, one config.Alipay, hc *http.Client, now func() time.Time) error {
	signer, err := alipay.ParsePrivateKey([]byte(one.PrivateKey.Reveal()))
	if err != nil {
		return fmt.Errorf("private_key: %w", err)
	}
	platform, err := alipay.ParsePublicKey([]byte(one.PlatformKey.Reveal()))
	if err != nil {
		return fmt.Errorf("platform_key: %w", err)
	}
	client, err := alipay.New(alipay.Config{AppID: one.AppID, SellerID: one.SellerID, Gateway: one.Gateway,
		Signer: signer, PlatformKey: platform, HTTPClient: hc, Now: now})
	if err != nil {
		return err
	}
	account := provider.New(client, address(c, "/notify/alipay", one.Name, "alipay"), address(c, "/return/alipay", one.Name, "alipay"))
	a.providers[one.Name], a.listeners[one.Name] = account, account
	a.payChannels = append(a.payChannels, one.Channels...)
	a.addBooks(one.Name, account, one.SellerID, reconcile.Terms{FeeRate: one.FeePerMillion()})
	return nil
}

// addBooks lets an account be reconciled where its platform draws up bills.
func (a *accounts) addBooks(name string, provider pay.Provider, merchant string, terms reconcile.Terms) {
	if biller, ok := provider.(pay.Biller); ok {
		a.billed = append(a.billed, name)
		a.books[name] = reconcile.Account{Biller: biller, Merchant: merchant, Terms: terms}
	}
}

func (a *accounts) addWeChat(c config.Config, one config.WeChat, hc *http.Client, tokens wechat.TokenStore, now func() time.Time, log *slog.Logger) error {
	client, err := wechat.New(wechat.Config{AppID: one.AppID, AppSecret: wechat.Secret(one.AppSecret.Reveal()),
		BaseURL: one.BaseURL, Token: wechat.Secret(one.Token.Reveal()),
		EncodingAESKey: wechat.Secret(one.EncodingAESKey.Reveal()), HTTPClient: hc, TokenStore: tokens, Now: now, Logger: log})
	if err != nil {
		return err
	}
	templates := map[string]wechatchannel.Template{}
	for name, t := range one.Templates {
		templates[name] = wechatchannel.Template{ID: t.ID, Fields: t.Fields}
	}
	a.channels[one.Name] = wechatchannel.NewChannel(client, templates)
	directory := wechatchannel.NewDirectory(client, c.PublicURL+"/wechat/oauth/callback")
	if a.directories[one.Name] = directory; one.Token.Reveal() != "" {
		a.directories[one.Name] = wechatchannel.Coder{Directory: directory}
	}
	a.callbacks[one.Name] = client.Callback()
	return nil
}

// address is one of ours that a platform calls; an account other than the
// first adds its name.
func address(c config.Config, path, name, first string) string {
	if name == first {
		return c.PublicURL + path
	}
	return c.PublicURL + path + "/" + name
}
