package alipaytest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

func ExamplePlatform() {
	platform := alipaytest.NewPlatform()
	client, err := alipay.New(platform.Config())
	if err != nil {
		panic(err)
	}
	fields := alipaytest.PaidNotice("20260301000001", 1234, time.Now())
	fields["subject"] = "Tea"
	notice, err := client.ParseNotice(platform.Notice(fields))
	if err != nil {
		panic(err)
	}
	fmt.Println(notice.OutTradeNo, notice.TotalAmount, notice.Paid())
	// Output: 20260301000001 12.34 true
}

func TestGatewayRefusesWhatIsNotRight(t *testing.T) {
	platform := alipaytest.NewPlatform()
	server := httptest.NewServer(platform.Gateway(func(alipaytest.Call) string {
		t.Error("a bad request was answered")
		return ""
	}))
	defer server.Close()
	client, err := alipay.New(platform.Config())
	if err != nil {
		t.Fatal(err)
	}
	link, err := client.PagePayURL(alipay.PagePay{Order: alipay.Order{OutTradeNo: "1", TotalAmount: 1, Subject: "tea"}})
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(link, "?")
	for name, change := range map[string]func(url.Values){
		"no charset":     func(v url.Values) { v.Del("charset") },
		"no sign":        func(v url.Values) { v.Del("sign") },
		"not base64":     func(v url.Values) { v.Set("sign", "*") },
		"other content":  func(v url.Values) { v.Set("biz_content", "{}") },
		"repeated name":  func(v url.Values) { v.Add("app_id", "2") },
		"one name more":  func(v url.Values) { v.Set("x", "y") },
		"other platform": func(v url.Values) { v.Set("sign", alipaytest.NewPlatform().Sign("x")) },
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		change(values)
		resp, err := http.Get(server.URL + "/gateway.do?" + values.Encode())
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d", name, resp.StatusCode)
		}
	}
}

func TestGatewayV3RefusesWhatIsNotRight(t *testing.T) {
	platform := alipaytest.NewPlatform()
	handler := platform.GatewayV3(func(alipaytest.CallV3) (int, string) {
		t.Error("a bad request was answered")
		return 200, "{}"
	})
	for _, auth := range []string{
		"", "Basic x", "ALIPAY-SHA256withRSA app_id=1", "ALIPAY-SHA256withRSA app_id=1,sign=QQ==",
		"ALIPAY-SHA256withRSA app_id=1,nonce=n,timestamp=1,sign=*", "ALIPAY-SHA256withRSA app_id=1,nonce=n,timestamp=1,sign=QQ==",
	} {
		r := httptest.NewRequest(http.MethodPost, "/v3/alipay/trade/query", strings.NewReader("{}"))
		r.Header.Set("Authorization", auth)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusTeapot {
			t.Errorf("%q: HTTP %d", auth, w.Code)
		}
	}
}

func TestReturnQuery(t *testing.T) {
	platform := alipaytest.NewPlatform()
	client, err := alipay.New(platform.Config())
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.ParseReturn(platform.ReturnQuery(alipaytest.ReturnFields("1", 5, time.Unix(0, 0))))
	if err != nil || r.TotalAmount != 5 || !r.Time.Equal(time.Unix(0, 0)) {
		t.Errorf("%+v, %v", r, err)
	}
}
