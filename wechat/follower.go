package wechat

import (
	"context"
	"iter"
	"net/url"
	"slices"
	"time"
)

const maxBatch = 100

// Follower is what the platform tells about one person. Since December 2021 it
// tells no nickname, picture or region.
type Follower struct {
	OpenID  string
	UnionID string
	// Subscribed is false for somebody who does not follow; everything below
	// is then empty.
	Subscribed   bool
	SubscribedAt time.Time
	// Source is how they came, such as ADD_SCENE_QR_CODE.
	Source string
	// QRScene and QRSceneID are those of the parametric QR code they came by.
	QRScene   string
	QRSceneID int64
	Language  string
	Remark    string
	TagIDs    []int
}

type followerReply struct {
	status
	Subscribe     int    `json:"subscribe"`
	OpenID        string `json:"openid"`
	UnionID       string `json:"unionid"`
	Language      string `json:"language"`
	SubscribeTime int64  `json:"subscribe_time"`
	Remark        string `json:"remark"`
	TagIDs        []int  `json:"tagid_list"`
	Source        string `json:"subscribe_scene"`
	QRSceneID     int64  `json:"qr_scene"`
	QRScene       string `json:"qr_scene_str"`
}

func (r *followerReply) follower() Follower {
	f := Follower{
		OpenID: r.OpenID, UnionID: r.UnionID, Subscribed: r.Subscribe != 0, Source: r.Source,
		QRScene: r.QRScene, QRSceneID: r.QRSceneID, Language: r.Language, Remark: r.Remark, TagIDs: r.TagIDs,
	}
	if r.SubscribeTime > 0 {
		f.SubscribedAt = time.Unix(r.SubscribeTime, 0).UTC()
	}
	return f
}

// Follower reads one person of this account, who need not follow. An empty
// language means simplified Chinese.
//
// It follows 获取用户基本信息 (/cgi-bin/user/info).
func (c *Client) Follower(ctx context.Context, openid string, lang Language) (*Follower, error) {
	const op = "user.info"
	var out followerReply
	query := url.Values{"openid": {openid}, "lang": {string(orChinese(lang))}}
	if err := c.get(ctx, op, "/cgi-bin/user/info", query, &out); err != nil {
		return nil, err
	}
	if out.OpenID == "" {
		return nil, unusable(op)
	}
	f := out.follower()
	return &f, nil
}

type openIDLang struct {
	OpenID string   `json:"openid"`
	Lang   Language `json:"lang"`
}

// FollowerBatch reads any number of people, a hundred per call. On an error it
// returns those read before it.
//
// It follows 批量获取用户基本信息 (/cgi-bin/user/info/batchget).
func (c *Client) FollowerBatch(ctx context.Context, openids []string, lang Language) ([]Follower, error) {
	people := make([]Follower, 0, len(openids))
	for chunk := range slices.Chunk(openids, maxBatch) {
		in := make([]openIDLang, 0, len(chunk))
		for _, id := range chunk {
			in = append(in, openIDLang{id, orChinese(lang)})
		}
		var out struct {
			status
			List []followerReply `json:"user_info_list"`
		}
		if err := c.ask(ctx, "user.info.batchget", "/cgi-bin/user/info/batchget", map[string]any{"user_list": in}, &out); err != nil {
			return people, err
		}
		for i := range out.List {
			people = append(people, out.List[i].follower())
		}
	}
	return people, nil
}

// FollowerPage reads up to 10,000 followers that come after an openid, or the
// first ones for an empty string.
//
// It follows 获取用户列表 (/cgi-bin/user/get).
func (c *Client) FollowerPage(ctx context.Context, after string) (OpenIDPage, error) {
	var out openIDReply
	err := c.get(ctx, "user.get", "/cgi-bin/user/get", url.Values{"next_openid": {after}}, &out)
	return out.page(after), err
}

// Followers yields the openid of every follower, in the platform's order,
// beginning after the one given, so that an interrupted run can go on. It ends
// after the first error.
func (c *Client) Followers(ctx context.Context, after string) iter.Seq2[string, error] {
	return walk(ctx, after, c.FollowerPage)
}

// SetRemark names a follower for the account's own use, in at most 30
// characters.
//
// It follows 设置用户备注名 (/cgi-bin/user/info/updateremark).
func (c *Client) SetRemark(ctx context.Context, openid, remark string) error {
	in := map[string]string{"openid": openid, "remark": remark}
	return c.set(ctx, "user.remark", "/cgi-bin/user/info/updateremark", in)
}
