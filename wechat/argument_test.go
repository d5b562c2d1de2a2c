package wechat_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
)

func second[T any](_ T, err error) error { return err }

func TestArgumentsAreRefusedBeforeSending(t *testing.T) {
	p := newPlatform(t)
	c, ctx := p.client(), t.Context()
	long := strings.Repeat("字", 65)
	for name, err := range map[string]error{
		"nil custom":         c.SendCustom(ctx, "o", nil),
		"no media id":        c.SendCustom(ctx, "o", wechat.CustomImage{}),
		"no menu items":      c.SendCustom(ctx, "o", wechat.CustomMenu{Head: "h"}),
		"qr without scene":   second(c.CreateQRCode(ctx, wechat.QRRequest{Life: time.Minute})),
		"qr with two scenes": second(c.CreateQRCode(ctx, wechat.QRRequest{Scene: "a", SceneID: 1, Life: time.Minute})),
		"qr long scene":      second(c.CreateQRCode(ctx, wechat.QRRequest{Scene: long, Life: time.Minute})),
		"qr no life":         second(c.CreateQRCode(ctx, wechat.QRRequest{Scene: "a"})),
		"qr long life":       second(c.CreateQRCode(ctx, wechat.QRRequest{Scene: "a", Life: 31 * 24 * time.Hour})),
		"qr big permanent":   second(c.CreateQRCode(ctx, wechat.QRRequest{SceneID: 100001, Permanent: true})),
		"industry":           c.SetIndustry(ctx, 0, 42),
		"notice receiver":    c.SendNotice(ctx, wechat.Notice{TemplateID: "t"}),
		"notice value":       c.SendNotice(ctx, wechat.Notice{ToUser: "o", TemplateID: "t", Data: map[string]string{"thing1": ""}}),
		"template value":     second(c.SendTemplate(ctx, wechat.Template{ToUser: "o", TemplateID: "t", Data: map[string]wechat.Value{"phrase1": {Value: "abc"}}})),
		"notice keywords":    second(c.AddNoticeTemplate(ctx, "1", []int{1}, "")),
		"once scene":         c.SendOnce(ctx, wechat.OnceMessage{ToUser: "o", TemplateID: "t", Scene: 10001, Content: "c"}),
		"once title":         c.SendOnce(ctx, wechat.OnceMessage{ToUser: "o", TemplateID: "t", Title: long, Content: "c"}),
		"once content":       c.SendOnce(ctx, wechat.OnceMessage{ToUser: "o", TemplateID: "t"}),
		"once reserved":      second(c.SubscribeOnceURL("t", 1, "https://x", "a b")),
		"mass of one":        second(c.MassSendList(ctx, []string{"o"}, wechat.MassText("a"), wechat.MassOptions{})),
		"mass nothing":       second(c.MassSendAll(ctx, wechat.MassText(""), wechat.MassOptions{})),
		"mass nil":           second(c.MassSendAll(ctx, nil, wechat.MassOptions{})),
		"empty upload":       second(c.UploadMedia(ctx, wechat.MediaImage, "a.jpg", strings.NewReader(""))),
		"tag name":           second(c.CreateTag(ctx, strings.Repeat("字", 11))),
		"no menu":            c.SetMenu(ctx, nil),
		"menu type":          c.SetMenu(ctx, []wechat.Button{{Name: "a"}}),
		"refresh":            second(c.RefreshOAuth(ctx, "")),
	} {
		var e *wechat.Error
		if !errors.Is(err, wechat.ErrInvalid) || !errors.As(err, &e) || !e.Rejected() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(p.requests) != 0 {
		t.Error("something was sent")
	}
}

func TestValueChecksCanBeSkipped(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/message/template/send", `{"errcode":0,"errmsg":"ok","msgid":1}`)
	c := p.client(func(cfg *wechat.Config) { cfg.SkipValueChecks = true })
	if _, err := c.SendTemplate(t.Context(), wechat.Template{ToUser: "o", TemplateID: "t", Data: map[string]wechat.Value{"phrase1": {Value: "abc"}}}); err != nil {
		t.Error(err)
	}
}

func TestSubscribeOnce(t *testing.T) {
	c := mustClient(t, wechat.Config{AppID: "wx1", AppSecret: "s"})
	got, err := c.SubscribeOnceURL("tpl-1", 1000, "https://example.com/back?x=1", "abc")
	want := "https://mp.weixin.qq.com/mp/subscribemsg?action=get_confirm&appid=wx1&scene=1000&template_id=tpl-1" +
		"&redirect_url=https%3A%2F%2Fexample.com%2Fback%3Fx%3D1&reserved=abc#wechat_redirect"
	if err != nil || got != want {
		t.Errorf("%s %v", got, err)
	}
	for query, want := range map[string]wechat.OnceAnswer{
		"openid=o1&template_id=t&action=confirm&scene=5&reserved=r": {OpenID: "o1", TemplateID: "t", Reserved: "r", Scene: 5, Agreed: true},
		"template_id=t&action=cancel&scene=5&reserved=r":            {TemplateID: "t", Reserved: "r", Scene: 5},
		"template_id=t&action=confirm&scene=5&reserved=r":           {TemplateID: "t", Reserved: "r", Scene: 5},
	} {
		q, _ := url.ParseQuery(query)
		if got, err := wechat.ParseSubscribeOnce(q); err != nil || got != want {
			t.Errorf("%s: %+v %v", query, got, err)
		}
	}
	if _, err := wechat.ParseSubscribeOnce(url.Values{"scene": {"x"}}); err == nil {
		t.Error("scene x was taken")
	}
}

func TestQRImageURL(t *testing.T) {
	c := mustClient(t, wechat.Config{AppID: "wx1", AppSecret: "s", BaseURL: "http://127.0.0.1:9"})
	if got := c.QRImageURL("gQH/8=="); got != "http://127.0.0.1:9/cgi-bin/showqrcode?ticket=gQH%2F8%3D%3D" {
		t.Error(got)
	}
}
