package alipay_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

func TestUserTokenAndInfo(t *testing.T) {
	c := serve(t, platform().Gateway(func(call alipaytest.Call) string {
		if call.Content != "" || call.Params.Get("grant_type") != "authorization_code" || call.Params.Get("code") != "c1" {
			t.Errorf("params = %v", call.Params)
		}
		return fixture(t, "oauth_token.json")
	}), nil)
	token, err := c.UserToken(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if token.AccessToken != "access-1" || token.UserID != "2088000000000002" || token.Lifetime != 15*24*time.Hour || token.RefreshLifetime != 30*24*time.Hour {
		t.Errorf("token = %+v", token)
	}
	c = serve(t, platform().Gateway(func(call alipaytest.Call) string {
		if call.Params.Get("auth_token") != "access-1" || call.Content != "" {
			t.Errorf("params = %v", call.Params)
		}
		return `{"code":"10000","msg":"Success","avatar":"https:\/\/a.example\/p","nick_name":"茶友","user_id":"2088000000000002"}`
	}), nil)
	user, err := c.UserInfo(t.Context(), token.AccessToken)
	if err != nil || user.NickName != "茶友" || user.Avatar != "https://a.example/p" {
		t.Errorf("user = %+v, %v", user, err)
	}
}

func TestRefreshUserToken(t *testing.T) {
	c := serve(t, platform().Gateway(func(call alipaytest.Call) string {
		if call.Params.Get("grant_type") != "refresh_token" || call.Params.Get("refresh_token") != "r1" {
			t.Errorf("params = %v", call.Params)
		}
		return `{"access_token":"access-2","expires_in":"60"}`
	}), nil)
	token, err := c.RefreshUserToken(t.Context(), "r1")
	if err != nil || token.AccessToken != "access-2" || token.Lifetime != time.Minute {
		t.Errorf("token = %+v, %v", token, err)
	}
}

func TestUserTokenFailures(t *testing.T) {
	refusal := `{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.code-invalid","sub_msg":"授权码code无效"}`
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.RawQuery, "code=secret-code") {
			t.Error("the code is in the address")
		}
		io.WriteString(w, `{"error_response":`+refusal+`,"sign":"`+platform().Sign(refusal)+`"}`)
	}), nil)
	_, err := c.UserToken(t.Context(), "secret-code")
	if e := asError(t, err); !errors.Is(err, alipay.OAuthCodeInvalid) || !e.Rejected() || !e.Verified {
		t.Errorf("err = %v", err)
	}
	_, err = answering(t, `{"user_id":"1"}`).UserToken(t.Context(), "c1")
	if !errors.Is(err, alipay.ErrMalformed) {
		t.Errorf("without a token: %v", err)
	}
	_, err = answering(t, `{"access_token":"a","expires_in":"soon"}`).UserToken(t.Context(), "c1")
	if !errors.Is(err, alipay.ErrMalformed) {
		t.Errorf("odd lifetime: %v", err)
	}
	if _, err := c.UserToken(t.Context(), ""); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("without a code: %v", err)
	}
	if _, err := c.UserInfo(t.Context(), ""); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("without an access token: %v", err)
	}
}

func TestAuthorizeURL(t *testing.T) {
	got := newClient(t, nil).AuthorizeURL(alipay.SandboxAuthorize, "https://shop.example/back?x=1", "auth_user", "s&1")
	want := alipay.SandboxAuthorize + "?app_id=" + alipaytest.AppID +
		"&scope=auth_user&redirect_uri=https%3A%2F%2Fshop.example%2Fback%3Fx%3D1&state=s%261"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMerchantToken(t *testing.T) {
	c := expecting(t, "alipay.open.auth.token.app", `{"code":"c1","grant_type":"authorization_code"}`,
		`{"code":"10000","msg":"Success","app_auth_token":"t1","app_refresh_token":"r1","auth_app_id":"2","expires_in":31536000,"user_id":"2088"}`)
	token, err := c.MerchantToken(t.Context(), "c1")
	if err != nil || token.AppAuthToken != "t1" || token.Lifetime != 365*24*time.Hour {
		t.Errorf("token = %+v, %v", token, err)
	}
	c = expecting(t, "alipay.open.auth.token.app", `{"grant_type":"refresh_token","refresh_token":"r1"}`,
		`{"code":"10000","msg":"Success","tokens":[{"app_auth_token":"t2","app_refresh_token":"r2","expires_in":60,"auth_app_id":"2"}]}`)
	token, err = c.RefreshMerchantToken(t.Context(), "r1")
	if err != nil || token.AppAuthToken != "t2" || token.Lifetime != time.Minute || token.Code != "10000" {
		t.Errorf("token = %+v, %v", token, err)
	}
	if _, err := c.MerchantToken(t.Context(), ""); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("without a code: %v", err)
	}
}

func someTransfer() alipay.Transfer {
	return alipay.Transfer{OutBizNo: "T1", TransAmount: 100, OrderTitle: "退押金",
		Payee: alipay.Payee{Identity: "2088000000000002", IdentityType: "ALIPAY_USER_ID"}}
}

func TestTransfer(t *testing.T) {
	c := expecting(t, "alipay.fund.trans.uni.transfer", `{"out_biz_no":"T1","trans_amount":"1.00",`+
		`"product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER","order_title":"退押金",`+
		`"payee_info":{"identity":"2088000000000002","identity_type":"ALIPAY_USER_ID"}}`, fixture(t, "transfer.json"))
	out, err := c.Transfer(t.Context(), someTransfer())
	if err != nil || !out.Succeeded() || out.OrderID == "" || out.Amount != 100 || out.Time.IsZero() {
		t.Errorf("transfer = %+v, %v", out, err)
	}
}

func TestTransferFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		answer, class string
		is            error
	}{
		"too little money": {`{"code":"40004","sub_code":"PAYER_BALANCE_NOT_ENOUGH"}`, "rejected", alipay.PayerBalance},
		"other data":       {`{"code":"40004","sub_code":"PAYMENT_INFO_INCONSISTENCY"}`, "rejected", alipay.TransferInconsistent},
		"unknown":          {`{"code":"40004","sub_code":"SYSTEM_ERROR"}`, "unknown", alipay.SystemError},
		"under way":        {`{"code":"40004","sub_code":"REQUEST_PROCESSING"}`, "unknown", alipay.SubCode("REQUEST_PROCESSING")},
		"failed": {`{"code":"10000","msg":"Success","status":"FAIL","error_code":"PAYEE_CARD_INFO_ERROR"}`, "rejected",
			alipay.SubCode("PAYEE_CARD_INFO_ERROR")},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := answering(t, tt.answer).Transfer(t.Context(), someTransfer())
			if e := asError(t, err); out != nil || class(e) != tt.class || !errors.Is(err, tt.is) {
				t.Errorf("%+v, %v is %q", out, err, class(e))
			}
		})
	}
	for name, change := range map[string]func(*alipay.Transfer){
		"no number": func(tr *alipay.Transfer) { tr.OutBizNo = "" }, "9 fen": func(tr *alipay.Transfer) { tr.TransAmount = 9 },
		"no title": func(tr *alipay.Transfer) { tr.OrderTitle = "" }, "no payee": func(tr *alipay.Transfer) { tr.Payee.Identity = "" },
	} {
		tr := someTransfer()
		change(&tr)
		if _, err := newClient(t, nil).Transfer(t.Context(), tr); !errors.Is(err, alipay.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTransferQuery(t *testing.T) {
	c := expecting(t, "alipay.fund.trans.common.query",
		`{"out_biz_no":"T1","product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER"}`, fixture(t, "transfer_query.json"))
	out, err := c.TransferQuery(t.Context(), alipay.TransferQuery{OutBizNo: "T1"})
	if err != nil || out.Succeeded() || out.Status != "FAIL" || out.ErrorCode == "" || out.Amount != 100 {
		t.Errorf("transfer = %+v, %v", out, err)
	}
	_, err = answering(t, `{"code":"40004","sub_code":"ORDER_NOT_EXIST"}`).TransferQuery(t.Context(), alipay.TransferQuery{OrderID: "1"})
	if !errors.Is(err, alipay.OrderNotExist) {
		t.Errorf("err = %v", err)
	}
	if _, err := c.TransferQuery(t.Context(), alipay.TransferQuery{}); !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("without a number: %v", err)
	}
}
