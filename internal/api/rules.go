package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
)

// Rule is a rule as callers see it.
type Rule struct {
	ID        string            `json:"id" example:"rul_0199"`
	Event     event.Type        `json:"event"`
	Template  string            `json:"template"`
	Values    map[string]string `json:"values"`
	Link      string            `json:"link,omitempty"`
	Ways      []push.Way        `json:"ways" doc:"First the one to try first; empty for all that are legal"`
	Enabled   bool              `json:"enabled"`
	CreatedAt *time.Time        `json:"created_at"`
}

func viewRule(r push.Rule) Rule {
	v := Rule{ID: r.ID, Event: r.Event, Template: r.Template, Values: r.Values, Link: r.Link, Ways: append([]push.Way{}, r.Ways...), Enabled: r.Enabled, CreatedAt: optional(r.CreatedAt)}
	if v.Values == nil {
		v.Values = map[string]string{}
	}
	return v
}

func (a *API) registerRules() {
	const all, one = "/v1/rules", "/v1/rules/{id}"
	huma.Register(a.huma, a.operation("list-rules", http.MethodGet, all, "List the rules by which events become messages", http.StatusOK), a.listRules)
	huma.Register(a.huma, a.operation("create-rule", http.MethodPost, all,
		"Tell the member, user or openid that an event's data names, whenever the event comes", http.StatusCreated), a.createRule)
	huma.Register(a.huma, a.operation("update-rule", http.MethodPatch, one, "Change a rule, or switch it on or off; what is left out stays",
		http.StatusOK, http.StatusNotFound, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType), a.updateRule)
	huma.Register(a.huma, a.operation("delete-rule", http.MethodDelete, one, "Delete a rule", http.StatusNoContent, http.StatusNotFound), a.deleteRule)
}

type listRulesOutput struct {
	Body struct {
		Data []Rule `json:"data" doc:"All of them; there are 200 at most"`
	}
}

func (a *API) listRules(ctx context.Context, _ *struct{}) (*listRulesOutput, error) {
	all, err := a.Push.Rules(ctx)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := new(listRulesOutput)
	out.Body.Data = make([]Rule, 0, len(all))
	for _, r := range all {
		out.Body.Data = append(out.Body.Data, viewRule(r))
	}
	return out, nil
}

type createRuleInput struct {
	Idempotent
	Body struct {
		Event    string            `json:"event" maxLength:"64" example:"course.finished"`
		Template string            `json:"template" maxLength:"64"`
		Values   map[string]string `json:"values,omitempty" maxProperties:"20" doc:"The template's values by places in the data, such as order.amount|yuan or finished_at|time; without any, all texts and numbers of the data"`
		Link     string            `json:"link,omitempty" maxLength:"512" doc:"What opens at a tap; {name} stands for what the data has there"`
		Ways     []push.Way        `json:"ways,omitempty" maxItems:"2" enum:"template,custom" doc:"First the one to try first; all that are legal where it is left out"`
	}
}

type ruleOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Rule
}

func (a *API) createRule(ctx context.Context, in *createRuleInput) (*ruleOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/rules", in.IdempotencyKey}
	out := &ruleOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		b := in.Body
		r, err := a.Push.DraftRule(ctx, push.Rule{Event: event.Type(b.Event), Template: b.Template, Values: b.Values, Link: b.Link, Ways: b.Ways, Enabled: true})
		if err != nil {
			return err
		}
		out.Body = viewRule(r)
		if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		return a.Push.AddRule(audit.Note(ctx, audit.Entry{Action: audit.RuleChange, Object: r.ID}), r)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

type updateRuleInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Template *string            `json:"template,omitempty" maxLength:"64"`
		Values   *map[string]string `json:"values,omitempty"`
		Link     *string            `json:"link,omitempty" maxLength:"512"`
		Ways     *[]push.Way        `json:"ways,omitempty" maxItems:"2" enum:"template,custom" doc:"Empty for all that are legal"`
		Enabled  *bool              `json:"enabled,omitempty"`
	}
}

func (a *API) updateRule(ctx context.Context, in *updateRuleInput) (*ruleOutput, error) {
	b := in.Body
	ctx = audit.Note(ctx, audit.Entry{Action: audit.RuleChange, Object: in.ID})
	r, err := a.Push.ChangeRule(ctx, in.ID, func(r *push.Rule) {
		if b.Template != nil {
			r.Template = *b.Template
		}
		if b.Values != nil {
			r.Values = *b.Values
		}
		if b.Link != nil {
			r.Link = *b.Link
		}
		if b.Ways != nil {
			r.Ways = *b.Ways
		}
		if b.Enabled != nil {
			r.Enabled = *b.Enabled
		}
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &ruleOutput{Status: http.StatusOK, Body: viewRule(r)}, nil
}

type ruleInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) deleteRule(ctx context.Context, in *ruleInput) (*struct{}, error) {
	if err := a.Push.DeleteRule(audit.Note(ctx, audit.Entry{Action: audit.RuleDelete, Object: in.ID}), in.ID); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil
}
