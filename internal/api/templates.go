package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// Template is a template as callers see it.
type Template struct {
	Name      string                 `json:"name"`
	Version   int64                  `json:"version" doc:"0 for one that the configuration has"`
	Zh        string                 `json:"zh,omitempty"`
	En        string                 `json:"en,omitempty"`
	Params    map[string]push.Param  `json:"params" doc:"Its values by name and type"`
	Layouts   map[string]push.Layout `json:"layouts"`
	Sample    map[string]string      `json:"sample,omitempty"`
	CreatedAt *time.Time             `json:"created_at"`
}

func viewTemplate(t push.Template) Template {
	v := Template{Name: t.Name, Version: t.Version, Zh: t.Zh, En: t.En, Params: t.Params, Layouts: t.Layouts, Sample: t.Sample, CreatedAt: optional(t.CreatedAt)}
	if v.Params == nil {
		v.Params = map[string]push.Param{}
	}
	if v.Layouts == nil {
		v.Layouts = map[string]push.Layout{}
	}
	return v
}

func (a *API) registerTemplates() {
	const all, one = "/v1/templates", "/v1/templates/{name}"
	huma.Register(a.huma, a.operation("list-templates", http.MethodGet, all, "List templates in their newest version", http.StatusOK), a.listTemplates)
	huma.Register(a.huma, a.operation("save-template", http.MethodPut, one, "Store a template as its next version", http.StatusOK,
		http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType), a.saveTemplate)
	huma.Register(a.huma, a.operation("get-template", http.MethodGet, one, "Get a template in its newest version", http.StatusOK,
		http.StatusNotFound), a.getTemplate)
	huma.Register(a.huma, a.operation("list-template-versions", http.MethodGet, one+"/versions", "List the stored versions of a template, newest first",
		http.StatusOK, http.StatusNotFound), a.listTemplateVersions)
	huma.Register(a.huma, a.operation("preview-template", http.MethodPost, one+"/preview",
		"Show a template filled in, and what the platform would have against it", http.StatusOK), a.previewTemplate)
}

type listTemplatesOutput struct {
	Body struct {
		Data []Template `json:"data" doc:"All of them; there are few"`
	}
}

func (a *API) listTemplates(ctx context.Context, _ *struct{}) (*listTemplatesOutput, error) {
	all, err := a.Push.Templates(ctx)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listTemplatesOutput)
	out.Body.Data = make([]Template, 0, len(all))
	for _, t := range all {
		out.Body.Data = append(out.Body.Data, viewTemplate(t))
	}
	return out, nil
}

type templateInput struct {
	Name string `path:"name" maxLength:"64"`
}

type templateOutput struct{ Body Template }

func (a *API) getTemplate(ctx context.Context, in *templateInput) (*templateOutput, error) {
	t, err := a.Push.Template(ctx, in.Name)
	if err != nil {
		return nil, a.noTemplate(ctx, err)
	}
	return &templateOutput{viewTemplate(t)}, nil
}

// noTemplate answers 404 for an unknown template: elsewhere its name is in the
// body, here it is the address itself.
func (a *API) noTemplate(ctx context.Context, err error) error {
	if !errors.Is(err, push.ErrNoTemplate) {
		return a.problem(ctx, err)
	}
	p := problemOf(push.ErrNoTemplate)
	p.Status, p.Title, p.Errors = http.StatusNotFound, http.StatusText(http.StatusNotFound), nil
	return p
}

func (a *API) listTemplateVersions(ctx context.Context, in *templateInput) (*listTemplatesOutput, error) {
	all, err := a.Push.TemplateVersions(ctx, in.Name)
	if err != nil {
		return nil, a.noTemplate(ctx, err)
	}
	out := new(listTemplatesOutput)
	out.Body.Data = make([]Template, 0, len(all))
	for _, t := range all {
		out.Body.Data = append(out.Body.Data, viewTemplate(t))
	}
	return out, nil
}

type saveTemplateInput struct {
	Name string `path:"name" maxLength:"64"`
	Body struct {
		Zh      string                 `json:"zh,omitempty" maxLength:"600" doc:"The text in Chinese, {name} for a value"`
		En      string                 `json:"en,omitempty" maxLength:"600" doc:"The text in English"`
		Params  map[string]push.Param  `json:"params,omitempty" maxProperties:"20" doc:"By the name of a value its type: text, number, money (fen) or time (RFC 3339); every value is then needed and checked"`
		Layouts map[string]push.Layout `json:"layouts,omitempty" doc:"By account: the platform's template id, and for each keyword the name of a value, or = and a text"`
		Sample  map[string]string      `json:"sample,omitempty" maxProperties:"20" doc:"Values to check it with"`
	}
}

func (a *API) saveTemplate(ctx context.Context, in *saveTemplateInput) (*templateOutput, error) {
	ctx = audit.Note(ctx, audit.Entry{Action: audit.TemplateSave, Object: in.Name})
	t, err := a.Push.SaveTemplate(ctx, push.Template{Name: in.Name, Zh: in.Body.Zh, En: in.Body.En, Params: in.Body.Params, Layouts: in.Body.Layouts, Sample: in.Body.Sample})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &templateOutput{viewTemplate(t)}, nil
}

type previewInput struct {
	Idempotent
	Name string `path:"name" maxLength:"64"`
	Body struct {
		Data map[string]string `json:"data,omitempty" maxProperties:"20" doc:"Values; without any, the sample"`
	}
}

// PreviewLine is one keyword of a message.
type PreviewLine struct {
	Keyword string `json:"keyword"`
	Value   string `json:"value"`
	Fault   string `json:"fault,omitempty" doc:"What the platform would have against it"`
}

type previewOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     struct {
		Text     string                   `json:"text"`
		Accounts map[string][]PreviewLine `json:"accounts"`
		OK       bool                     `json:"ok"`
	}
}

func (a *API) previewTemplate(ctx context.Context, in *previewInput) (*previewOutput, error) {
	out := new(previewOutput)
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/templates/" + in.Name + "/preview", in.IdempotencyKey}
	return out, a.acted(ctx, scope, in.RawBody, answer{http.StatusOK, &out.Body, &out.Replayed}, func() error {
		t, err := a.Push.Template(ctx, in.Name)
		values := in.Body.Data
		if len(values) == 0 {
			values = t.Sample
		}
		out.fill(a.Push.Preview(t, values))
		return err
	})
}

func (out *previewOutput) fill(p push.Preview) {
	out.Body.Text, out.Body.OK, out.Body.Accounts = p.Text, p.OK(), map[string][]PreviewLine{}
	for account, lines := range p.Accounts {
		for _, l := range lines {
			out.Body.Accounts[account] = append(out.Body.Accounts[account], PreviewLine(l))
		}
	}
}
