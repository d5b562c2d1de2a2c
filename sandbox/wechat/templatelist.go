package wechat

import (
	"slices"
	"strings"
	"time"
)

// Bounds of the account's list of templates and of its industries.
const (
	maxTemplates = 25
	maxIndustry  = 41
)

// industries are the two fields of business an account states.
type industries struct {
	First   string `json:"first"`
	Second  string `json:"second"`
	Changed int64  `json:"changed"` // Unix seconds
}

func templateEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/template/api_set_industry", verb: byPost, do: (*Platform).setIndustry},
		{path: "/cgi-bin/template/get_industry", verb: byEither, do: (*Platform).getIndustry},
		{path: "/cgi-bin/template/api_add_template", verb: byPost, do: (*Platform).addTemplate},
		{path: "/cgi-bin/template/get_all_private_template", verb: byEither, do: (*Platform).listTemplates},
		{path: "/cgi-bin/template/del_private_template", verb: byPost, do: (*Platform).deleteTemplate},
		{path: "/wxa/sec/queryblocktmplmsg", verb: byPost, do: (*Platform).blockedTemplates},
	}
}

func (p *Platform) keepAccount() { p.put("account", "account", p.account) }

// setIndustry is POST /cgi-bin/template/api_set_industry, once a month.
func (p *Platform) setIndustry(c *call) (any, error) {
	var in struct {
		First  any `json:"industry_id1"`
		Second any `json:"industry_id2"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	first, second := wholeNumber(in.First), wholeNumber(in.Second)
	if first < 1 || first > maxIndustry || second < 1 || second > maxIndustry {
		return nil, fail(40102)
	}
	former := p.account.Industries
	if former.Changed != 0 && sameMonth(former.Changed, c.now.Unix()) {
		return nil, fail(43100)
	}
	p.account.Industries = industries{industryName(first), industryName(second), c.now.Unix()}
	p.keepAccount()
	return ok(), nil
}

// sameMonth tells whether two Unix times fall in one month in China.
func sameMonth(a, b int64) bool {
	china := time.FixedZone("CST", 8*3600)
	x, y := time.Unix(a, 0).In(china), time.Unix(b, 0).In(china)
	return x.Year() == y.Year() && x.Month() == y.Month()
}

func (p *Platform) getIndustry(*call) (any, error) {
	class := func(name string) map[string]string {
		first, second, _ := strings.Cut(name, "|")
		return map[string]string{"first_class": first, "second_class": second}
	}
	in := p.account.Industries
	return map[string]any{"primary_industry": class(in.First), "secondary_industry": class(in.Second)}, nil
}

// addTemplate is POST /cgi-bin/template/api_add_template. Only category
// templates may still be added, and they need their list of keywords.
func (p *Platform) addTemplate(c *call) (any, error) {
	var in struct {
		Short    string   `json:"template_id_short"`
		Keywords []string `json:"keyword_name_list"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.Short == "":
		return nil, fail(40037)
	case len(in.Keywords) == 0:
		return nil, fail(40246)
	case len(p.account.Templates) >= maxTemplates:
		return nil, fail(45026)
	}
	var content strings.Builder
	for i, name := range in.Keywords {
		content.WriteString(name + ":{{" + keywordType(name, i+1) + ".DATA}}\n")
	}
	t := template{ID: urlText(43), Title: "类目模板 " + in.Short, Content: strings.TrimSpace(content.String())}
	p.account.Templates = append(slices.Clip(p.account.Templates), t)
	p.keepAccount()
	return struct {
		done
		ID string `json:"template_id"`
	}{ok(), t.ID}, nil
}

// listTemplates is get_all_private_template; the list ends with the fixed
// template of one-time subscribe messages, as on the live platform.
func (p *Platform) listTemplates(*call) (any, error) {
	fixed := template{ID: p.account.OneTimeID, Title: "订阅模板消息", Content: "{{content.DATA}}"}
	return map[string]any{"template_list": append(slices.Clone(p.account.Templates), fixed)}, nil
}

func (p *Platform) deleteTemplate(c *call) (any, error) {
	var in struct {
		ID string `json:"template_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.account.Templates, func(t template) bool { return t.ID == in.ID })
	// The first one stays: it is the template that the credentials name.
	if i < 1 {
		return nil, fail(40037)
	}
	p.account.Templates = slices.Delete(slices.Clone(p.account.Templates), i, i+1)
	p.keepAccount()
	return ok(), nil
}

func (p *Platform) blockedTemplates(*call) (any, error) {
	return struct {
		done
		List []any `json:"msginfo"`
	}{ok(), []any{}}, nil
}
