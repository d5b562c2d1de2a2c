package alipay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

// serve runs a gateway and answers a client of it.
func serve(t testing.TB, h http.Handler, change func(*alipay.Config)) *alipay.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return newClient(t, func(cfg *alipay.Config) {
		cfg.Gateway = server.URL + "/gateway.do"
		if change != nil {
			change(cfg)
		}
	})
}

// answering runs a gateway that signs the one answer, whatever it is asked.
func answering(t testing.TB, content string) *alipay.Client {
	return serve(t, platform().Gateway(func(alipaytest.Call) string { return content }), nil)
}

// raw runs a gateway that answers the bytes as they are.
func raw(t testing.TB, status int, body string) *alipay.Client {
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}), nil)
}

var someTrade = alipay.Query{TradeRef: alipay.TradeRef{OutTradeNo: "1"}}

func asError(t *testing.T, err error) *alipay.Error {
	t.Helper()
	failure, ok := errors.AsType[*alipay.Error](err)
	if !ok {
		t.Fatalf("err = %v, want an *alipay.Error", err)
	}
	return failure
}

// class writes which of the three questions an error answers with yes.
func class(e *alipay.Error) string {
	var out []string
	for _, q := range []struct {
		name string
		yes  bool
	}{{"rejected", e.Rejected()}, {"retryable", e.Retryable()}, {"unknown", e.Unknown()}} {
		if q.yes {
			out = append(out, q.name)
		}
	}
	return strings.Join(out, " ")
}

func TestRequestOnTheWire(t *testing.T) {
	var got *http.Request
	var query, body string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, query = r, r.URL.RawQuery
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		r.Body = io.NopCloser(strings.NewReader(body))
		platform().Gateway(func(alipaytest.Call) string { return `{"code":"10000","msg":"Success"}` }).ServeHTTP(w, r)
	}), nil)
	_, err := c.ForMerchant("token-of-merchant").Do(t.Context(), alipay.Request{
		Method: "alipay.trade.query", Content: map[string]string{"out_trade_no": "1"},
		NotifyURL: "http://a.example/n", Params: map[string]string{"grant_type": "x"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodPost || got.URL.Path != "/gateway.do" {
		t.Errorf("%s %s", got.Method, got.URL.Path)
	}
	for _, name := range []string{"charset=utf-8", "sign=", "method=alipay.trade.query", "timestamp=2026-03-01%2012%3A00%3A00"} {
		if !strings.Contains(query, name) {
			t.Errorf("query has no %s: %s", name, query)
		}
	}
	if strings.Contains(query, "token-of-merchant") || !strings.Contains(body, "app_auth_token=token-of-merchant") {
		t.Errorf("the token is not kept out of the query:\n%s\n%s", query, body)
	}
	if !strings.Contains(body, "biz_content=%7B%22out_trade_no%22%3A%221%22%7D") || !strings.Contains(body, "grant_type=x") {
		t.Errorf("body = %s", body)
	}
}

func TestAnswersAndTheirClass(t *testing.T) {
	signed := func(content string) string { return string(platform().Reply("alipay.trade.refund", content)) }
	refused := func(code, sub string) string {
		return fmt.Sprintf(`{"code":%q,"msg":"m","sub_code":%q,"sub_msg":"s"}`, code, sub)
	}
	unsigned := func(content string) string { return `{"alipay_trade_refund_response":` + content + `}` }
	ok := signed(`{"code":"10000","msg":"Success"}`)
	tests := []struct {
		name   string
		status int
		body   string
		is     error
		class  string
	}{
		{"refused", 200, signed(refused("40004", "ACQ.TRADE_STATUS_ERROR")), alipay.TradeStatusError, "rejected"},
		{"refused, no prefix", 200, signed(refused("40004", "TRADE_NOT_EXIST")), alipay.TradeNotExist, "rejected"},
		{"too fast", 200, signed(refused("40005", "isv.app-call-limited")), alipay.SubCode("isv.app-call-limited"), "retryable"},
		{"gateway trouble", 200, signed(refused("20000", "isp.unknow-error")), alipay.UnknownError, "unknown"},
		{"system error", 200, signed(refused("40004", "ACQ.SYSTEM_ERROR")), alipay.SystemError, "unknown"},
		{"system error, misspelt", 200, signed(refused("40004", "AQC.SYSTEM_ERROR")), alipay.SystemError, "unknown"},
		{"system error, doubled prefix", 200, signed(refused("20000", "aop.ACQ.SYSTEM_ERROR")), alipay.SystemError, "unknown"},
		{"token", 200, signed(refused("20001", "aop.invalid-app-auth-token")), alipay.AuthTokenInvalid, "rejected"},
		{"unknown app, unsigned", 200, unsigned(refused("40002", "isv.invalid-app-id")), alipay.InvalidAppID, "rejected"},
		{"unsigned refusal of a trade", 200, unsigned(refused("40004", "ACQ.TRADE_NOT_EXIST")), alipay.ErrSignature, "unknown"},
		{"unsigned success", 200, unsigned(`{"code":"10000"}`), alipay.ErrSignature, "unknown"},
		{"changed after signing", 200, strings.Replace(ok, "Success", "success", 1), alipay.ErrSignature, "unknown"},
		{"bad signature on a gateway refusal", 200,
			strings.Replace(signed(refused("40002", "isv.invalid-app-id")), `"m"`, `"n"`, 1), alipay.ErrSignature, "unknown"},
		{"answer to another method", 200, string(platform().Reply("alipay.trade.query", `{"code":"10000"}`)), alipay.ErrMalformed, "unknown"},
		{"no code", 200, signed(`{"refund_fee":"1.00"}`), alipay.ErrMalformed, "unknown"},
		{"waiting", 200, signed(`{"code":"10003"}`), alipay.ErrMalformed, "unknown"},
		{"not JSON", 200, "<html>", alipay.ErrMalformed, "unknown"},
		{"empty", 200, "", alipay.ErrMalformed, "unknown"},
		{"amount unreadable", 200, signed(`{"code":"10000","refund_fee":"x"}`), alipay.ErrMalformed, "unknown"},
		{"HTTP 500", 500, ok, nil, "unknown"},
		{"HTTP 502", 502, "<html>", nil, "unknown"},
		{"redirect", 302, "", nil, "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refund := alipay.Refund{TradeRef: alipay.TradeRef{OutTradeNo: "1"}, RefundAmount: 1, OutRequestNo: "r"}
			out, err := raw(t, tt.status, tt.body).Refund(t.Context(), refund)
			failure := asError(t, err)
			if out != nil {
				t.Errorf("an answer beside the error: %+v", out)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("err = %v, want %v", err, tt.is)
			}
			if got := class(failure); got != tt.class {
				t.Errorf("class %q, want %q: %v", got, tt.class, err)
			}
		})
	}
}

func TestUnbelievableAnswerMatchesNoSubCode(t *testing.T) {
	body := `{"alipay_trade_query_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"},"sign":"QUJD"}`
	_, err := raw(t, 200, body).Query(t.Context(), someTrade)
	if errors.Is(err, alipay.TradeNotExist) || !errors.Is(err, alipay.ErrSignature) {
		t.Errorf("err = %v", err)
	}
}

func TestErrorKeepsTheAnswer(t *testing.T) {
	long := strings.Repeat("x", 8<<10)
	_, err := answering(t, `{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在","x":"`+long+`"}`).
		Query(t.Context(), someTrade)
	e := asError(t, fmt.Errorf("wrapped: %w", err))
	if e.Method != "alipay.trade.query" || e.Code != "40004" || e.SubCode != "ACQ.TRADE_NOT_EXIST" || e.SubMsg != "交易不存在" {
		t.Errorf("%+v", e)
	}
	if e.TraceID != "0b1234567890abcdef" || !e.Verified || e.HTTPStatus != 200 || len(e.Raw) != 4<<10 {
		t.Errorf("trace %q verified %v status %d raw %d bytes", e.TraceID, e.Verified, e.HTTPStatus, len(e.Raw))
	}
	if text := err.Error(); strings.Contains(text, "xxxx") || !strings.Contains(text, "ACQ.TRADE_NOT_EXIST") {
		t.Errorf("text = %s", text)
	}
}

func TestErrorsHideWhatWasSigned(t *testing.T) {
	content := `{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-signature","sub_msg":"app_auth_token=hidden-token"}`
	_, err := answering(t, content).ForMerchant("hidden-token").Query(t.Context(), someTrade)
	if !errors.Is(err, alipay.InvalidSignature) || strings.Contains(err.Error(), "hidden-token") {
		t.Errorf("err = %v", err)
	}
	dead := newClient(t, func(cfg *alipay.Config) { cfg.Gateway = "http://127.0.0.1:1/gateway.do" })
	_, err = dead.Query(t.Context(), someTrade)
	if text := err.Error(); strings.Contains(text, "sign=") || strings.Contains(text, "gateway.do") {
		t.Errorf("the error shows the signed address: %s", text)
	}
	if got := class(asError(t, err)); got != "retryable" {
		t.Errorf("a refused connection is %q", got)
	}
}

func TestTimeoutAfterTheRequestIsUnknown(t *testing.T) {
	received, release := make(chan struct{}), make(chan struct{})
	c := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(received)
		<-release
	}), nil)
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-received; cancel() }()
	_, err := c.Refund(ctx, alipay.Refund{TradeRef: alipay.TradeRef{OutTradeNo: "1"}, RefundAmount: 1, OutRequestNo: "r"})
	if got := class(asError(t, err)); got != "unknown" || !errors.Is(err, context.Canceled) {
		t.Errorf("class %q: %v", got, err)
	}
}

func TestCancelledBeforeTheRequestIsNot(t *testing.T) {
	c := answering(t, `{"code":"10000"}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Query(ctx, someTrade)
	if got := class(asError(t, err)); got != "retryable" || !errors.Is(err, context.Canceled) {
		t.Errorf("class %q: %v", got, err)
	}
}

func TestCutConnectionIsUnknown(t *testing.T) {
	for name, reply := range map[string]string{
		"before the reply": "",
		"in the reply":     "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"alipay",
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(conn, reply)
				conn.Close()
			}), nil)
			_, err := c.Precreate(t.Context(), alipay.Precreate{Order: someOrder()})
			if got := class(asError(t, err)); got != "unknown" {
				t.Errorf("class %q: %v", got, err)
			}
		})
	}
}

func TestClientSendsOnce(t *testing.T) {
	var calls atomic.Int64
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}), func(cfg *alipay.Config) { cfg.HTTPClient = &http.Client{Timeout: time.Minute} })
	if _, err := c.Query(t.Context(), someTrade); err == nil || calls.Load() != 1 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
}

func TestHandshakeFailureIsNotSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			conn.Close()
		}
	}()
	c := newClient(t, func(cfg *alipay.Config) { cfg.Gateway = "https://" + listener.Addr().String() + "/gateway.do" })
	_, err = c.Query(t.Context(), someTrade)
	if got := class(asError(t, err)); got != "retryable" {
		t.Errorf("class %q: %v", got, err)
	}
}

func TestDoRefusesParamsTwice(t *testing.T) {
	_, err := answering(t, `{"code":"10000"}`).Do(t.Context(), alipay.Request{Method: "m", Params: map[string]string{"method": "x"}}, nil)
	if !errors.Is(err, alipay.ErrInvalid) || class(asError(t, err)) != "rejected" {
		t.Errorf("err = %v", err)
	}
	_, err = answering(t, `{"code":"10000"}`).Do(t.Context(), alipay.Request{Method: "m", Content: make(chan int)}, nil)
	if !errors.Is(err, alipay.ErrInvalid) {
		t.Errorf("err = %v", err)
	}
}

func TestGBKReply(t *testing.T) {
	// The sub message is the GBK text of two characters, the second of which ends
	// in a byte that looks like a backslash.
	content := "{\"code\":\"40004\",\"msg\":\"m\",\"sub_code\":\"ACQ.X\",\"sub_msg\":\"\xd6\xd0\x81\x5c\"}"
	body := platform().Reply("alipay.trade.query", content)
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html;charset=GBK")
		w.Write(body)
	}), nil)
	_, err := c.Query(t.Context(), someTrade)
	e := asError(t, err)
	if !e.Verified || e.SubMsg != "中乗" {
		t.Errorf("verified %v, sub_msg %q: %v", e.Verified, e.SubMsg, err)
	}
}

func TestReplyCarriesRawAndTrace(t *testing.T) {
	const content = `{"code":"10000","msg":"Success","ext":"1"}`
	trade, err := answering(t, content).Query(t.Context(), someTrade)
	if err != nil {
		t.Fatal(err)
	}
	if string(trade.Raw) != content || trade.Code != "10000" || trade.TraceID == "" {
		t.Errorf("reply = %+v", trade.Reply)
	}
	if !json.Valid(trade.Raw) {
		t.Error("raw is no JSON")
	}
}

func TestErrorIsOneLine(t *testing.T) {
	_, err := answering(t, `{"code":"40004","msg":"a\nb","sub_code":"ACQ.X\u0007","sub_msg":"`+"\u2028"+`\tb"}`).Query(t.Context(), someTrade)
	if text := err.Error(); strings.ContainsAny(text, "\n\t\u2028\x07") {
		t.Errorf("text = %q", text)
	}
}
