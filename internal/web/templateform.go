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
		readTextValues(r, &t)
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

// textRows is how many values a template of words alone may be given at once
// beside those that it has.
const textRows = 4

// textValues are the rows of values of a template of words alone, those of an
// older version first, then empty ones.
func textValues(old push.Template) (rows []keywordRow) {
	for _, name := range old.Takes() {
		rows = append(rows, keywordRow{Source: name, Type: typeOf(old, name, ""), Sample: old.Sample[name]})
	}
	for range textRows {
		rows = append(rows, keywordRow{Type: string(push.ParamText)})
	}
	return rows
}

// postedTextValues reads those rows as they were posted.
func postedTextValues(r *http.Request) (rows []keywordRow) {
	names, types, samples := r.PostForm["value"], r.PostForm["value_type"], r.PostForm["value_sample"]
	for i := range min(len(names), len(types), len(samples), maxKeywords+1) {
		rows = append(rows, keywordRow{Source: strings.TrimSpace(names[i]), Type: types[i], Sample: strings.TrimSpace(samples[i])})
	}
	return rows
}

// readTextValues gives the values that the words name their types and samples.
func readTextValues(r *http.Request, t *push.Template) {
	for _, row := range postedTextValues(r) {
		if row.Source == "" {
			continue
		}
		if t.Params[row.Source] = push.Param(row.Type); row.Sample != "" {
			t.Sample[row.Source] = row.Sample
		}
	}
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
