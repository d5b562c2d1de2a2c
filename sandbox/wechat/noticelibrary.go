package wechat

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of notice templates.
const (
	maxTitlePage  = 30
	maxNotices    = 50
	maxSceneWords = 15
)

// noticeCategory is one of the account's categories.
type noticeCategory struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// libraryEntry is one template of the public library with its keywords; the
// number of a keyword is its place, from 1.
type libraryEntry struct {
	ID       int
	Title    string
	Category int
	Keywords []libraryKeyword
}

type libraryKeyword struct{ Name, Rule, Example string }

func noticeCategories() []noticeCategory {
	return []noticeCategory{{616, "电商平台"}, {402, "生活服务"}}
}

// library is a small part of the platform's own, enough to choose from.
func library() []libraryEntry {
	return []libraryEntry{
		{401, "付款成功通知", 616, []libraryKeyword{{"订单编号", "character_string", "2019100112345678"}, {"付款金额", "amount", "10.00元"},
			{"商品名称", "thing", "一本书"}, {"付款时间", "time", "2019年10月1日 15:01"}, {"温馨提示", "thing", "感谢您的支持"}}},
		{402, "订单发货提醒", 616, []libraryKeyword{{"订单号", "character_string", "2019100112345678"}, {"快递公司", "thing", "顺丰速运"},
			{"快递单号", "character_string", "SF1234567890"}, {"发货时间", "time", "2019年10月1日 15:01"}}},
		{403, "退款成功通知", 616, []libraryKeyword{{"退款金额", "amount", "10.00元"}, {"退款原因", "thing", "买错了"}, {"退款时间", "time", "2019年10月1日 15:01"}}},
		{501, "活动开始提醒", 402, []libraryKeyword{{"活动名称", "thing", "新品体验"}, {"开始时间", "time", "2019年10月1日 15:01"}, {"活动地点", "thing", "广州塔"}}},
		{502, "预约成功通知", 402, []libraryKeyword{{"预约人", "name", "张三"}, {"预约时间", "time", "2019年10月1日 15:01"}, {"联系电话", "phone_number", "020-81167888"},
			{"预约状态", "phrase", "已预约"}}},
	}
}

func libraryEndpoints() []endpoint {
	return []endpoint{
		{path: "/wxaapi/newtmpl/getcategory", verb: byGet, do: (*Platform).noticeCategories},
		{path: "/wxaapi/newtmpl/getpubtemplatetitles", verb: byGet, do: (*Platform).noticeTitles},
		{path: "/wxaapi/newtmpl/getpubtemplatekeywords", verb: byGet, do: (*Platform).noticeKeywords},
		{path: "/wxaapi/newtmpl/addtemplate", verb: byPost, do: (*Platform).addNotice},
	}
}

// library replies say errcode 0 beside their data.
type libraryReply struct {
	done
	Count int `json:"count,omitempty"`
	Data  any `json:"data"`
}

func (p *Platform) noticeCategories(*call) (any, error) {
	return libraryReply{ok(), 0, noticeCategories()}, nil
}

// noticeTitles is GET /wxaapi/newtmpl/getpubtemplatetitles, a page of the
// library's templates in some categories.
func (p *Platform) noticeTitles(c *call) (any, error) {
	start, err1 := strconv.Atoi(c.query.Get("start"))
	limit, err2 := strconv.Atoi(c.query.Get("limit"))
	switch {
	case err1 != nil || start < 0:
		return nil, fail(200016)
	case err2 != nil || limit < 1 || limit > maxTitlePage:
		return nil, fail(200017)
	case c.query.Get("ids") == "":
		return nil, fail(200018)
	}
	ids := strings.Split(c.query.Get("ids"), ",")
	for _, id := range ids {
		if !slices.ContainsFunc(noticeCategories(), func(n noticeCategory) bool { return strconv.Itoa(n.ID) == id }) {
			return nil, fail(200019)
		}
	}
	type shown struct {
		ID       int    `json:"tid"`
		Title    string `json:"title"`
		Type     int    `json:"type"`
		Category string `json:"categoryId"`
	}
	list := []shown{}
	for _, e := range library() {
		if slices.Contains(ids, strconv.Itoa(e.Category)) {
			list = append(list, shown{e.ID, e.Title, 2, strconv.Itoa(e.Category)})
		}
	}
	from := min(start, len(list))
	return libraryReply{ok(), len(list), list[from:min(from+limit, len(list))]}, nil
}

func findEntry(tid string) (libraryEntry, bool) {
	all := library()
	i := slices.IndexFunc(all, func(e libraryEntry) bool { return strconv.Itoa(e.ID) == tid })
	if i < 0 {
		return libraryEntry{}, false
	}
	return all[i], true
}

// noticeKeywords is GET /wxaapi/newtmpl/getpubtemplatekeywords.
func (p *Platform) noticeKeywords(c *call) (any, error) {
	e, found := findEntry(c.query.Get("tid"))
	if !found {
		return nil, fail(200014)
	}
	type shown struct {
		ID      int    `json:"kid"`
		Name    string `json:"name"`
		Example string `json:"example"`
		Rule    string `json:"rule"`
	}
	var list []shown
	for i, k := range e.Keywords {
		list = append(list, shown{i + 1, k.Name, k.Example, k.Rule})
	}
	return libraryReply{ok(), len(list), list}, nil
}

// addNotice is POST /wxaapi/newtmpl/addtemplate: two to five keywords of a
// template of the library, in the order given.
func (p *Platform) addNotice(c *call) (any, error) {
	var in struct {
		TID      any    `json:"tid"`
		Keywords []int  `json:"kidList"`
		Scene    string `json:"sceneDesc"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	e, found := findEntry(strconv.Itoa(wholeNumber(in.TID)))
	outside := func(kid int) bool { return kid < 1 || kid > len(e.Keywords) }
	switch {
	case !found:
		return nil, fail(200014)
	case len(in.Keywords) < 2 || len(in.Keywords) > 5 || slices.ContainsFunc(in.Keywords, outside):
		return nil, fail(200020)
	case utf8.RuneCountInString(in.Scene) > maxSceneWords:
		return nil, fail(200021)
	case len(p.account.Notices) >= maxNotices:
		return nil, fail(200012)
	}
	t := noticeTemplate{ID: urlText(43), Title: e.Title, Type: 2}
	for _, kid := range in.Keywords {
		k := e.Keywords[kid-1]
		t.Content += k.Name + ":{{" + k.Rule + strconv.Itoa(kid) + ".DATA}}\n"
		t.Example += k.Name + ":" + k.Example + "\n"
	}
	p.account.Notices = append(slices.Clip(p.account.Notices), t)
	p.keepAccount()
	return struct {
		done
		ID string `json:"priTmplId"`
	}{ok(), t.ID}, nil
}
