package thirdparty_test

import (
	"strconv"
	"testing"

	"github.com/paypush/paypush/wechat"
)

// dot is a PNG of one pixel.
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func (b *box) weChatGiven() map[string]any {
	w := b.keys.WeChat
	return map[string]any{
		"sandbox": b.Base, "ca": string(b.inside.CertificateAuthority()), "picture": dot,
		"account": map[string]string{
			"app_id": w.AppID, "app_secret": w.Secret, "template_id": w.TemplateID, "token": w.Token, "encoding_aes_key": w.AESKey,
		},
	}
}

func TestWeChatNodeAPI(t *testing.T) {
	t.Parallel()
	story := tell(t, "wechat-api.cjs", newBox(t).weChatGiven())
	wanted := append(weChatAccount(), weChatMessages()...)
	check(t, story, append(wanted, weChatFollowers()...))
	t.Run("JS-SDK, signed alike", func(t *testing.T) {
		of := func(key string) string { return text(t, story, "JS-SDK", key) }
		at, err := strconv.ParseInt(of("timestamp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := wechat.SignJS(wechat.Secret(of("ticket")), of("nonceStr"), at, of("url")); got != of("signature") {
			t.Errorf("this module signs %s, co-wechat-api %s", got, of("signature"))
		}
	})
}

// ok is what the platform answers when there is nothing else to say.
func ok() fields { return fields{"errcode": "0", "errmsg": "ok"} }

func weChatAccount() []want {
	token := fields{"accessToken": "*", "expireTime": "*"}
	code := fields{"ticket": "*", "expire_seconds": "-", "url": "*", "errcode": "-"}
	return []want{
		{step: "token", is: token},
		{step: "token by its own base address", is: token},
		{step: "token for a wrong secret", fails: "[40125,"},
		{step: "a superseded token is fetched anew", is: fields{"renewed": "true"}},
		{step: "a garbled token is not", fails: "[40014,"},

		{step: "temporary QR code", is: fields{"ticket": "*", "expire_seconds": "600", "url": "*", "errcode": "-"}},
		{step: "permanent QR code", is: code},
		{step: "permanent QR code of a word", is: code},
		{step: "QR code image", is: fields{"host": "mp.weixin.qq.com", "status": "200", "type": "image/jpg", "bytes": "true"}},

		{step: "menu", is: ok()},
		{step: "menu read", is: fields{"menu.button.0.key": "K1", "menu.button.0.sub_button": "[]", "menu.button.1.url": "http://shop.example/"}},
		{step: "menu removed", is: ok()},
		{step: "menu read without one", fails: "[46003,"},
		{step: "JS-SDK", is: fields{"signature": "*", "ticket": "*"}},
	}
}

func weChatMessages() []want {
	return []want{
		{step: "template list", is: fields{"known": "true", "named": "true"}},
		{step: "template", is: fields{"errcode": "0", "msgid": "*", "seen": "true"}},
		{step: "template with an unknown id", fails: "[40037,"},
		{step: "template to nobody", fails: "[40003,"},
		{step: "added template", fails: "[40246,"},
		{step: "industry", is: fields{"primary_industry.first_class": "*", "secondary_industry.second_class": "*", "errcode": "-"}},

		{step: "custom text", is: fields{"errcode": "0", "seen": "true"}},
		{step: "custom news", is: ok()},
		{step: "custom picture", is: fields{"type": "image", "errcode": "0", "same": "true"}},
		{step: "custom text beyond the count", fails: "[45047,"},
		{step: "custom text after writing", is: ok()},
		{step: "custom text outside the window", fails: "[45015,"},
		{step: "mass text to a tag", is: fields{"errcode": "0", "errmsg": "send job submission success", "msg_id": "*", "msg_data_id": "*"}},
	}
}

func weChatFollowers() []want {
	return []want{
		{step: "followers", is: fields{"total": "2", "count": "2", "all": "true"}},
		{step: "followers page by page", is: fields{"": "10502"}},
		{step: "follower", is: fields{"subscribe": "1", "openid": "*", "subscribe_time": "*", "tagid_list": "[]", "errcode": "-"}},
		{step: "followers by name", is: fields{"": "[true,true]"}},
		{step: "nobody", fails: "[40003,"},
		{step: "remark", is: ok()},
		{step: "tag", is: fields{"tag.id": "100", "tag.name": "会员", "errcode": "-"}},
		{step: "tag twice", fails: "[45157,"},
		{step: "tagging", is: ok()},
		{step: "tag members", is: fields{"": "1"}},
		{step: "tags of a follower", is: fields{"tagid_list": "[100]"}},
	}
}

func TestWeChatNodeOAuth(t *testing.T) {
	t.Parallel()
	token := fields{"access_token": "*", "refresh_token": "*", "expires_in": "7200", "openid": "*", "scope": "snsapi_userinfo", "errcode": "-"}
	exchanged := fields{"hers": "true"}
	for name, is := range token {
		exchanged[name] = is
	}
	back := fields{"status": "200", "body": "bound", "desk": "7", "x": "中 文", "code": "*", "state": "a1b2"}
	check(t, tell(t, "wechat-oauth.cjs", newBox(t).weChatGiven()), []want{
		{step: "scan and agree", is: back},
		{step: "exchange", is: exchanged},
		{step: "exchange again", fails: "[40163,"},
		{step: "exchange of an unknown code", fails: "[40029,"},
		{step: "user", is: fields{"openid": "*", "nickname": "小明 <明>", "sex": "0", "headimgurl": "*", "privilege": "[]", "errcode": "-"}},
		{step: "check", is: ok()},
		{step: "check of another person", fails: "[40003,"},
		{step: "refresh", is: token},
		{step: "refresh of an unknown token", fails: "[40030,"},
		{step: "scan without a page", is: back},
		{step: "user without the scope", fails: "[48001,"},
	})
}
