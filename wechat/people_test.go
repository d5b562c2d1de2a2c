package wechat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/wechat"
)

// followers answers user/get in pages of two with each of the ways in which a
// list is known to end.
func followers(p *platform, all []string, ending string) {
	p.handle("/cgi-bin/user/get", func(w http.ResponseWriter, r *http.Request, _ []byte) {
		after, from := r.URL.Query().Get("next_openid"), 0
		for i, id := range all {
			if id == after {
				from = i + 1
			}
		}
		page := all[from:min(from+2, len(all))]
		if len(page) == 0 {
			say(w, fmt.Sprintf(`{"total":%d,"count":0,"next_openid":""}`, len(all)))
			return
		}
		next := page[len(page)-1]
		if from+len(page) == len(all) {
			switch ending {
			case "empty":
				next = ""
			case "repeats":
				next = after
			}
		}
		list, _ := json.Marshal(page)
		say(w, fmt.Sprintf(`{"total":%d,"count":%d,"data":{"openid":%s},"next_openid":%q}`, len(all), len(page), list, next))
	})
}

func TestFollowersLosesNobodyAndEnds(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7} {
		for _, ending := range []string{"empty", "last", "repeats"} {
			var all, got []string
			for i := range n {
				all = append(all, fmt.Sprintf("o%d", i))
			}
			p := newPlatform(t)
			followers(p, all, ending)
			for id, err := range p.client().Followers(t.Context(), "") {
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, id); len(got) > n {
					t.Fatalf("%d, %s: does not end", n, ending)
				}
			}
			if strings.Join(got, ",") != strings.Join(all, ",") {
				t.Errorf("%d, %s: %v", n, ending, got)
			}
		}
	}
}

func TestFollowersGoesOnAfterAnInterruption(t *testing.T) {
	p := newPlatform(t)
	followers(p, []string{"a", "b", "c", "d", "e"}, "last")
	c := p.client()
	var got []string
	for id := range c.Followers(t.Context(), "") {
		if got = append(got, id); len(got) == 3 {
			break
		}
	}
	for id, err := range c.Followers(t.Context(), got[len(got)-1]) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, id)
	}
	if strings.Join(got, "") != "abcde" {
		t.Error(got)
	}
}

func TestFollowersReportsAFailingPage(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/user/get", `{"errcode":48001,"errmsg":"api unauthorized"}`)
	n := 0
	for id, err := range p.client().Followers(t.Context(), "") {
		n++
		var e *wechat.Error
		if id != "" || !errors.As(err, &e) || e.Code != 48001 {
			t.Errorf("%q %v", id, err)
		}
	}
	if n != 1 {
		t.Errorf("%d rounds", n)
	}
}

func TestTagMembersAndBlacklist(t *testing.T) {
	p := newPlatform(t)
	for _, path := range []string{"/cgi-bin/user/tag/get", "/cgi-bin/tags/members/getblacklist"} {
		p.handle(path, func(w http.ResponseWriter, _ *http.Request, body []byte) {
			if strings.Contains(string(body), `"b"`) {
				say(w, `{"total":2,"count":0,"next_openid":""}`)
				return
			}
			say(w, `{"total":2,"count":2,"data":{"openid":["a","b"]},"next_openid":"b"}`)
		})
	}
	c, got := p.client(), ""
	for id, err := range c.TagMembers(t.Context(), 100, "") {
		if err != nil {
			t.Fatal(err)
		}
		got += id
	}
	for id, err := range c.Blacklist(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got += id
	}
	if got != "abab" {
		t.Error(got)
	}
	if _, body := p.last("/cgi-bin/user/tag/get"); body != `{"tagid":100,"next_openid":"b"}` {
		t.Error(body)
	}
}

func TestFollowerBatchInHundreds(t *testing.T) {
	p := newPlatform(t)
	p.handle("/cgi-bin/user/info/batchget", func(w http.ResponseWriter, _ *http.Request, body []byte) {
		var in struct {
			List []struct{ OpenID, Lang string } `json:"user_list"`
		}
		if json.Unmarshal(body, &in) != nil || len(in.List) > 100 || in.List[0].Lang != "zh_CN" {
			t.Errorf("%.80s", body)
		}
		var out []string
		for _, x := range in.List {
			out = append(out, fmt.Sprintf(`{"subscribe":1,"openid":%q}`, x.OpenID))
		}
		say(w, `{"user_info_list":[`+strings.Join(out, ",")+`]}`)
	})
	var ids []string
	for i := range 250 {
		ids = append(ids, fmt.Sprintf("o%d", i))
	}
	people, err := p.client().FollowerBatch(t.Context(), ids, "")
	if err != nil || len(people) != 250 || people[249].OpenID != "o249" || p.calls("/cgi-bin/user/info/batchget") != 3 {
		t.Errorf("%d people, %d calls, %v", len(people), p.calls("/cgi-bin/user/info/batchget"), err)
	}
}

func TestTaggingInFifties(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/tags/members/batchtagging", okReply)
	p.on("/cgi-bin/tags/members/batchblacklist", okReply)
	c, ids := p.client(), make([]string, 101)
	if err := errors.Join(c.TagFollowers(t.Context(), 100, ids), c.Block(t.Context(), ids)); err != nil {
		t.Fatal(err)
	}
	if a, b := p.calls("/cgi-bin/tags/members/batchtagging"), p.calls("/cgi-bin/tags/members/batchblacklist"); a != 3 || b != 6 {
		t.Errorf("%d and %d calls", a, b)
	}
}

func TestMedia(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n and more"
	p := newPlatform(t)
	p.handle("/cgi-bin/media/upload", func(w http.ResponseWriter, r *http.Request, body []byte) {
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		file, head, err := r.FormFile("media")
		if err != nil {
			t.Error(err)
			return
		}
		got, _ := io.ReadAll(file)
		if string(got) != png || head.Filename != "a_.png" || head.Header.Get("Content-Type") != "image/png" || r.URL.Query().Get("type") != "image" {
			t.Errorf("%q %v", head.Filename, head.Header)
		}
		say(w, `{"type":"image","media_id":"m1","created_at":1700000000}`)
	})
	p.on("/cgi-bin/media/uploadimg", `{"url":"http://mmbiz.qpic.cn/x"}`)
	p.handle("/cgi-bin/media/get", func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Set("Content-Type", "image/png")
		if r.URL.Query().Get("media_id") != "m1" {
			_, _ = io.WriteString(w, `{"errcode":40007,"errmsg":"invalid media_id"}`)
			return
		}
		_, _ = io.WriteString(w, png)
	})
	c := p.client()
	m, err := c.UploadMedia(t.Context(), wechat.MediaImage, "a\".png", strings.NewReader(png))
	if err != nil || m.ID != "m1" || m.CreatedAt.Unix() != 1700000000 {
		t.Errorf("%+v %v", m, err)
	}
	if got, err := c.UploadArticleImage(t.Context(), "a.png", strings.NewReader(png)); err != nil || got != "http://mmbiz.qpic.cn/x" {
		t.Error(got, err)
	}
	p.spoil(40001)
	if got, err := c.DownloadMedia(t.Context(), "m1"); err != nil || string(got) != png {
		t.Errorf("%q %v", got, err)
	}
	var e *wechat.Error
	if _, err := c.DownloadMedia(t.Context(), "m2"); !errors.As(err, &e) || e.Code != 40007 {
		t.Error(err)
	}
}

func TestMassDuplicateNamesTheFirstJob(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/message/mass/sendall", `{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":123456}`)
	job, err := p.client().MassSendAll(t.Context(), wechat.MassText("a"), wechat.MassOptions{ClientMsgID: "c"})
	var e *wechat.Error
	if !errors.As(err, &e) || e.Code != 45065 || !e.Rejected() || job.MsgID != 123456 {
		t.Errorf("%+v %v", job, err)
	}
}
