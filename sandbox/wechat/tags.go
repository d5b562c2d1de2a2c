package wechat

import (
	"encoding/json"
	"slices"
	"strings"
)

// Bounds of tags. Numbers below firstTag are the platform's own.
const (
	maxTags     = 100
	maxTagsEach = 20
	maxTagName  = 30 // bytes
	firstTag    = 100
	fullTag     = 100_000
)

// tag is one label for followers.
type tag struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// tagList is the account's tags; Last keeps numbers from being used again.
type tagList struct {
	Last int   `json:"last"`
	Tags []tag `json:"tags"`
}

func tagEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/tags/create", verb: byPost, do: (*Platform).tagCreate},
		{path: "/cgi-bin/tags/get", verb: byEither, do: (*Platform).tagGet},
		{path: "/cgi-bin/tags/update", verb: byPost, do: (*Platform).tagUpdate},
		{path: "/cgi-bin/tags/delete", verb: byPost, do: (*Platform).tagDelete},
		{path: "/cgi-bin/user/tag/get", verb: byEither, do: (*Platform).tagMembers},
		{path: "/cgi-bin/tags/members/batchtagging", verb: byPost, do: (*Platform).tagAdd},
		{path: "/cgi-bin/tags/members/batchuntagging", verb: byPost, do: (*Platform).tagRemove},
		{path: "/cgi-bin/tags/getidlist", verb: byPost, do: (*Platform).tagsOf},
	}
}

// tagOrder is what the calls about tags take.
type tagOrder struct {
	Tag struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	} `json:"tag"`
	TagID  int    `json:"tagid"`
	Next   string `json:"next_openid"`
	OpenID string `json:"openid"`
}

func (c *call) tagOrder() (in tagOrder, err error) { return in, c.decode(&in) }

func (p *Platform) tagIndex(id int) int {
	return slices.IndexFunc(p.tags.Tags, func(t tag) bool { return t.ID == id })
}

// tagName checks a name; id is the tag that may already bear it.
func (p *Platform) tagName(name string, id int) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fail(45157)
	case len(name) > maxTagName:
		return fail(45158)
	case slices.ContainsFunc(p.tags.Tags, func(t tag) bool { return t.Name == name && t.ID != id }):
		return fail(45157)
	}
	return nil
}

func (p *Platform) keepTags() { p.put("tags", "tags", p.tags) }

func (p *Platform) restoreTags(_ string, raw json.RawMessage) error {
	return json.Unmarshal(raw, &p.tags)
}

func (p *Platform) tagCreate(c *call) (any, error) {
	in, err := c.tagOrder()
	if err != nil {
		return nil, err
	}
	if err := p.tagName(in.Tag.Name, 0); err != nil {
		return nil, err
	}
	if len(p.tags.Tags) >= maxTags {
		return nil, fail(45056)
	}
	p.tags.Last = max(p.tags.Last+1, firstTag)
	p.tags.Tags = append(p.tags.Tags, tag{ID: p.tags.Last, Name: in.Tag.Name})
	p.keepTags()
	return map[string]any{"tag": map[string]any{"id": p.tags.Last, "name": in.Tag.Name}}, nil
}

func (p *Platform) tagGet(*call) (any, error) {
	own := []tag{{ID: 2, Name: "星标组"}}
	return map[string]any{"tags": append(own, p.tags.Tags...)}, nil
}

// tagPick finds the tag of an order that changes it.
func (p *Platform) tagPick(id int) (int, error) {
	if id >= 0 && id <= 2 {
		return 0, fail(45058)
	}
	if i := p.tagIndex(id); i >= 0 {
		return i, nil
	}
	return 0, fail(45159)
}

func (p *Platform) tagUpdate(c *call) (any, error) {
	in, err := c.tagOrder()
	if err != nil {
		return nil, err
	}
	i, err := p.tagPick(in.Tag.ID)
	if err != nil {
		return nil, err
	}
	if err := p.tagName(in.Tag.Name, in.Tag.ID); err != nil {
		return nil, err
	}
	p.tags.Tags[i].Name = in.Tag.Name
	p.keepTags()
	return ok(), nil
}

func (p *Platform) tagDelete(c *call) (any, error) {
	in, err := c.tagOrder()
	if err != nil {
		return nil, err
	}
	i, err := p.tagPick(in.Tag.ID)
	if err != nil {
		return nil, err
	}
	if p.tags.Tags[i].Count > fullTag {
		return nil, fail(45057)
	}
	for n := range p.people.all {
		p.setTag(uint32(n), in.Tag.ID, false)
	}
	p.tags.Tags = slices.Delete(p.tags.Tags, i, i+1)
	p.keepTags()
	return ok(), nil
}

// tagMembers is user/tag/get, paged as user/get.
func (p *Platform) tagMembers(c *call) (any, error) {
	in, err := c.tagOrder()
	if err != nil {
		return nil, err
	}
	i := p.tagIndex(in.TagID)
	if i < 0 {
		return nil, fail(45159)
	}
	return p.pageOf(in.Next, p.tags.Tags[i].Count, func(who *person) bool { return who.tagged(in.TagID) })
}

func (w *person) tagged(id int) bool { return w.more != nil && slices.Contains(w.more.Tags, id) }

func (p *Platform) tagAdd(c *call) (any, error)    { return p.tagMany(c, true) }
func (p *Platform) tagRemove(c *call) (any, error) { return p.tagMany(c, false) }

func (p *Platform) tagMany(c *call, on bool) (any, error) {
	in, err := c.tagOrder()
	if err != nil {
		return nil, err
	}
	if p.tagIndex(in.TagID) < 0 {
		return nil, fail(45159)
	}
	numbers, err := p.openidList(c, 50)
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		who := &p.people.all[n]
		if on && !who.tagged(in.TagID) && who.more != nil && len(who.more.Tags) >= maxTagsEach {
			return nil, fail(45059)
		}
	}
	for _, n := range numbers {
		p.setTag(n, in.TagID, on)
	}
	p.keepTags()
	return ok(), nil
}

// setTag changes one person and the tag's count.
func (p *Platform) setTag(n uint32, id int, on bool) {
	who := &p.people.all[n]
	if who.tagged(id) == on || (on && !who.follows) {
		return
	}
	m, i := who.details(), p.tagIndex(id)
	if on {
		m.Tags = append(m.Tags, id)
		p.tags.Tags[i].Count++
	} else {
		m.Tags = slices.DeleteFunc(m.Tags, func(t int) bool { return t == id })
		p.tags.Tags[i].Count--
	}
	p.keepPerson(n)
}

// tagsOf is POST /cgi-bin/tags/getidlist.
func (p *Platform) tagsOf(c *call) (any, error) {
	in, err := c.tagOrder()
	if err != nil {
		return nil, err
	}
	n, known := p.find(in.OpenID)
	if !known {
		return nil, fail(40003)
	}
	list := []int{}
	if m := p.people.all[n].more; m != nil {
		list = append(list, m.Tags...)
	}
	return map[string]any{"tagid_list": list}, nil
}
