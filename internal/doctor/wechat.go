package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/wechat"
)

// wechat fetches an access token, which harms nobody: the stable interface
// hands out the one that is in use.
func (e *examination) wechat(ctx context.Context, w config.WeChat) {
	name := nameOf(w.Name, "wechat")
	id := "wechat." + name
	if w.AppID == "" || w.AppSecret.Reveal() == "" {
		return // the configuration's fault, reported there
	}
	client, err := wechat.New(wechat.Config{AppID: w.AppID, AppSecret: wechat.Secret(w.AppSecret.Reveal()), BaseURL: w.BaseURL,
		Token: wechat.Secret(w.Token.Reveal()), EncodingAESKey: wechat.Secret(w.EncodingAESKey.Reveal()), HTTPClient: e.client(), Now: e.Now})
	if err != nil {
		e.fail(id+".client", named(Text{"微信账号", "WeChat account"}, name), same(err.Error()),
			Text{"核对该账号的各项设置。", "Check the settings of this account."})
		return
	}
	if w.Token.Reveal() == "" {
		e.warn(id+".callback", named(Text{"微信消息回调", "WeChat callback"}, name),
			Text{"没有配置 token，平台推来的事件都会被拒绝。", "There is no token, so every event that the platform posts is refused."},
			Text{"在公众平台“基本配置”设定令牌，并写入 token 的文件。", "Set a token on the account's settings page and save it in token's file."})
	}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	title := named(Text{"微信 access_token", "WeChat access token"}, name)
	if _, err := client.AccessToken(ctx); err != nil {
		found, advice := explain(err)
		e.fail(id+".token", title, found, advice)
		return
	}
	e.ok(id+".token", title, Text{"取得 access_token：AppID、AppSecret 与 IP 白名单都正确。", "A token was fetched: app id, secret and allow-list are right."})
	e.templates(ctx, id, name, w, client)
}

// templates looks whether the account has the templates that are mapped.
func (e *examination) templates(ctx context.Context, id, name string, w config.WeChat, client *wechat.Client) {
	title := named(Text{"消息模板", "Message templates"}, name)
	if len(w.Templates) == 0 {
		e.warn(id+".templates", title, Text{"没有配置模板，付款后不会有模板消息。", "No template is mapped, so no template message is sent after a payment."},
			Text{"在 [wechat.templates.receipt] 里填写模板 ID 与字段。", "Map one under [wechat.templates.receipt]: its id and fields."})
		return
	}
	have, err := client.Templates(ctx)
	if err != nil {
		found, advice := explain(err)
		e.warn(id+".templates", title, found, advice)
		return
	}
	var missing []string
	for _, ours := range slices.Sorted(maps.Keys(w.Templates)) {
		if !slices.ContainsFunc(have, func(t wechat.TemplateInfo) bool { return t.ID == w.Templates[ours].ID }) {
			missing = append(missing, ours+" = "+w.Templates[ours].ID)
		}
	}
	if len(missing) > 0 {
		list := strings.Join(missing, ", ")
		e.fail(id+".templates", title, Text{"账号里没有这些模板：" + list, "The account does not have these templates: " + list},
			Text{"在公众平台“模板消息”里复制模板 ID；每个账号的 ID 不同。", "Copy the template ids from the account's template page; they differ from account to account."})
		return
	}
	e.ok(id+".templates", title, Text{fmt.Sprintf("%d 个模板都在。", len(w.Templates)), fmt.Sprintf("All %d templates are there.", len(w.Templates))})
}

var invalidIP = regexp.MustCompile(`invalid ip ([0-9a-fA-F.:]+)`)

// explain says what a failed call means, with the platform's own code.
func explain(err error) (found, advice Text) {
	var w *wechat.Error
	if !errors.As(err, &w) || w.Code == 0 {
		return Text{"连不上微信接口：" + err.Error(), "WeChat's API can't be reached: " + err.Error()},
			Text{"检查网络、DNS、代理（HTTPS_PROXY）和防火墙。", "Check network, DNS, proxy (HTTPS_PROXY) and firewall."}
	}
	x := w.Explain()
	found = Text{fmt.Sprintf("平台返回 %d：%s。", w.Code, x.Chinese), fmt.Sprintf("The platform answers %d: %s.", w.Code, x.English)}
	advice = Text{x.AdviceChinese + "。", strings.ToUpper(x.AdviceEnglish[:1]) + x.AdviceEnglish[1:] + "."}
	switch w.Code {
	case 40164:
		address := "本机的出口地址"
		addressEN := "the address this machine calls from"
		if m := invalidIP.FindStringSubmatch(w.Msg); m != nil {
			address, addressEN = m[1], m[1]
		}
		advice = Text{"在公众平台“基本配置 → IP 白名单”中加入 " + address + "，几分钟后生效。", "Add " + addressEN + " to the account's IP allow-list (基本配置, IP白名单); it takes effect within minutes."}
	case 40013:
		advice = Text{"从公众平台“基本配置”重新复制 AppID（wx 开头，18 位），不要用原始 ID（gh_）。", "Copy the app id again from the settings page (wx and 16 more characters), not the original id (gh_...)."}
	case 40125, 40001:
		advice = Text{"AppSecret 不对或已被重置：在公众平台重新生成，写入 app_secret 的文件。", "The secret is wrong or was reset: make a new one on the settings page and save it in app_secret's file."}
	case 40243:
		advice = Text{"AppSecret 已被冻结：在公众平台“基本配置”解冻，约十分钟后生效。", "The secret is frozen: unfreeze it on the settings page; that takes about ten minutes."}
	}
	return found, advice
}
