package doctor

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/internal/config"
)

// alipay checks the keys of one app on both sides.
func (e *examination) alipay(ctx context.Context, a config.Alipay) {
	id, name := "alipay."+nameOf(a.Name, "alipay"), nameOf(a.Name, "alipay")
	own, platform, ok := e.alipayKeys(id, name, a)
	if !ok || a.AppID == "" {
		return
	}
	e.appOfMode(id, name, a.AppID)
	client, err := alipay.New(alipay.Config{AppID: a.AppID, SellerID: a.SellerID, Gateway: a.Gateway,
		Signer: own, PlatformKey: platform, HTTPClient: e.client(), Now: e.Now})
	if err != nil {
		e.fail(id+".client", named(Text{"支付宝账号", "Alipay account"}, name), same(err.Error()),
			Text{"核对该账号的各项设置。", "Check the settings of this account."})
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// A number that nobody can have used: the platform answers only after it
	// has verified our signature, and signs that answer.
	_, err = client.Query(ctx, alipay.Query{TradeRef: alipay.TradeRef{OutTradeNo: "doctor" + rand.Text()[:20]}})
	e.alipayAnswer(id+".keys", named(Text{"支付宝密钥", "Alipay keys"}, name), a.Gateway, err)
}

// alipayKeys parses both keys and says what is wrong with each.
func (e *examination) alipayKeys(id, name string, a config.Alipay) (*rsa.PrivateKey, *rsa.PublicKey, bool) {
	title := named(Text{"密钥文件", "Key files"}, name)
	if a.PrivateKey.Reveal() == "" || a.PlatformKey.Reveal() == "" {
		return nil, nil, false // the configuration's fault, reported there
	}
	own, err := alipay.ParsePrivateKey([]byte(a.PrivateKey.Reveal()))
	if err != nil {
		e.fail(id+".private_key", title, Text{"private_key 不是可用的 RSA 私钥：" + err.Error(), "private_key is no usable RSA private key: " + err.Error()},
			Text{"填应用私钥文件（不是公钥）；可用 paypush keygen 新建一对，再把公钥上传到支付宝。",
				"Name the file with the app's private key, not a public one; `paypush keygen` makes a new pair, whose public half goes to Alipay."})
	}
	platform, err2 := alipay.ParsePublicKey([]byte(a.PlatformKey.Reveal()))
	if err2 != nil {
		e.fail(id+".platform_key", title, Text{"platform_key 不是可用的 RSA 公钥：" + err2.Error(), "platform_key is no usable RSA public key: " + err2.Error()},
			Text{"填支付宝控制台“查看支付宝公钥”里的内容。", "Save what the console shows as Alipay's public key (支付宝公钥)."})
	}
	switch {
	case err != nil || err2 != nil:
		return nil, nil, false
	case own.PublicKey.Equal(platform):
		e.fail(id+".platform_key", title, Text{"platform_key 里是本应用自己的公钥，不是支付宝的公钥。", "platform_key holds the app's own public key, not Alipay's."},
			Text{"在控制台上传应用公钥后，点“查看支付宝公钥”，保存那一个。", "After uploading the app's public key the console shows Alipay's (支付宝公钥): save that one."})
		return nil, nil, false
	case own.N.BitLen() < 2048:
		e.fail(id+".private_key", title, Text{fmt.Sprintf("应用私钥只有 %d 位。", own.N.BitLen()), fmt.Sprintf("The app's key has %d bits only.", own.N.BitLen())},
			Text{"RSA2 需要 2048 位：运行 paypush keygen 并重新上传公钥。", "RSA2 needs 2048: run `paypush keygen` and upload the new public key."})
		return nil, nil, false
	}
	e.ok(id+".files", title, Text{"两把密钥都可读取。", "Both keys can be read."})
	return own, platform, true
}

// appOfMode tells apps of the platform's own sandbox from real ones.
func (e *examination) appOfMode(id, name, appID string) {
	sandboxed := strings.HasPrefix(appID, "9021")
	title := named(Text{"应用与模式", "App and mode"}, name)
	switch {
	case sandboxed && e.Config.Mode == config.Live:
		e.fail(id+".mode", title, Text{"app_id " + appID + " 属于支付宝沙箱。", "app_id " + appID + " belongs to Alipay's own sandbox."},
			Text{`设 mode = "platform-test"，或换成正式应用的 app_id。`, `Set mode = "platform-test", or use the app_id of a real app.`})
	case !sandboxed && e.Config.Mode == config.PlatformTest:
		e.warn(id+".mode", title, Text{"app_id " + appID + " 不像支付宝沙箱的应用（9021 开头）。", "app_id " + appID + " does not look like one of Alipay's sandbox (9021...)."},
			Text{`测试用沙箱应用的 app_id；正式收款设 mode = "live"。`, `Take the sandbox app's app_id for tests; set mode = "live" for real money.`})
	}
}

// alipayAnswer says what the answer to a query of an unknown number means.
func (e *examination) alipayAnswer(id string, title Text, gateway string, err error) {
	var a *alipay.Error
	switch {
	case err == nil || errors.Is(err, alipay.TradeNotExist):
		e.ok(id, title, Text{"双方密钥一致：平台认出了我们的签名，我们认出了平台的签名。", "The keys match on both sides: the platform knew our signature, we knew the platform's."})
	case errors.Is(err, alipay.InvalidSignature) || refusedSignature(err):
		e.fail(id, title, Text{"平台不认我们的签名（isv.invalid-signature）：平台上登记的应用公钥与 private_key 不是一对。", "The platform does not know our signature (isv.invalid-signature): the app's public key there does not belong to private_key."},
			Text{"在控制台重新上传与 private_key 成对的应用公钥（RSA2），保存后把新的支付宝公钥写入 platform_key。", "Upload the public key that belongs to private_key (RSA2) in the console, then save the Alipay public key it shows as platform_key."})
	case errors.Is(err, alipay.InvalidAppID):
		e.fail(id, title, Text{"平台不认识这个 app_id（isv.invalid-app-id）。", "The platform does not know this app_id (isv.invalid-app-id)."},
			Text{"核对 app_id，并确认它属于当前模式的平台：沙箱应用用 platform-test，正式应用用 live。", "Check app_id, and that it is of this mode's platform: sandbox apps need platform-test, real ones live."})
	case errors.Is(err, alipay.ErrSignature):
		e.fail(id, title, Text{"平台的应答签名与 platform_key 不符：这不是该应用的支付宝公钥。", "The answer's signature does not fit platform_key: that is not Alipay's public key for this app."},
			Text{"在控制台“查看支付宝公钥”，把内容保存到 platform_key 的文件；每个应用各有一把。", "Save what the console shows as Alipay's public key (支付宝公钥) to platform_key's file; each app has its own."})
	case errors.As(err, &a) && a.SubCode != "":
		e.fail(id, title, Text{"平台拒绝了查询：" + a.Code + " " + a.SubCode + "。", "The platform refused the query: " + a.Code + " " + a.SubCode + "."},
			Text{"多为应用未上线、未签约或 IP 白名单限制；按错误码在支付宝文档中查找。", "Mostly an app that is not online, has no contract, or an IP allow-list; look the code up in Alipay's documents."})
	default:
		e.fail(id, title, Text{"连不上网关 " + gateway + "：" + err.Error(), "The gateway " + gateway + " can't be reached: " + err.Error()},
			Text{"检查网络、DNS、代理（HTTPS_PROXY）和防火墙。", "Check network, DNS, proxy (HTTPS_PROXY) and firewall."})
	}
}

// refusedSignature looks into an answer that could not be verified: where both
// keys are wrong, ours is the one to mend first.
func refusedSignature(err error) bool {
	var a *alipay.Error
	return errors.As(err, &a) && bytes.Contains(a.Raw, []byte("invalid-signature"))
}
