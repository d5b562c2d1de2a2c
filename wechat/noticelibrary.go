package wechat

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

// NoticeCategory is a category of the account, whose templates it may take.
type NoticeCategory struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// NoticeTitle is a template of the public library.
type NoticeTitle struct {
	ID    int    `json:"tid"`
	Title string `json:"title"`
	// Type is 2 for one-time and 3 for long-term templates.
	Type int `json:"type"`
	// Category is one of the account's, in digits.
	Category string `json:"categoryId"`
}

// NoticeKeyword is a keyword that a template of the library offers.
type NoticeKeyword struct {
	ID      int    `json:"kid"`
	Name    string `json:"name"`
	Example string `json:"example"`
	// Rule is the type of its values, such as thing.
	Rule string `json:"rule"`
}

// NoticeCategories lists the account's categories.
//
// It follows 获取公众号类目 (/wxaapi/newtmpl/getcategory).
func (c *Client) NoticeCategories(ctx context.Context) ([]NoticeCategory, error) {
	var out struct {
		status
		Data []NoticeCategory `json:"data"`
	}
	err := c.get(ctx, "newtmpl.categories", "/wxaapi/newtmpl/getcategory", nil, &out)
	return out.Data, err
}

// maxTitles is the longest page of titles.
const maxTitles = 30

// NoticeTitles lists templates of the library by the ids of categories, from
// start on, at most limit (1 to 30), and tells how many there are.
//
// It follows 获取类目下的公共模板 (/wxaapi/newtmpl/getpubtemplatetitles).
func (c *Client) NoticeTitles(ctx context.Context, categories []int, start, limit int) (titles []NoticeTitle, total int, err error) {
	const op = "newtmpl.titles"
	if len(categories) == 0 || start < 0 || limit < 1 || limit > maxTitles {
		return nil, 0, invalid(op, "give categories, a start from 0 and a limit of 1 to %d", maxTitles)
	}
	ids := make([]string, len(categories))
	for i, id := range categories {
		ids[i] = strconv.Itoa(id)
	}
	var out struct {
		status
		Count int           `json:"count"`
		Data  []NoticeTitle `json:"data"`
	}
	query := url.Values{"ids": {strings.Join(ids, ",")}, "start": {strconv.Itoa(start)}, "limit": {strconv.Itoa(limit)}}
	err = c.get(ctx, op, "/wxaapi/newtmpl/getpubtemplatetitles", query, &out)
	return out.Data, out.Count, err
}

// NoticeKeywords lists the keywords of a template of the library, of which
// [Client.AddNoticeTemplate] takes two to five.
//
// It follows 获取模板中的关键词 (/wxaapi/newtmpl/getpubtemplatekeywords).
func (c *Client) NoticeKeywords(ctx context.Context, titleID int) ([]NoticeKeyword, error) {
	var out struct {
		status
		Data []NoticeKeyword `json:"data"`
	}
	err := c.get(ctx, "newtmpl.keywords", "/wxaapi/newtmpl/getpubtemplatekeywords", url.Values{"tid": {strconv.Itoa(titleID)}}, &out)
	return out.Data, err
}
