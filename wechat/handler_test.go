package wechat_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

func push(t *testing.T, h http.Handler, mode wechattest.Mode, message string) *httptest.ResponseRecorder {
	t.Helper()
	r, err := signer().Post("/wechat/events", mode, message)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandlerAnswersTheURLCheck(t *testing.T) {
	h := callback(t, wechat.CallbackSafe).NewHandler(nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, signer().Check("/wechat/events", "<script>1"))
	if w.Code != 200 || w.Body.String() != "<script>1" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	bad := signer()
	bad.Token = "other"
	w = httptest.NewRecorder()
	h.ServeHTTP(w, bad.Check("/wechat/events", "1"))
	if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "1") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}

func TestHandlerAnswersInBothModes(t *testing.T) {
	s := signer()
	for _, mode := range []wechattest.Mode{wechattest.Plain, wechattest.Safe} {
		cb := callback(t, []wechat.CallbackMode{wechat.CallbackPlain, 0, wechat.CallbackSafe}[mode])
		h := cb.NewHandler(func(_ context.Context, m *wechat.Message) (wechat.Answer, error) {
			return wechat.TextAnswer("收到 <&> ]]> \x01" + m.Content.(wechat.Text).Content), nil
		})
		w := push(t, h, mode, s.Text(testOpenID, "x", 1))
		body := w.Body.String()
		if mode == wechattest.Safe {
			var err error
			if body, err = s.Open(w.Body.Bytes()); err != nil {
				t.Fatal(err, w.Body)
			}
		}
		want := "<xml><ToUserName><![CDATA[" + testOpenID + "]]></ToUserName><FromUserName><![CDATA[" + originalID +
			"]]></FromUserName><CreateTime>1780000000</CreateTime><MsgType><![CDATA[text]]></MsgType>" +
			"<Content><![CDATA[收到 <&> ]]]]><![CDATA[> x]]></Content></xml>"
		if w.Code != 200 || body != want {
			t.Errorf("%d\n%s\n%s", w.Code, body, want)
		}
	}
}

func TestHandlerHandlesARepetitionOnce(t *testing.T) {
	s := signer()
	var handled atomic.Int32
	h := callback(t, wechat.CallbackSafe).NewHandler(func(context.Context, *wechat.Message) (wechat.Answer, error) {
		handled.Add(1)
		return nil, nil
	})
	for range 3 {
		if w := push(t, h, wechattest.Safe, s.Text(testOpenID, "x", 1)); w.Code != 200 || w.Body.String() != "success" {
			t.Errorf("%d %q", w.Code, w.Body)
		}
	}
	if handled.Load() != 1 {
		t.Errorf("handled %d times", handled.Load())
	}
}

func TestHandlerGetsAnotherTryAfterAFailure(t *testing.T) {
	s := signer()
	tries := 0
	h := callback(t, wechat.CallbackSafe).NewHandler(func(context.Context, *wechat.Message) (wechat.Answer, error) {
		tries++
		switch tries {
		case 1:
			return nil, errors.New("database is away")
		case 2:
			panic("bug")
		}
		return nil, nil
	})
	var codes []int
	for range 4 {
		codes = append(codes, push(t, h, wechattest.Safe, s.Text(testOpenID, "x", 1)).Code)
	}
	if tries != 3 || codes[0] != 500 || codes[1] != 500 || codes[2] != 200 || codes[3] != 200 {
		t.Errorf("tries %d codes %v", tries, codes)
	}
}

func TestHandlerAnswersWithinFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := signer()
		h := callback(t, wechat.CallbackSafe).NewHandler(func(ctx context.Context, _ *wechat.Message) (wechat.Answer, error) {
			time.Sleep(20 * time.Second)
			return wechat.TextAnswer("late"), ctx.Err()
		})
		var late wechat.Answer
		h.Late = func(_ context.Context, _ *wechat.Message, a wechat.Answer) { late = a }
		began := time.Now()
		w := push(t, h, wechattest.Safe, s.Text(testOpenID, "x", 1))
		if took := time.Since(began); took >= 5*time.Second || w.Body.String() != "success" {
			t.Errorf("%v %q", took, w.Body)
		}
		h.Wait()
		if late != wechat.TextAnswer("late") {
			t.Errorf("late answer: %v", late)
		}
	})
}

func TestHandlerRefusesForgeriesWithoutDetail(t *testing.T) {
	s := signer()
	s.Token = "other"
	h := callback(t, wechat.CallbackSafe).NewHandler(func(context.Context, *wechat.Message) (wechat.Answer, error) {
		t.Error("handled")
		return nil, nil
	})
	r, err := s.Post("/x", wechattest.Safe, s.Text(testOpenID, "x", 1))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || w.Body.String() != "refused\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestMemoryInboxForgetsWithTime(t *testing.T) {
	now := callbackTime
	inbox := wechat.NewMemoryInbox(func() time.Time { return now })
	begin := func() bool {
		fresh, err := inbox.Begin(t.Context(), "k", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	if !begin() || begin() {
		t.Error("not once")
	}
	now = now.Add(time.Hour)
	if !begin() {
		t.Error("not forgotten")
	}
}
