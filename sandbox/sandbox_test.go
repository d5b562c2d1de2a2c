package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func serve(t *testing.T, o Options) *httptest.Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	s.SetBaseURL(server.URL)
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func send(t *testing.T, method, address, body string, into any) int {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatalf("%s %s answered %s: %v", method, address, raw, err)
		}
	}
	return resp.StatusCode
}

func TestControlCalls(t *testing.T) {
	server := serve(t, Options{Seed: 1})
	tests := []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/sandbox/clock", "", 200},
		{"POST", "/sandbox/clock", `{"advance":"25h"}`, 200},
		{"POST", "/sandbox/clock", `{"advance":"-1h"}`, 400},
		{"POST", "/sandbox/clock", `{"advance":"soon"}`, 400},
		{"POST", "/sandbox/clock", `{"jump":"1h"}`, 400},
		{"PUT", "/sandbox/faults", `{"seed":1,"rules":[{"at":"alipay.notify","kind":"drop","rate":0.5}]}`, 200},
		{"PUT", "/sandbox/faults", `{"rules":[{"at":"wechat.api","kind":"errcode","code":45009}]}`, 200},
		{"PUT", "/sandbox/faults", `{"rules":[{"at":"alipay.gateway","kind":"errcode","code":"ACQ.SYSTEM_ERROR","delay":"3s"}]}`, 200},
		{"PUT", "/sandbox/faults", `{"rules":[{"at":"alipay.gateway","kind":"latency","delay":"a while"}]}`, 400},
		{"PUT", "/sandbox/faults", `{"rules":[{"at":"nowhere","kind":"drop"}]}`, 400},
		{"PUT", "/sandbox/faults", `{"rules":[{"at":"wechat.api","kind":"errcode","code":{}}]}`, 400},
		{"DELETE", "/sandbox/faults", "", 200},
		{"GET", "/sandbox/credentials", "", 200},
		{"GET", "/sandbox/truth", "", 200},
		{"GET", "/sandbox/history?since=yesterday", "", 400},
		{"GET", "/sandbox/history?limit=many", "", 400},
		{"GET", "/sandbox/truth?sums=1", "", 200},
		{"GET", "/sandbox/nothing", "", 404},
		{"GET", "/sandbox/", "", 200},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.path+tt.body, func(t *testing.T) {
			if got := send(t, tt.method, server.URL+tt.path, tt.body, nil); got != tt.status {
				t.Errorf("answered %d, want %d", got, tt.status)
			}
		})
	}
}

func TestTheClockMovesForEverybody(t *testing.T) {
	server := serve(t, Options{})
	var before, after struct {
		Now time.Time `json:"now"`
	}
	send(t, "GET", server.URL+"/sandbox/clock", "", &before)
	send(t, "POST", server.URL+"/sandbox/clock", `{"advance":"25h"}`, &after)
	if gone := after.Now.Sub(before.Now); gone < 25*time.Hour || gone > 26*time.Hour {
		t.Errorf("the clock moved by %s", gone)
	}
}

func TestCredentialsNameTheOriginThatIsReached(t *testing.T) {
	server := serve(t, Options{})
	var got struct {
		Alipay struct {
			Gateway string `json:"gateway"`
			AppID   string `json:"app_id"`
		} `json:"alipay"`
	}
	send(t, "GET", server.URL+"/sandbox/credentials", "", &got)
	if got.Alipay.Gateway != server.URL+"/gateway.do" || len(got.Alipay.AppID) != 16 {
		t.Errorf("credentials are %+v", got)
	}
}

func TestKeysAndTheClockOutliveTheSandbox(t *testing.T) {
	dir := t.TempDir()
	var seen [2]string
	for i := range seen {
		s, err := New(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(s.platforms["alipay"].Credentials())
		if err != nil {
			t.Fatal(err)
		}
		seen[i] = string(raw)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if seen[0] != seen[1] {
		t.Error("the credentials changed over a restart")
	}
}

func TestHistoryShowsTheNewestFirst(t *testing.T) {
	server := serve(t, Options{})
	for i := range 3 {
		body := url.Values{"n": {fmt.Sprint(i)}}.Encode()
		send(t, "POST", server.URL+"/gateway.do?method=m", body, nil)
	}
	var got struct {
		Requests []visit `json:"requests"`
	}
	send(t, "GET", server.URL+"/sandbox/history?path=/gateway.do", "", &got)
	if len(got.Requests) != 3 || got.Requests[0].Body != "n=2" || got.Requests[0].Status != 200 || got.Requests[0].Query != "method=m" {
		t.Fatalf("history is %+v", got.Requests)
	}
	since := got.Requests[1].Time.Format(time.RFC3339Nano)
	send(t, "GET", server.URL+"/sandbox/history?since="+url.QueryEscape(since), "", &got)
	if len(got.Requests) != 1 {
		t.Errorf("%d requests came since the second", len(got.Requests))
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := newHistory(3)
	for i := range 5 {
		h.add(visit{Path: fmt.Sprint(i), Time: time.Unix(int64(i), 0)})
	}
	got := h.list("", time.Time{}, 10)
	if short := h.list("", time.Time{}, 2); len(short) != 2 {
		t.Errorf("asked for 2, got %v", short)
	}
	if len(got) != 3 || got[0].Path != "4" || got[2].Path != "2" {
		t.Errorf("the ring holds %v", got)
	}
}

func TestALongBodyIsShownInPart(t *testing.T) {
	server := serve(t, Options{})
	send(t, "POST", server.URL+"/gateway.do", strings.Repeat("a", 3*shownBody), nil)
	var got struct {
		Requests []visit `json:"requests"`
	}
	send(t, "GET", server.URL+"/sandbox/history", "", &got)
	if v := got.Requests[0]; len(v.Body) != shownBody || !v.Truncated {
		t.Errorf("kept %d bytes, truncated %v", len(v.Body), v.Truncated)
	}
}

func TestPagesOfOtherSitesCannotOperateTheControls(t *testing.T) {
	server := serve(t, Options{})
	req, err := http.NewRequest("POST", server.URL+"/sandbox/clock", strings.NewReader(`{"advance":"1h"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("answered %d", resp.StatusCode)
	}
}

func TestTheOriginIsTheOneThatWasSeenUntilItIsTold(t *testing.T) {
	var b baseURL
	for _, host := range []string{"", "a b", "user@evil", "evil/path", strings.Repeat("a", 300)} {
		b.see(host)
	}
	if got := b.get(); got != "http://127.0.0.1" {
		t.Errorf("a strange Host became %q", got)
	}
	b.see("127.0.0.1:8081")
	if got := b.get(); got != "http://127.0.0.1:8081" {
		t.Errorf("the origin is %q", got)
	}
	b.set("https://pay.test/")
	if got := b.get(); got != "https://pay.test" {
		t.Errorf("the origin is %q", got)
	}
}
