package wechat

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/paypush/paypush/sandbox/control"
)

func (p *Platform) showSettings(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	control.Answer(w, http.StatusOK, p.account.Settings)
}

// changeSettings is the settings page: fields that are absent stay. A callback
// URL is verified at once, as in life, and a bad one changes nothing.
func (p *Platform) changeSettings(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	next := p.account
	p.mu.Unlock()
	former := next.Settings
	next.Settings.Quotas, next.Settings.Allowed = maps.Clone(former.Quotas), slices.Clone(former.Allowed)
	next.Settings.CallbackURL = "\x00"
	if err := control.Body(r, &next.Settings); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	given := next.Settings.CallbackURL != "\x00"
	if !given {
		next.Settings.CallbackURL = former.CallbackURL
	}
	if err := next.Settings.check(); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	if given && next.Settings.CallbackURL != "" {
		if err := p.verifyURL(r.Context(), next, next.Settings.CallbackURL); err != nil {
			control.Refuse(w, http.StatusUnprocessableEntity, hideURL(err))
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.account.Settings = next.Settings
	p.put("account", "account", p.account)
	control.Answer(w, http.StatusOK, p.account.Settings)
}

func (s settings) check() error {
	if !slices.Contains([]string{modePlain, modeCompatible, modeSafe}, s.Mode) {
		return errors.New("mode is plain, compatible or safe")
	}
	if !slices.Contains(kinds(), s.Kind) {
		return fmt.Errorf("kind is one of %s", strings.Join(kinds(), ", "))
	}
	if s.Retries < 1 || s.Retries > 10 {
		return errors.New("retries is from 1 to 10, the first try included")
	}
	if strings.ContainsAny(s.OAuthDomain, "/ ") {
		return errors.New("oauth_domain is a host name, without a scheme or a path")
	}
	if u, err := url.Parse(s.CallbackURL); s.CallbackURL != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		return errors.New("callback_url begins with http:// or https://")
	}
	return nil
}

// listPushes shows what was pushed to the callback URL, newest first, with
// every attempt.
func (p *Platform) listPushes(w http.ResponseWriter, r *http.Request) {
	limit := number(r, "limit", 100, keptPushes)
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []pushed{}
	for _, it := range slices.Backward(p.pushes.newest) {
		if len(list) < limit {
			list = append(list, *it)
		}
	}
	control.Answer(w, http.StatusOK, map[string]any{"data": list})
}
