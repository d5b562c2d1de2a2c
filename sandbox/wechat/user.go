package wechat

// userPage is how many openids one page of user/get holds.
const userPage = 10_000

func userEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/user/get", verb: byGet, do: (*Platform).userGet},
		{path: "/cgi-bin/user/info", verb: byGet, do: (*Platform).userInfo},
		{path: "/cgi-bin/user/info/batchget", verb: byPost, do: (*Platform).userBatch},
		{path: "/cgi-bin/user/info/updateremark", verb: byPost, do: (*Platform).updateRemark},
		{path: "/cgi-bin/tags/members/getblacklist", verb: byPost, do: (*Platform).blacklistGet},
		{path: "/cgi-bin/tags/members/batchblacklist", verb: byPost, do: (*Platform).blacklistAdd},
		{path: "/cgi-bin/tags/members/batchunblacklist", verb: byPost, do: (*Platform).blacklistRemove},
	}
}

// openidPage is one page of a list of openids; an empty one has no data.
type openidPage struct {
	Total int         `json:"total"`
	Count int         `json:"count"`
	Data  *openidList `json:"data,omitempty"`
	Next  string      `json:"next_openid"`
}

type openidList struct {
	OpenID []string `json:"openid"`
}

// userGet is GET /cgi-bin/user/get: the followers after next_openid.
func (p *Platform) userGet(c *call) (any, error) {
	return p.pageOf(c.query.Get("next_openid"), p.people.followers, func(who *person) bool { return who.follows })
}

// pageOf lists the openids after next of those who are in.
func (p *Platform) pageOf(next string, total int, in func(*person) bool) (any, error) {
	from := uint32(0)
	if next != "" {
		n, known := p.find(next)
		if !known {
			return nil, fail(40003)
		}
		from = n + 1
	}
	var list openidList
	for n := from; int(n) < len(p.people.all) && len(list.OpenID) < userPage; n++ {
		if in(&p.people.all[n]) {
			list.OpenID = append(list.OpenID, p.codec.openid(n))
		}
	}
	page := openidPage{Total: total, Count: len(list.OpenID)}
	if page.Count > 0 {
		page.Data, page.Next = &list, list.OpenID[page.Count-1]
	}
	return page, nil
}

// userView is a follower as user/info shows them; the personal fields have
// been empty since 2021.
type userView struct {
	Subscribe  int    `json:"subscribe"`
	OpenID     string `json:"openid"`
	Nickname   string `json:"nickname"`
	Sex        int    `json:"sex"`
	Language   string `json:"language"`
	City       string `json:"city"`
	Province   string `json:"province"`
	Country    string `json:"country"`
	HeadImgURL string `json:"headimgurl"`
	Since      int64  `json:"subscribe_time"`
	UnionID    string `json:"unionid,omitempty"`
	Remark     string `json:"remark"`
	GroupID    int    `json:"groupid"`
	Tags       []int  `json:"tagid_list"`
	Scene      string `json:"subscribe_scene"`
	QRScene    int    `json:"qr_scene"`
	QRSceneStr string `json:"qr_scene_str"`
}

// strangerView is all that is told about who does not follow.
type strangerView struct {
	Subscribe int    `json:"subscribe"`
	OpenID    string `json:"openid"`
	UnionID   string `json:"unionid,omitempty"`
}

// userInfo is GET /cgi-bin/user/info.
func (p *Platform) userInfo(c *call) (any, error) {
	openid := c.query.Get("openid")
	if openid == "" {
		return nil, fail(41009)
	}
	n, known := p.find(openid)
	if !known {
		return nil, fail(40003)
	}
	return p.userView(n, c.query.Get("lang")), nil
}

func (p *Platform) userView(n uint32, lang string) any {
	who := &p.people.all[n]
	if !who.follows {
		return strangerView{0, p.codec.openid(n), p.unionid(n)}
	}
	if lang == "" || lang == "undefined" {
		lang = "zh_CN"
	}
	v := userView{Subscribe: 1, OpenID: p.codec.openid(n), UnionID: p.unionid(n), Language: lang, Since: who.since, Tags: []int{}, Scene: "ADD_SCENE_SEARCH"}
	if m := who.more; m != nil {
		v.Remark, v.QRSceneStr = m.Remark, m.QRScene
		if m.QRNumber {
			v.QRScene, v.QRSceneStr = wholeNumber(m.QRScene), ""
		}
		v.Tags = append(v.Tags, m.Tags...)
		if m.Scene != "" {
			v.Scene = m.Scene
		}
		if len(v.Tags) > 0 {
			v.GroupID = v.Tags[0]
		}
	}
	return v
}
