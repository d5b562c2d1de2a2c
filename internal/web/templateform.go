package web

import (
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/push"
)

// maxKeywords bounds the keywords that a form may name; the platform has fewer.
const maxKeywords = 20

// templateOf reads the form that maps a template.
func (s *Site) templateOf(r *http.Request) push.Template {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"))
	}
	t := push.Template{Name: get("name"), Zh: get("zh"), En: get("en"), Sample: map[string]string{}, Params: map[string]push.Param{}}
	if get("id") == "" {
		return t
	}
	l := push.Layout{ID: get("id"), Title: get("title"), Fields: map[string]string{}, Labels: map[string]string{}}
	keywords := r.PostForm["keyword"]
	for _, keyword := range keywords[:min(len(keywords), maxKeywords+1)] {
		source := get("source." + keyword)
		if source == "" {
			continue
		}
		l.Fields[keyword] = source
		if label := get("label." + keyword); label != "" {
			l.Labels[keyword] = label
		}
		if !strings.HasPrefix(source, "=") {
			t.Params[source] = push.Param(get("type." + keyword))
			if sample := get("sample." + keyword); sample != "" {
				t.Sample[source] = sample
			}
		}
	}
	t.Layouts = map[string]push.Layout{s.WeChat: l}
	return t
}

// Types lists the types that a value may have.
func (p newTemplatePage) Types() (all []option) {
	for _, t := range []push.Param{push.ParamText, push.ParamNumber, push.ParamMoney, push.ParamTime} {
		all = append(all, option{Value: string(t), Name: p.Locale.word("param.", string(t))})
	}
	return all
}

// typeOf is the type of a value: as an older version had it, else what its
// keyword suggests.
func typeOf(old push.Template, name, keyword string) string {
	if t, ok := old.Params[name]; ok {
		return string(t)
	}
	switch push.KeywordKind(keyword) {
	case "amount":
		return string(push.ParamMoney)
	case "time", "date":
		return string(push.ParamTime)
	case "number":
		return string(push.ParamNumber)
	}
	return string(push.ParamText)
}

// sampleOf makes out of the platform's example one that fits the type.
func sampleOf(kind, example string) string {
	switch push.Param(kind) {
	case push.ParamMoney:
		return "12.80"
	case push.ParamTime:
		return "2026-03-01 09:30:00"
	}
	return example
}
