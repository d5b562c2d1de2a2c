package wechat_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
)

func TestConditionalMenusOnTheWire(t *testing.T) {
	menu := []wechat.Button{{Name: "签到", Type: wechat.ButtonClick, Key: "SIGN"}}
	const button = `{"name":"签到","type":"click","key":"SIGN"}`
	runWire(t, []wire{
		{
			name: "add", path: "/cgi-bin/menu/addconditional", answer: `{"menuid":"208379533"}`, want: "208379533",
			body: `{"button":[` + button + `],"matchrule":{"tag_id":"2","client_platform_type":"1"}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.AddConditionalMenu(ctx, menu, wechat.MenuRule{TagID: "2", System: wechat.SystemIOS})
			},
		},
		{
			name: "list", path: "/cgi-bin/menu/get", want: []wechat.ConditionalMenu{{ID: "208396993", Rule: wechat.MenuRule{TagID: "2"}, Buttons: menu}},
			answer: `{"menu":{"button":[],"menuid":208396938},"conditionalmenu":[{"button":[` + button + `],"matchrule":{"tag_id":2,"client_platform_type":null},"menuid":208396993}]}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.ConditionalMenus(ctx) },
		},
		{
			name: "match", path: "/cgi-bin/menu/trymatch", body: `{"user_id":"o1"}`, answer: `{"button":[` + button + `]}`, want: menu,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.MenuFor(ctx, "o1") },
		},
		{
			name: "delete", path: "/cgi-bin/menu/delconditional", body: `{"menuid":"7"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.DeleteConditionalMenu(ctx, "7"))
			},
		},
	})
}

func TestCustomerServiceOnTheWire(t *testing.T) {
	runWire(t, []wire{
		{
			name: "add", path: "/customservice/kfaccount/add", body: `{"kf_account":"a@gh","nickname":"小蓝"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.AddKfAccount(ctx, "a@gh", "小蓝"))
			},
		},
		{
			name: "rename", path: "/customservice/kfaccount/update", body: `{"kf_account":"a@gh","nickname":"小红"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.RenameKfAccount(ctx, "a@gh", "小红"))
			},
		},
		{
			name: "invite", path: "/customservice/kfaccount/inviteworker", body: `{"kf_account":"a@gh","invite_wx":"wx1"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.InviteKfWorker(ctx, "a@gh", "wx1"))
			},
		},
		{
			name: "delete", path: "/customservice/kfaccount/del", query: "kf_account=a%40gh", answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.DeleteKfAccount(ctx, "a@gh")) },
		},
		{
			name: "list", path: "/cgi-bin/customservice/getkflist",
			answer: `{"kf_list":[{"kf_account":"a@gh","kf_headimgurl":"http://x/0","kf_id":"1001","kf_nick":"小蓝","invite_wx":"wx1","invite_expire_time":1700000000,"invite_status":"waiting"}]}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.KfAccounts(ctx) },
			want:   []wechat.KfAccount{{Account: "a@gh", Nickname: "小蓝", Picture: "http://x/0", Invited: "wx1", Invitation: "waiting", InvitedUntil: 1700000000}},
		},
		{
			name: "online", path: "/cgi-bin/customservice/getonlinekflist", answer: `{"kf_online_list":[{"kf_account":"a@gh","status":1,"kf_id":1001,"accepted_case":2}]}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.OnlineKfAccounts(ctx) },
			want: []wechat.OnlineKf{{Account: "a@gh", Status: 1, Cases: 2}},
		},
		{
			name: "typing in a mini program", path: "/cgi-bin/message/custom/business/typing", body: `{"touser":"o1","command":"Typing"}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return none(c.TypingInMiniProgram(ctx, "o1", true))
			},
		},
	})
	if got := (wechat.KfAccount{InvitedUntil: 1700000000}).Expires(); got.Unix() != 1700000000 || !(wechat.KfAccount{}).Expires().IsZero() {
		t.Errorf("expires %v", got)
	}
}

func TestNoticeLibraryOnTheWire(t *testing.T) {
	const base = "/wxaapi/newtmpl/"
	runWire(t, []wire{
		{
			name: "categories", path: base + "getcategory", answer: `{"errcode":0,"errmsg":"ok","data":[{"id":616,"name":"公交"}]}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.NoticeCategories(ctx) },
			want: []wechat.NoticeCategory{{ID: 616, Name: "公交"}},
		},
		{
			name: "titles", path: base + "getpubtemplatetitles", query: "ids=616%2C2&limit=1&start=0",
			answer: `{"errcode":0,"errmsg":"ok","count":55,"data":[{"tid":99,"title":"付款成功通知","type":2,"categoryId":"616"}]}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				all, n, err := c.NoticeTitles(ctx, []int{616, 2}, 0, 1)
				if n != 55 {
					t.Errorf("%d in all", n)
				}
				return all, err
			},
			want: []wechat.NoticeTitle{{ID: 99, Title: "付款成功通知", Type: 2, Category: "616"}},
		},
		{
			name: "keywords", path: base + "getpubtemplatekeywords", query: "tid=99",
			answer: `{"errcode":0,"errmsg":"ok","data":[{"kid":1,"name":"物品名称","example":"名称","rule":"thing"}]}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.NoticeKeywords(ctx, 99) },
			want:   []wechat.NoticeKeyword{{ID: 1, Name: "物品名称", Example: "名称", Rule: "thing"}},
		},
	})
}

func TestToolsOnTheWire(t *testing.T) {
	at := time.Unix(1635156704, 0).UTC()
	runWire(t, []wire{
		{
			name: "mass speed", path: "/cgi-bin/message/mass/speed/get", body: `{}`, answer: `{"speed":3,"realspeed":15}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.MassSpeed(ctx) },
			want: wechat.MassSpeed{Level: 3, PerMinute: 15},
		},
		{
			name: "set mass speed", path: "/cgi-bin/message/mass/speed/set", body: `{"speed":0}`, answer: okReply,
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return none(c.SetMassSpeed(ctx, 0)) },
		},
		{
			name: "request", path: "/cgi-bin/openapi/rid/get", body: `{"rid":"61725984-6126f6f9-040f19c4"}`,
			answer: `{"errcode":0,"errmsg":"ok","request":{"invoke_time":1635156704,"cost_in_ms":30,"request_url":"access_token=50_Im7&lang=en","request_body":"{\"appsecret\":\"` + testSecret + `\"}","response_body":"{}","client_ip":"192.0.2.1"}}`,
			call: func(ctx context.Context, c *wechat.Client) (any, error) {
				return c.Request(ctx, "61725984-6126f6f9-040f19c4")
			},
			want: wechat.RequestRecord{At: at, Took: 30 * time.Millisecond, Query: "lang=en", Body: `{"appsecret":"[hidden]"}`, Reply: "{}", ClientIP: "192.0.2.1"},
		},
		{
			name: "blocked", path: "/wxa/sec/queryblocktmplmsg", body: `{"tmpl_msg_id":"t","largest_id":5,"limit":100}`,
			answer: `{"errcode":0,"errmsg":"ok","msginfo":[{"id":"9007199254740993","tmpl_msg_id":"t","title":"a","content":"b","send_timestamp":1635156704,"openid":"o1"}]}`,
			call:   func(ctx context.Context, c *wechat.Client) (any, error) { return c.BlockedMessages(ctx, "t", 5, 100) },
			want:   []wechat.BlockedMessage{{ID: 9007199254740993, Title: "a", Content: "b", OpenID: "o1", SentAt: at}},
		},
		{
			name: "video", path: "/cgi-bin/media/get", query: "media_id=m1", answer: `{"video_url":"http://x/v"}`, want: "http://x/v",
			call: func(ctx context.Context, c *wechat.Client) (any, error) { return c.VideoURL(ctx, "m1") },
		},
	})
}

func TestServiceCallsRefuseWhatThePlatformWould(t *testing.T) {
	p := newPlatform(t)
	c, ctx := p.client(), t.Context()
	menu := []wechat.Button{{Name: "a", Type: wechat.ButtonClick, Key: "k"}}
	_, noRule := c.AddConditionalMenu(ctx, menu, wechat.MenuRule{})
	_, noMenu := c.AddConditionalMenu(ctx, nil, wechat.MenuRule{TagID: "2"})
	_, _, noTitles := c.NoticeTitles(ctx, nil, 0, 1)
	_, blocked := c.BlockedMessages(ctx, "t", 0, 101)
	for what, err := range map[string]error{
		"a rule": noRule, "a menu": noMenu, "categories": noTitles, "a page": blocked, "a speed": c.SetMassSpeed(ctx, 5),
		"an account": c.AddKfAccount(ctx, "", "n"), "a nickname": c.AddKfAccount(ctx, "a@b", strings.Repeat("长", 17)),
		"a picture": c.SetKfPicture(ctx, "a@b", "x.jpg", strings.NewReader("")),
	} {
		if !errors.Is(err, wechat.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
