package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

// receiver is a developer's server, written from the platform's document.
type receiver struct {
	*httptest.Server
	token, key, appid string
	got               chan received
	answer            func(received) (status int, body string)
}

type received struct {
	query url.Values
	body  string
	inner string // the XML with the fields, decrypted where it must be
	kind  string
}

func (f *fixture) receiver() *receiver {
	a := f.p.account
	r := &receiver{token: a.Token, key: a.AESKey, appid: a.AppID, got: make(chan received, 100)}
	r.Server = httptest.NewServer(r)
	f.Cleanup(r.Close)
	return r
}

func sha(parts ...string) string {
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (s *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("signature") != sha(s.token, q.Get("timestamp"), q.Get("nonce")) {
		http.Error(w, "forged", http.StatusForbidden)
		s.got <- received{kind: "forged"}
		return
	}
	if r.Method == http.MethodGet {
		io.WriteString(w, q.Get("echostr"))
		return
	}
	b, _ := io.ReadAll(r.Body)
	it := received{query: q, body: string(b), inner: string(b)}
	var outer struct{ Encrypt string }
	if xml.Unmarshal(b, &outer); outer.Encrypt != "" {
		if q.Get("msg_signature") != sha(s.token, q.Get("timestamp"), q.Get("nonce"), outer.Encrypt) {
			http.Error(w, "forged", http.StatusForbidden)
			return
		}
		it.inner = s.decrypt(outer.Encrypt)
	}
	var fields struct{ MsgType, Event string }
	xml.Unmarshal([]byte(it.inner), &fields)
	it.kind = fields.MsgType + fields.Event
	status, body := 200, "success"
	if s.answer != nil {
		status, body = s.answer(it)
	}
	w.WriteHeader(status)
	io.WriteString(w, body)
	s.got <- it
}

func (s *receiver) cipher() (cipher.Block, []byte) {
	key, _ := base64.StdEncoding.DecodeString(s.key + "=")
	block, _ := aes.NewCipher(key)
	return block, key[:16]
}

func (s *receiver) decrypt(text string) string {
	b, _ := base64.StdEncoding.DecodeString(text)
	block, iv := s.cipher()
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(b, b)
	b = b[:len(b)-int(b[len(b)-1])]
	n := binary.BigEndian.Uint32(b[16:])
	if string(b[20+n:]) != s.appid {
		return "foreign appid"
	}
	return string(b[20 : 20+n])
}

func (s *receiver) encrypt(msg string) string {
	b := append(bytes.Repeat([]byte{7}, 16), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(b[16:], uint32(len(msg)))
	b = append(b, msg+s.appid...)
	pad := 32 - len(b)%32
	b = append(b, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, iv := s.cipher()
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}

func (f *fixture) point(r *receiver, mode string) {
	f.Helper()
	if got := f.call("PUT", "/sandbox/wechat/settings", `{"callback_url":"`+r.URL+`/events","mode":"`+mode+`"}`); got.text("callback_url") == "" {
		f.Fatalf("settings: %v", got)
	}
}

// settled waits until the newest push satisfies done.
func (f *fixture) settled(done func(pushed) bool) pushed {
	f.Helper()
	ch, cancel := f.world.Subscribe("wechat")
	defer cancel()
	deadline := time.After(10 * time.Second)
	for {
		f.p.mu.Lock()
		var it pushed
		if list := f.p.pushes.newest; len(list) > 0 {
			it = *list[len(list)-1]
		}
		f.p.mu.Unlock()
		if it.ID != 0 && done(it) {
			return it
		}
		select {
		case <-ch:
		case <-deadline:
			f.Fatalf("the push never got there: %+v", it)
		}
	}
}

func TestEventsInEveryMode(t *testing.T) {
	for _, mode := range []string{modePlain, modeCompatible, modeSafe} {
		t.Run(mode, func(t *testing.T) {
			f := newFixture(t)
			r := f.receiver()
			f.point(r, mode)
			who := f.person("小明")
			it := <-r.got
			for _, want := range []string{"<![CDATA[subscribe]]>", "<![CDATA[" + who + "]]>", "<![CDATA[" + f.p.account.OriginalID + "]]>", "<EventKey><![CDATA[]]>"} {
				if !strings.Contains(it.inner, want) {
					t.Errorf("the push lacks %s: %s", want, it.inner)
				}
			}
			if open := strings.Contains(it.body, who); open != (mode != modeSafe) {
				t.Errorf("openid readable: %v", open)
			}
			if aes := it.query.Get("encrypt_type") == "aes"; aes != (mode != modePlain) || it.query.Get("openid") != who {
				t.Errorf("query %v", it.query)
			}
			f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"a]]>b"}`)
			if it = <-r.got; it.kind != "text" || !strings.Contains(it.inner, "<MsgId>37170056365725") {
				t.Errorf("said: %s", it.inner)
			}
			f.api(templatePath, f.templateBody(who, "", nil))
			if it = <-r.got; it.kind != "eventTEMPLATESENDJOBFINISH" || !strings.Contains(it.inner, "<MsgID>3717") || !strings.Contains(it.inner, "<![CDATA[success]]>") {
				t.Errorf("finished: %s", it.inner)
			}
			f.post("/sandbox/wechat/followers/"+who+"/unfollow", "")
			if it = <-r.got; it.kind != "eventunsubscribe" {
				t.Errorf("left: %s", it.inner)
			}
		})
	}
}

func TestCallbackURLIsVerified(t *testing.T) {
	f := newFixture(t)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	defer bad.Close()
	resp, body := f.request("PUT", "/sandbox/wechat/settings", `{"callback_url":"`+bad.URL+`"}`)
	if resp.StatusCode != 422 || !strings.Contains(body, "echostr") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if got := f.get("/sandbox/wechat/settings").text("callback_url"); got != "" {
		t.Errorf("a bad URL was kept: %s", got)
	}
}

func TestPassiveReplies(t *testing.T) {
	f := newFixture(t)
	r := f.receiver()
	f.point(r, modeSafe)
	who := f.person("小明")
	<-r.got
	text := func(content string) string {
		return `<xml><MsgType><![CDATA[text]]></MsgType><CreateTime>"2026-01-01T00:00:00Z"</CreateTime><Content><![CDATA[` + content + `]]></Content></xml>`
	}
	wrap := func(inner, token string) string {
		sealed := r.encrypt(inner)
		return `<xml><Encrypt>` + sealed + `</Encrypt><MsgSignature>` + sha(token, "1", "2", sealed) + `</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>`
	}
	for _, row := range []struct{ name, answer, state, shown string }{
		{"encrypted", wrap(text("你好"), r.token), pushDelivered, "你好"},
		{"encrypted nothing", wrap("", r.token), pushDelivered, "在吗"},
		{"success", "success", pushDelivered, "在吗"},
		{"empty", "", pushDelivered, "在吗"},
		{"plain in safe mode", text("你好"), pushFailed, "该公众号提供的服务出现故障，请稍后再试"},
		{"bad MsgSignature", wrap(text("你好"), "other"), pushFailed, "该公众号提供的服务出现故障，请稍后再试"},
		{"no XML", "oops", pushFailed, "该公众号提供的服务出现故障，请稍后再试"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r.answer = func(received) (int, string) { return 200, row.answer }
			f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"在吗"}`)
			<-r.got
			it := f.settled(func(it pushed) bool { return it.State != pushPending })
			list := f.get("/sandbox/wechat/followers/" + who + "/messages?all=1")["messages"].([]any)
			if shown := list[len(list)-1].(map[string]any)["text"]; it.State != row.state || shown != row.shown || len(it.Attempts) != 1 {
				t.Errorf("%s after %d attempts, shows %q; want %s and %q", it.State, len(it.Attempts), shown, row.state, row.shown)
			}
		})
	}
}

func TestPushIsRepeatedThreeTimes(t *testing.T) {
	f := newFixture(t)
	r := f.receiver()
	f.point(r, modePlain)
	who := f.person("小明")
	<-r.got
	r.answer = func(received) (int, string) { return 500, "" }
	f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"在吗"}`)
	var bodies []string
	for i := 1; i <= 3; i++ {
		it := <-r.got
		bodies = append(bodies, it.body)
		f.settled(func(p pushed) bool { return len(p.Attempts) == i })
		f.world.Advance(5 * time.Second)
	}
	if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Errorf("the repeats differ: %q", bodies)
	}
	if it := f.settled(func(p pushed) bool { return p.State == pushFailed }); len(it.Attempts) != 3 || it.Attempts[2].Status != 500 {
		t.Errorf("attempts %+v", it.Attempts)
	}
}

func TestCallbackPatienceEnds(t *testing.T) {
	f := newFixture(t)
	f.p.patience = 50 * time.Millisecond
	r := f.receiver()
	f.point(r, modePlain)
	release := make(chan struct{})
	r.answer = func(received) (int, string) { <-release; return 200, "" }
	f.person("小明")
	it := f.settled(func(p pushed) bool { return p.State == pushFailed })
	close(release)
	if len(it.Attempts) != 3 || !strings.Contains(it.Attempts[0].Reason, "no answer") {
		t.Errorf("attempts %+v", it.Attempts)
	}
}

func TestCallbackFaults(t *testing.T) {
	for _, row := range []struct {
		kind     string
		received int // before the clock is moved
		kindSeen string
	}{
		{"drop", 0, ""}, {"duplicate", 2, "eventsubscribe"}, {"bad_signature", 1, "forged"}, {"reply_lost", 1, "eventsubscribe"}, {"http_500", 1, "eventsubscribe"},
	} {
		t.Run(row.kind, func(t *testing.T) {
			f := newFixture(t)
			r := f.receiver()
			f.point(r, modePlain)
			if err := f.world.SetFaults(1, []world.Fault{{At: atCallback, Kind: row.kind, Rate: 1}}); err != nil {
				t.Fatal(err)
			}
			f.person("小明")
			f.settled(func(p pushed) bool { return len(p.Attempts) == max(1, row.received) })
			if n := len(r.got); n != row.received {
				t.Fatalf("%d pushes arrived, want %d", n, row.received)
			}
			for range row.received {
				if it := <-r.got; it.kind != row.kindSeen {
					t.Errorf("saw %q, want %q", it.kind, row.kindSeen)
				}
			}
			f.world.ClearFaults()
			f.world.Advance(5 * time.Second)
			f.settled(func(p pushed) bool { return p.State == pushDelivered })
		})
	}
}

func TestReorderLetsOthersPass(t *testing.T) {
	f := newFixture(t)
	r := f.receiver()
	f.point(r, modePlain)
	f.world.SetFaults(1, []world.Fault{{At: atCallback, Kind: "reorder", Rate: 1, Path: "subscribe"}})
	who := f.person("小明")
	f.world.ClearFaults()
	f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"在吗"}`)
	first := <-r.got
	f.world.Advance(time.Minute)
	if second := <-r.got; first.kind != "text" && second.kind != "text" {
		t.Errorf("%s then %s", first.kind, second.kind)
	}
}

func TestSignatureVector(t *testing.T) {
	if got := signature("AAAAA", "1714036504", "1514711492"); got != "f464b24fc39322e44b38aa78f5edd27bd1441696" {
		t.Errorf("signature %s", got)
	}
}

func FuzzOpen(f *testing.F) {
	key := strings.Repeat("a", 42) + "A"
	sealed, _ := seal(key, "wx1", []byte("<xml/>"))
	f.Add(sealed, "wx1")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, appid string) {
		if b, err := open(key, appid, text); err == nil && len(b) > len(text) {
			t.Errorf("%d bytes out of %d", len(b), len(text))
		}
	})
}

func FuzzReadReply(f *testing.F) {
	f.Add("<xml><Content>a</Content></xml>")
	f.Add("success")
	f.Fuzz(func(t *testing.T, answer string) {
		a := account{AESKey: strings.Repeat("a", 42) + "A", Settings: settings{Mode: modeSafe}}
		if r, err := a.readReply(answer); err == nil && r != nil && r.Encrypt == "" {
			t.Errorf("took a plain reply in safe mode: %q", answer)
		}
	})
}

func FuzzSealAndOpen(f *testing.F) {
	f.Add([]byte("hello"), "wx1")
	f.Add(bytes.Repeat([]byte("x"), 9), "wx1")
	f.Fuzz(func(t *testing.T, msg []byte, appid string) {
		key := strings.Repeat("a", 42) + "A"
		sealed, err := seal(key, appid, msg)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := open(key, appid, sealed); err != nil || !bytes.Equal(got, msg) {
			t.Errorf("%q came back as %q, %v", msg, got, err)
		}
	})
}
