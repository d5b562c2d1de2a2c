package wechat_test

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
)

const okReply = `{"errcode":0,"errmsg":"ok"}`

// wire is one API call: what it must send and what comes of the reply.
type wire struct {
	name   string
	call   func(ctx context.Context, c *wechat.Client) (any, error)
	path   string
	query  string // without access_token
	body   string // JSON, empty for a GET
	answer string
	want   any
}

func none(err error) (any, error) { return nil, err }

func runWire(t *testing.T, tests []wire) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t)
			p.on(tt.path, tt.answer)
			got, err := tt.call(t.Context(), p.client())
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != nil && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			r, body := p.last(tt.path)
			checkRequest(t, r, body, tt)
			if p.calls(tt.path) != 1 {
				t.Errorf("called %d times", p.calls(tt.path))
			}
		})
	}
}

func checkRequest(t *testing.T, r *http.Request, body string, tt wire) {
	t.Helper()
	q := r.URL.Query()
	q.Del("access_token")
	if q.Encode() != tt.query {
		t.Errorf("query %q, want %q", q.Encode(), tt.query)
	}
	if tt.body == "" {
		if r.Method != http.MethodGet || body != "" {
			t.Errorf("%s with body %q", r.Method, body)
		}
		return
	}
	var got, want any
	if r.Method != http.MethodPost || json.Unmarshal([]byte(body), &got) != nil {
		t.Fatalf("%s with body %q", r.Method, body)
	}
	if err := json.Unmarshal([]byte(tt.body), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("body\n%s\nwant\n%s", body, tt.body)
	}
}

func custom(m wechat.CustomMessage) func(context.Context, *wechat.Client) (any, error) {
	return func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.SendCustom(ctx, "o1", m)) }
}

func TestCustomMessagesOnTheWire(t *testing.T) {
	const head = `{"touser":"o1","msgtype":`
	tests := []wire{
		{name: "text", call: custom(wechat.CustomText("a<b")), body: head + `"text","text":{"content":"a<b"}}`},
		{name: "image", call: custom(wechat.CustomImage{MediaID: "m"}), body: head + `"image","image":{"media_id":"m"}}`},
		{name: "voice", call: custom(wechat.CustomVoice{MediaID: "m"}), body: head + `"voice","voice":{"media_id":"m"}}`},
		{name: "video", call: custom(wechat.CustomVideo{MediaID: "m", ThumbMediaID: "t", Title: "a", Description: "b"}), body: head + `"video","video":{"media_id":"m","thumb_media_id":"t","title":"a","description":"b"}}`},
		{name: "music", call: custom(wechat.CustomMusic{URL: "u", HQURL: "h", ThumbMediaID: "t"}), body: head + `"music","music":{"musicurl":"u","hqmusicurl":"h","thumb_media_id":"t"}}`},
		{name: "news", call: custom(wechat.CustomLinkCard{Title: "t", URL: "u", PicURL: "p"}), body: head + `"news","news":{"articles":[{"title":"t","description":"","url":"u","picurl":"p"}]}}`},
		{name: "mpnews", call: custom(wechat.CustomMPNews{MediaID: "m"}), body: head + `"mpnews","mpnews":{"media_id":"m"}}`},
		{name: "article", call: custom(wechat.CustomArticle{ArticleID: "a"}), body: head + `"mpnewsarticle","mpnewsarticle":{"article_id":"a"}}`},
		{name: "menu", call: custom(wechat.CustomMenu{Head: "h", Items: []wechat.MenuItem{{ID: "1", Content: "好"}}, Tail: "t"}), body: head + `"msgmenu","msgmenu":{"head_content":"h","list":[{"id":"1","content":"好"}],"tail_content":"t"}}`},
		{name: "card", call: custom(wechat.CustomCard{CardID: "c"}), body: head + `"wxcard","wxcard":{"card_id":"c"}}`},
		{name: "mini program", call: custom(wechat.CustomMiniProgram{Title: "t", AppID: "a", PagePath: "p", ThumbMediaID: "m"}), body: head + `"miniprogrampage","miniprogrampage":{"title":"t","appid":"a","pagepath":"p","thumb_media_id":"m"}}`},
		{name: "link", call: custom(wechat.CustomLink{Title: "t", Description: "d", URL: "u", ThumbURL: "i"}), body: head + `"link","link":{"title":"t","description":"d","url":"u","thumb_url":"i"}}`},
		{name: "as", call: func(ctx context.Context, c *wechat.Client) (any, error) {
			return none(c.SendCustomAs(ctx, "kf1@acc", "o1", wechat.CustomText("a")))
		}, body: head + `"text","text":{"content":"a"},"customservice":{"kf_account":"kf1@acc"}}`},
	}
	for i := range tests {
		tests[i].path, tests[i].answer = pingPath, okReply
	}
	runWire(t, append(tests, wire{
		name: "typing", path: "/cgi-bin/message/custom/typing", body: `{"touser":"o1","command":"Typing"}`, answer: okReply,
		call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.Typing(ctx, "o1", true)) },
	}, wire{
		name: "typing off", path: "/cgi-bin/message/custom/typing", body: `{"touser":"o1","command":"CancelTyping"}`, answer: okReply,
		call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.Typing(ctx, "o1", false)) },
	}))
}

func TestQuotaAndQRCodesOnTheWire(t *testing.T) {
	qr := func(req wechat.QRRequest) func(context.Context, *wechat.Client) (any, error) {
		return func(ctx context.Context, c *wechat.Client) (any, error) { return c.CreateQRCode(ctx, req) }
	}
	const path = "/cgi-bin/qrcode/create"
	runWire(t, []wire{
		{
			name: "clear", path: "/cgi-bin/clear_quota", body: `{"appid":"` + testAppID + `"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.ClearQuota(ctx)) },
		},
		{
			name: "clear by secret", path: "/cgi-bin/clear_quota/v2", body: `{"appid":"` + testAppID + `","appsecret":"` + testSecret + `"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.ClearQuotaBySecret(ctx)) },
		},
		{
			name: "clear path", path: "/cgi-bin/openapi/quota/clear", body: `{"cgi_path":"/cgi-bin/a"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.ClearPathQuota(ctx, "/cgi-bin/a"))
			},
		},
		{
			name: "quota", path: "/cgi-bin/openapi/quota/get", body: `{"cgi_path":"/cgi-bin/a"}`,
			answer: `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":100,"used":1,"remain":99},"rate_limit":{"call_count":10,"refresh_second":60}}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.Quota(ctx, "/cgi-bin/a") },
			want:   wechat.Quota{Daily: 100, Used: 1, Remain: 99, RateCalls: 10, RatePeriod: time.Minute},
		},
		{
			name: "temporary string", path: path, call: qr(wechat.QRRequest{Scene: "bind1", Life: 5 * time.Minute}),
			body:   `{"expire_seconds":300,"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"bind1"}}}`,
			answer: `{"ticket":"T","expire_seconds":300,"url":"http://weixin.qq.com/q/x"}`,
			want:   &wechat.QRCode{Ticket: "T", URL: "http://weixin.qq.com/q/x", Life: 5 * time.Minute},
		},
		{
			name: "temporary number", path: path, call: qr(wechat.QRRequest{SceneID: 7, Life: time.Minute}),
			body: `{"expire_seconds":60,"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":7}}}`, answer: `{"ticket":"T","expire_seconds":60}`,
		},
		{
			name: "permanent string", path: path, call: qr(wechat.QRRequest{Scene: "s", Permanent: true}),
			body: `{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"s"}}}`, answer: `{"ticket":"T","url":"u"}`,
			want: &wechat.QRCode{Ticket: "T", URL: "u"},
		},
		{
			name: "permanent number", path: path, call: qr(wechat.QRRequest{SceneID: 100000, Permanent: true}),
			body: `{"action_name":"QR_LIMIT_SCENE","action_info":{"scene":{"scene_id":100000}}}`, answer: `{"ticket":"T"}`,
		},
	})
}

func TestTemplateManagementOnTheWire(t *testing.T) {
	runWire(t, []wire{
		{
			name: "list", path: "/cgi-bin/template/get_all_private_template",
			answer: `{"template_list":[{"template_id":"a","title":"t","primary_industry":"","deputy_industry":"","content":"{{thing1.DATA}}","example":"e"}]}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.Templates(ctx) },
			want:   []wechat.TemplateInfo{{ID: "a", Title: "t", Content: "{{thing1.DATA}}", Example: "e"}},
		},
		{
			name: "add", path: "/cgi-bin/template/api_add_template", body: `{"template_id_short":"TM1","keyword_name_list":["金额","时间"]}`,
			answer: `{"errcode":0,"errmsg":"ok","template_id":"id1"}`, want: "id1",
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.AddTemplate(ctx, "TM1", []string{"金额", "时间"})
			},
		},
		{
			name: "delete", path: "/cgi-bin/template/del_private_template", body: `{"template_id":"a"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.DeleteTemplate(ctx, "a")) },
		},
		{
			name: "set industry", path: "/cgi-bin/template/api_set_industry", body: `{"industry_id1":1,"industry_id2":41}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.SetIndustry(ctx, 1, 41)) },
		},
		{
			name: "industry", path: "/cgi-bin/template/get_industry",
			answer: `{"primary_industry":{"first_class":"IT","second_class":"软件"},"secondary_industry":{"first_class":"a","second_class":"b"}}`,
			want:   [2]wechat.Industry{{First: "IT", Second: "软件"}, {First: "a", Second: "b"}},
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				a, b, err := c.Industries(ctx)
				return [2]wechat.Industry{a, b}, err
			},
		},
		{
			name: "notice list", path: "/wxaapi/newtmpl/gettemplate", answer: `{"errcode":0,"errmsg":"ok","data":[{"priTmplId":"p","title":"t","type":2}]}`,
			want: []wechat.NoticeTemplate{{ID: "p", Title: "t", Type: 2}},
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.NoticeTemplates(ctx) },
		},
		{
			name: "notice add", path: "/wxaapi/newtmpl/addtemplate", body: `{"tid":"99","kidList":[2,1],"sceneDesc":"通知"}`,
			answer: `{"errcode":0,"errmsg":"ok","priTmplId":"p"}`, want: "p",
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.AddNoticeTemplate(ctx, "99", []int{2, 1}, "通知")
			},
		},
		{
			name: "notice delete", path: "/wxaapi/newtmpl/deltemplate", body: `{"priTmplId":"p"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.DeleteNoticeTemplate(ctx, "p"))
			},
		},
	})
}

func TestSubscribeMessagesOnTheWire(t *testing.T) {
	runWire(t, []wire{
		{
			name: "notice", path: "/cgi-bin/message/subscribe/bizsend", answer: okReply,
			body: `{"touser":"o1","template_id":"t","page":"https://x","data":{"thing1":{"value":"咖啡"}}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.SendNotice(ctx, wechat.Notice{ToUser: "o1", TemplateID: "t", Page: "https://x", Data: map[string]string{"thing1": "咖啡"}}))
			},
		},
		{
			name: "mini program", path: "/cgi-bin/message/subscribe/send", answer: okReply,
			body: `{"touser":"o1","template_id":"t","page":"pages/a","miniprogram_state":"trial","lang":"zh_CN","data":{"amount1":{"value":"¥1.00"}}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.SendMiniProgramNotice(ctx, wechat.MiniProgramNotice{
					ToUser: "o1", TemplateID: "t", Page: "pages/a", State: "trial", Language: wechat.SimplifiedChinese,
					Data: map[string]string{"amount1": "¥1.00"},
				}))
			},
		},
		{
			name: "once", path: "/cgi-bin/message/template/subscribe", answer: okReply,
			body: `{"touser":"o1","template_id":"t","url":"u","scene":"12","title":"标题","data":{"content":{"value":"内容","color":"#ff0000"}}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.SendOnce(ctx, wechat.OnceMessage{ToUser: "o1", TemplateID: "t", URL: "u", Scene: 12, Title: "标题", Content: "内容", Color: "#ff0000"}))
			},
		},
	})
}

func TestMassSendingOnTheWire(t *testing.T) {
	const sent = `{"errcode":0,"errmsg":"send job submission success","msg_id":34182,"msg_data_id":206227730}`
	job := wechat.MassJob{MsgID: 34182, DataID: 206227730}
	opts := wechat.MassOptions{ClientMsgID: "c1", SendReprints: true}
	runWire(t, []wire{
		{
			name: "all", path: "/cgi-bin/message/mass/sendall", answer: sent, want: job,
			body: `{"filter":{"is_to_all":true},"msgtype":"text","text":{"content":"hi"}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.MassSendAll(ctx, wechat.MassText("hi"), wechat.MassOptions{})
			},
		},
		{
			name: "tag", path: "/cgi-bin/message/mass/sendall", answer: sent, want: job,
			body: `{"filter":{"is_to_all":false,"tag_id":100},"msgtype":"mpnews","mpnews":{"media_id":"m"},"clientmsgid":"c1","send_ignore_reprint":1}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.MassSendTag(ctx, 100, wechat.MassArticles{MediaID: "m"}, opts)
			},
		},
		{
			name: "list", path: "/cgi-bin/message/mass/send", answer: sent, want: job,
			body: `{"touser":["o1","o2"],"msgtype":"images","images":{"media_ids":["a","b"],"recommend":"r"}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.MassSendList(ctx, []string{"o1", "o2"}, wechat.MassImages{MediaIDs: []string{"a", "b"}, Recommend: "r"}, wechat.MassOptions{})
			},
		},
		{
			name: "one image", path: "/cgi-bin/message/mass/send", answer: sent,
			body: `{"touser":["o1","o2"],"msgtype":"image","image":{"media_id":"a"}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.MassSendList(ctx, []string{"o1", "o2"}, wechat.MassImages{MediaIDs: []string{"a"}}, wechat.MassOptions{})
			},
		},
		{
			name: "preview", path: "/cgi-bin/message/mass/preview", answer: `{"errcode":0,"errmsg":"preview success","msg_id":1}`,
			body: `{"touser":"o1","msgtype":"wxcard","wxcard":{"card_id":"c"}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.MassPreview(ctx, "o1", wechat.MassCard{CardID: "c"}))
			},
		},
		{
			name: "status", path: "/cgi-bin/message/mass/get", answer: `{"msg_id":5,"msg_status":"SEND_SUCCESS"}`, body: `{"msg_id":5}`, want: wechat.MassSucceeded,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.MassStatus(ctx, 5) },
		},
		{
			name: "delete", path: "/cgi-bin/message/mass/delete", answer: okReply, body: `{"msg_id":5,"article_idx":2}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.DeleteMass(ctx, 5, 2)) },
		},
	})
}

func TestPeopleOnTheWire(t *testing.T) {
	followed := time.Unix(1434093047, 0).UTC()
	runWire(t, []wire{
		{
			name: "follower", path: "/cgi-bin/user/info", query: "lang=zh_CN&openid=o1",
			answer: `{"subscribe":1,"openid":"o1","language":"zh_CN","subscribe_time":1434093047,"unionid":"u","remark":"r","groupid":0,"tagid_list":[128,2],"subscribe_scene":"ADD_SCENE_QR_CODE","qr_scene":98765,"qr_scene_str":"bind1","nickname":"","sex":0}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.Follower(ctx, "o1", "") },
			want: &wechat.Follower{
				OpenID: "o1", UnionID: "u", Subscribed: true, SubscribedAt: followed, Source: "ADD_SCENE_QR_CODE",
				QRScene: "bind1", QRSceneID: 98765, Language: "zh_CN", Remark: "r", TagIDs: []int{128, 2},
			},
		},
		{
			name: "not following", path: "/cgi-bin/user/info", query: "lang=en&openid=o1", answer: `{"subscribe":0,"openid":"o1"}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.Follower(ctx, "o1", wechat.English) },
			want: &wechat.Follower{OpenID: "o1"},
		},
		{
			name: "remark", path: "/cgi-bin/user/info/updateremark", body: `{"openid":"o1","remark":"老客户"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.SetRemark(ctx, "o1", "老客户"))
			},
		},
		{
			name: "create tag", path: "/cgi-bin/tags/create", body: `{"tag":{"name":"广东"}}`, answer: `{"tag":{"id":134,"name":"广东"}}`,
			want: wechat.Tag{ID: 134, Name: "广东"},
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.CreateTag(ctx, "广东") },
		},
		{
			name: "tags", path: "/cgi-bin/tags/get", answer: `{"tags":[{"id":1,"name":"黑名单","count":0},{"id":100,"name":"a","count":9}]}`,
			want: []wechat.Tag{{ID: 1, Name: "黑名单"}, {ID: 100, Name: "a", Count: 9}},
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.Tags(ctx) },
		},
		{
			name: "rename tag", path: "/cgi-bin/tags/update", body: `{"tag":{"id":134,"name":"b"}}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.RenameTag(ctx, 134, "b")) },
		},
		{
			name: "delete tag", path: "/cgi-bin/tags/delete", body: `{"tag":{"id":134}}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.DeleteTag(ctx, 134)) },
		},
		{
			name: "tagging", path: "/cgi-bin/tags/members/batchtagging", body: `{"openid_list":["a","b"],"tagid":134}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.TagFollowers(ctx, 134, []string{"a", "b"}))
			},
		},
		{
			name: "untagging", path: "/cgi-bin/tags/members/batchuntagging", body: `{"openid_list":["a"],"tagid":134}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.UntagFollowers(ctx, 134, []string{"a"}))
			},
		},
		{
			name: "tags of", path: "/cgi-bin/tags/getidlist", body: `{"openid":"o1"}`, answer: `{"tagid_list":[134,2]}`, want: []int{134, 2},
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.TagsOf(ctx, "o1") },
		},
		{
			name: "block", path: "/cgi-bin/tags/members/batchblacklist", body: `{"openid_list":["a"]}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.Block(ctx, []string{"a"})) },
		},
		{
			name: "unblock", path: "/cgi-bin/tags/members/batchunblacklist", body: `{"openid_list":["a"]}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.Unblock(ctx, []string{"a"})) },
		},
	})
}

func TestMenusOnTheWire(t *testing.T) {
	menu := []wechat.Button{
		{Name: "买单", Type: wechat.ButtonView, URL: "https://x/?a=1&b=2"},
		{Name: "更多", Sub: []wechat.Button{{Name: "签到", Type: wechat.ButtonClick, Key: "SIGN"}}},
	}
	const body = `{"button":[{"name":"买单","type":"view","url":"https://x/?a=1&b=2"},{"name":"更多","sub_button":[{"name":"签到","type":"click","key":"SIGN"}]}]}`
	runWire(t, []wire{
		{
			name: "set", path: "/cgi-bin/menu/create", body: body, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.SetMenu(ctx, menu)) },
		},
		{
			name: "get", path: "/cgi-bin/menu/get", answer: `{"menu":` + body + `}`, want: menu,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.Menu(ctx) },
		},
		{
			name: "none", path: "/cgi-bin/menu/get", answer: `{"errcode":46003,"errmsg":"menu no exist"}`, want: []wechat.Button(nil),
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.Menu(ctx) },
		},
		{
			name: "delete", path: "/cgi-bin/menu/delete", answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.DeleteMenu(ctx)) },
		},
	})
}
