package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

// exampleAPI answers a few calls, so that the examples run anywhere.
func exampleAPI() *httptest.Server {
	replies := map[string]string{
		"/cgi-bin/stable_token":          `{"access_token":"t","expires_in":7200}`,
		"/cgi-bin/message/template/send": `{"errcode":0,"errmsg":"ok","msgid":3717005636572528642}`,
		"/cgi-bin/message/custom/send":   `{"errcode":45015,"errmsg":"response out of time limit rid: 61adc6f6-0a1b2c3d-4e5f6071"}`,
		"/cgi-bin/qrcode/create":         `{"ticket":"gQH8","expire_seconds":300,"url":"http://weixin.qq.com/q/02abc"}`,
		"/cgi-bin/user/get":              `{"total":2,"count":2,"data":{"openid":["o1","o2"]},"next_openid":""}`,
		"/sns/oauth2/access_token":       `{"access_token":"p","expires_in":7200,"refresh_token":"r","openid":"o1","scope":"snsapi_base"}`,
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, replies[r.URL.Path])
	}))
}

func exampleClient(api *httptest.Server) *wechat.Client {
	c, err := wechat.New(wechat.Config{AppID: "wx0123456789abcdef", AppSecret: "from a file", BaseURL: api.URL})
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleClient_SendTemplate() {
	api := exampleAPI()
	defer api.Close()
	id, err := exampleClient(api).SendTemplate(context.Background(), wechat.Template{
		ToUser: "o1", TemplateID: "the account's own id", URL: "https://shop.example/orders/1",
		ClientMsgID: "order-1-paid", // a repetition is then harmless
		Data: map[string]wechat.Value{
			"amount1": {Value: "¥12.30"},
			"thing2":  {Value: wechat.FitValue("thing2", "一杯很大的、加了两份浓缩的、打包带走的热美式咖啡")},
			"time3":   {Value: "2026年3月1日 15:04"},
		},
	})
	fmt.Println(id, err)
	// Output: 3717005636572528642 <nil>
}

func ExampleError() {
	api := exampleAPI()
	defer api.Close()
	err := exampleClient(api).SendText(context.Background(), "o1", "你好")
	var e *wechat.Error
	if errors.As(err, &e) {
		switch {
		case e.Unreachable():
			fmt.Println("not now:", e.Explain().Chinese)
		case e.Unknown():
			fmt.Println("may have arrived, do not repeat")
		case e.Retryable():
			fmt.Println("again after", e.RetryAfter())
		default:
			fmt.Println("refused:", e.Explain().AdviceEnglish)
		}
	}
	// Output: not now: 超出客服消息时限或用户已取消关注
}

func ExampleClient_ExchangeCode() {
	api := exampleAPI()
	defer api.Close()
	c := exampleClient(api)
	page, _ := c.AuthorizeURL(wechat.ScopeBase, "https://shop.example/wechat/oauth/callback", "4f1c9b")
	fmt.Println(page != "")

	// In the handler of the redirect, after the state was found and used up:
	tok, err := c.ExchangeCode(context.Background(), "code of the redirect")
	if err != nil || tok.SnapshotUser {
		fmt.Println("ask to open the page again")
		return
	}
	fmt.Println(tok.OpenID)
	// Output:
	// true
	// o1
}

func ExampleClient_CreateQRCode() {
	api := exampleAPI()
	defer api.Close()
	c := exampleClient(api)
	code, err := c.CreateQRCode(context.Background(), wechat.QRRequest{Scene: "bind4f1c9b", Life: 5 * time.Minute})
	fmt.Println(code.URL, code.Life, err)
	// Output: http://weixin.qq.com/q/02abc 5m0s <nil>
}

func ExampleClient_Followers() {
	api := exampleAPI()
	defer api.Close()
	for openid, err := range exampleClient(api).Followers(context.Background(), "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(openid)
	}
	// Output:
	// o1
	// o2
}

func ExampleCallback_NewHandler() {
	c, err := wechat.New(wechat.Config{
		AppID: "wx0123456789abcdef", AppSecret: "from a file",
		Token: "callback token", EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
	})
	if err != nil {
		panic(err)
	}
	h := c.Callback().NewHandler(func(_ context.Context, m *wechat.Message) (wechat.Answer, error) {
		switch content := m.Content.(type) {
		case wechat.Subscribe:
			return wechat.TextAnswer("欢迎 " + content.Scene), nil
		case wechat.Text:
			return wechat.TextAnswer("收到：" + content.Content), nil
		}
		return nil, nil
	})

	// What the platform would post, made by wechattest:
	platform := wechattest.Signer{
		AppID: "wx0123456789abcdef", Token: "callback token",
		EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", OriginalID: "gh_0123456789ab",
	}
	r, _ := platform.Post("/wechat/events", wechattest.Safe, platform.Text("o1", "在吗", 1))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer, err := platform.Open(w.Body.Bytes())
	fmt.Println(w.Code, between(answer, "<Content><![CDATA[", "]]>"), err)
	// Output: 200 收到：在吗 <nil>
}
