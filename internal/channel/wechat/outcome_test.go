package wechat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	channel "github.com/paypush/paypush/internal/channel/wechat"
	"github.com/paypush/paypush/internal/push"
	client "github.com/paypush/paypush/wechat"
)

// platform gives out tokens and answers everything else in one way.
func platform(t *testing.T, answer http.HandlerFunc) *channel.Channel {
	t.Helper()
	tokens := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "token") {
			tokens++
			fmt.Fprintf(w, `{"access_token":"T%d","expires_in":7200}`, tokens)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{AppID: "wx0000000000000001", AppSecret: "s", BaseURL: server.URL, HTTPClient: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return channel.NewChannel(c, map[string]channel.Template{"receipt": {ID: "T", Fields: map[string]string{"thing1": "what"}}})
}

func code(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"errcode":%d,"errmsg":"x rid: y"}`, n) }
}

// A failure is retried by its kind: a token, a rate or a platform in trouble
// later; somebody who does not follow or refuses, and a message that is wrong,
// never; what may have arrived is unknown.
func TestFailuresAreRetriedByTheirKind(t *testing.T) {
	broken := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
	}
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, one := range map[string]struct {
		answer http.HandlerFunc
		want   push.Status
		after  time.Duration
		used   bool
	}{
		"token refused":         {code(40001), push.Queued, 0, false},
		"token run out":         {code(42001), push.Queued, 0, false},
		"platform busy":         {code(-1), push.Queued, 0, false},
		"too fast":              {code(45011), push.Queued, time.Minute, false},
		"day's quota used up":   {code(45009), push.Queued, time.Hour, true},
		"does not follow":       {code(43004), push.Skipped, 0, false},
		"refuses":               {code(43101), push.Skipped, 0, false},
		"blacklisted":           {code(43019), push.Skipped, 0, false},
		"window closed":         {code(45015), push.Skipped, 0, false},
		"window used up":        {code(45047), push.Skipped, 0, false},
		"unknown openid":        {code(40003), push.Failed, 0, false},
		"unknown template":      {code(40037), push.Failed, 0, false},
		"wrong value":           {code(47003), push.Failed, 0, false},
		"a code nobody knows":   {code(99999), push.Failed, 0, false},
		"bad gateway":           {broken, push.Unknown, 0, false},
		"the connection is cut": {cut, push.Unknown, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := platform(t, one.answer)
			for _, kind := range []push.Kind{push.KindTemplate, push.KindText} {
				out := c.Send(context.Background(), push.Message{ID: "msg_1", Recipient: "o", Kind: kind, Template: "receipt", Text: "hi",
					Values: map[string]string{"what": "tea"}})
				if out.Status != one.want || out.After < one.after || out.Exhausted != one.used {
					t.Errorf("%s: %+v", kind, out)
				}
				if out.Code != "" && c.Advise(out.Code).Zh == "" {
					t.Errorf("nothing is said about %s", out.Code)
				}
			}
		})
	}
}

// One whom the platform does not know keeps nobody else's profile from being
// read.
func TestOneStrangerHidesNobodyElsesProfile(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var in struct {
			List []struct {
				OpenID string `json:"openid"`
			} `json:"user_list"`
		}
		_ = json.Unmarshal(body, &in)
		parts := make([]string, 0, len(in.List))
		for _, p := range in.List {
			if p.OpenID == "o5" {
				fmt.Fprint(w, `{"errcode":40003,"errmsg":"invalid openid"}`)
				return
			}
			parts = append(parts, fmt.Sprintf(`{"subscribe":1,"openid":%q,"unionid":"u%s","subscribe_time":1700000000}`, p.OpenID, p.OpenID))
		}
		fmt.Fprintf(w, `{"user_info_list":[%s]}`, strings.Join(parts, ","))
	})
	got, err := c.Profiles(context.Background(), []string{"o1", "o2", "o3", "o4", "o5", "o6", "o7"})
	if err != nil || len(got) != 7 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, p := range got {
		if p.OpenID == "o5" != (p.UnionID == "") || p.OpenID != "o5" && p.FollowedAt.IsZero() {
			t.Errorf("%+v", p)
		}
	}
}

// A mass call that the platform knows already counts as sent; one that is
// refused because of somebody in it says so.
func TestMassCallsAreRecognised(t *testing.T) {
	call := func(answer string) push.Outcome {
		c := platform(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		return c.SendMass(context.Background(), push.Mass{ID: "a", Recipients: []string{"o1", "o2"}, Text: "hi"})
	}
	for answer, want := range map[string]push.Outcome{
		`{"errcode":0,"errmsg":"ok","msg_id":7,"msg_data_id":8}`:    {Status: push.Sent, PlatformID: "7"},
		`{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":7}`: {Status: push.Sent, PlatformID: "7"},
		`{"errcode":45066,"errmsg":"retry too fast"}`:               {Status: push.Unknown},
		`{"errcode":40003,"errmsg":"invalid openid"}`:               {Status: push.Failed, Somebody: true},
		`{"errcode":45028,"errmsg":"has no masssend quota"}`:        {Status: push.Queued, Exhausted: true},
		`{"errcode":48001,"errmsg":"api unauthorized"}`:             {Status: push.Failed},
	} {
		got := call(answer)
		if got.Status != want.Status || want.PlatformID != "" && got.PlatformID != want.PlatformID || got.Somebody != want.Somebody || got.Exhausted != want.Exhausted {
			t.Errorf("%s: %+v", answer, got)
		}
	}
}
