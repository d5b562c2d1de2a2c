package wechat_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/paypush/paypush/wechat"
)

const templateBody = `{"touser":"oTestOpenid0001","template_id":"tpl","url":"https://example.com/orders/1",` +
	`"data":{"first":{"value":"支付成功"},"keyword1":{"value":"¥12.30"},"keyword2":{"value":"一杯咖啡"},"remark":{"value":"谢谢"}}}`

func fixedReply(b *testing.B) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/cgi-bin/stable_token" {
			say(w, `{"access_token":"t","expires_in":7200}`)
			return
		}
		say(w, `{"errcode":0,"errmsg":"ok","msgid":3717005636572528642}`)
	}))
	b.Cleanup(srv.Close)
	return srv
}

func BenchmarkSendTemplate(b *testing.B) {
	c := mustClient(b, wechat.Config{AppID: testAppID, AppSecret: testSecret, BaseURL: fixedReply(b).URL})
	msg := wechat.Template{
		ToUser: testOpenID, TemplateID: "tpl", URL: "https://example.com/orders/1",
		Data: map[string]wechat.Value{
			"first": {Value: "支付成功"}, "keyword1": {Value: "¥12.30"}, "keyword2": {Value: "一杯咖啡"}, "remark": {Value: "谢谢"},
		},
	}
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.SendTemplate(b.Context(), msg); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkBarePost is the bound: the same body without any of the client.
func BenchmarkBarePost(b *testing.B) {
	srv := fixedReply(b)
	hc := &http.Client{Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512}}
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := hc.Post(srv.URL+"/cgi-bin/message/template/send?access_token=t", "application/json", bytes.NewReader([]byte(templateBody)))
			if err != nil {
				b.Error(err)
				continue
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
}
