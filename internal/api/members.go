package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/member"
)

// Roll finds the team's users. Missing ones are [member.ErrNoMember].
type Roll interface {
	Member(ctx context.Context, id string) (member.Member, error)
	MemberByName(ctx context.Context, name string) (member.Member, error)
	// Members lists the newest with ids below before; empty for all.
	Members(ctx context.Context, before string, limit int) ([]member.Member, error)
	// Bindings lists what is bound to a member, the oldest first.
	Bindings(ctx context.Context, memberID string) ([]member.Binding, error)
}

// Member is one of the team's users as callers see them.
type Member struct {
	ID        string      `json:"id" example:"mem_0199"`
	User      string      `json:"user" doc:"The team's own id of them; unique without regard to case"`
	Role      member.Role `json:"role" enum:"member,operator,admin"`
	CreatedAt time.Time   `json:"created_at"`
	Bindings  []Binding   `json:"bindings" doc:"The oldest first; empty for somebody who can't be told anything yet"`
}

// Binding is a WeChat that is bound to a member.
type Binding struct {
	ID       string    `json:"id"`
	Account  string    `json:"account"`
	OpenID   string    `json:"openid"`
	UnionID  string    `json:"unionid,omitempty"`
	Nickname string    `json:"nickname,omitempty"`
	BoundAt  time.Time `json:"bound_at"`
}

// viewMember looks up what is bound to a member.
func (a *API) viewMember(ctx context.Context, m member.Member) (Member, error) {
	all, err := a.Roll.Bindings(ctx, m.ID)
	v := Member{ID: m.ID, User: m.Name, Role: m.Role, CreatedAt: m.CreatedAt, Bindings: make([]Binding, 0, len(all))}
	for _, b := range all {
		v.Bindings = append(v.Bindings, Binding{b.ID, b.Account, b.OpenID, b.UnionID, b.Nickname, b.BoundAt})
	}
	return v, err
}

func (a *API) registerMembers() {
	const all, one = "/v1/members", "/v1/members/{id}"
	huma.Register(a.huma, a.operation("create-member", http.MethodPost, all, "Add a user of the team's, who has no password and nothing bound yet",
		http.StatusCreated), a.createMember)
	huma.Register(a.huma, a.operation("list-members", http.MethodGet, all, "List members, newest first", http.StatusOK), a.listMembers)
	huma.Register(a.huma, a.operation("get-member", http.MethodGet, one, "Get a member with their bindings", http.StatusOK, http.StatusNotFound), a.getMember)
	a.registerBindLinks(one + "/bind_links")
	huma.Register(a.huma, a.operation("delete-binding", http.MethodDelete, one+"/bindings/{binding}", "Unbind a WeChat, so that somebody else may bind it",
		http.StatusNoContent, http.StatusNotFound), a.deleteBinding)
}

type createMemberInput struct {
	Idempotent
	Body struct {
		User string `json:"user" minLength:"2" maxLength:"64" doc:"The team's own id of them: letters, digits and any of . _ - @"`
	}
}

type memberOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Member
}

func (a *API) createMember(ctx context.Context, in *createMemberInput) (*memberOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/members", in.IdempotencyKey}
	out := &memberOutput{Status: http.StatusCreated}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		m, err := a.Members.Draft(in.Body.User, member.RoleMember)
		if err != nil {
			return err
		}
		out.Body = Member{ID: m.ID, User: m.Name, Role: m.Role, CreatedAt: m.CreatedAt, Bindings: []Binding{}}
		if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
			return err
		}
		return a.Members.Place(audit.Note(ctx, audit.Entry{Action: audit.MemberCreate, Object: m.ID, Became: string(m.Role)}), m)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

type memberInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getMember(ctx context.Context, in *memberInput) (*memberOutput, error) {
	m, err := a.Roll.Member(ctx, in.ID)
	out := &memberOutput{Status: http.StatusOK}
	if err == nil {
		out.Body, err = a.viewMember(ctx, m)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return out, nil
}

type listMembersInput struct {
	Paged
	User string `query:"user" maxLength:"64" doc:"Only who has this id of the team's own"`
}

type listMembersOutput struct{ Body Page[Member] }

func (a *API) listMembers(ctx context.Context, in *listMembersInput) (*listMembersOutput, error) {
	found, err := a.membersFor(ctx, in)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	views := make(map[string]Member, len(found))
	for _, m := range found {
		if views[m.ID], err = a.viewMember(ctx, m); err != nil {
			return nil, a.problem(ctx, err)
		}
	}
	limit := in.Limit
	if in.User != "" {
		limit = 0 // one is all there are
	}
	return &listMembersOutput{pageOf(found, limit, func(m member.Member) Member { return views[m.ID] }, func(m member.Member) string { return m.ID })}, nil
}

func (a *API) membersFor(ctx context.Context, in *listMembersInput) ([]member.Member, error) {
	before, err := in.behind("mem")
	if err != nil || in.User == "" {
		if err != nil {
			return nil, err
		}
		return a.Roll.Members(ctx, before, in.Limit)
	}
	m, err := a.Roll.MemberByName(ctx, in.User)
	if errors.Is(err, member.ErrNoMember) {
		return nil, nil
	}
	return []member.Member{m}, err
}

type deleteBindingInput struct {
	ID      string `path:"id" maxLength:"64"`
	Binding string `path:"binding" maxLength:"64"`
}

func (a *API) deleteBinding(ctx context.Context, in *deleteBindingInput) (*struct{}, error) {
	noted := audit.Note(ctx, audit.Entry{Action: audit.Unbind, Object: in.ID, Was: in.Binding})
	if err := a.Members.Untie(noted, in.ID, in.Binding); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil
}
