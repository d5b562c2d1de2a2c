package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/push"
)

// Message is a message as callers see it.
type Message struct {
	ID        string      `json:"id"`
	Status    push.Status `json:"status" enum:"queued,sending,sent,failed,skipped,unknown"`
	Channel   string      `json:"channel"`
	Member    string      `json:"member,omitempty"`
	OpenID    string      `json:"openid,omitempty"`
	Template  string      `json:"template,omitempty"`
	Text      string      `json:"text,omitempty"`
	Code      string      `json:"code,omitempty" doc:"The platform's code for the last try"`
	Detail    string      `json:"detail,omitempty"`
	Attempts  int         `json:"attempts"`
	CreatedAt time.Time   `json:"created_at"`
	DoneAt    *time.Time  `json:"done_at"`
}

func viewMessage(m push.Message) Message {
	return Message{ID: m.ID, Status: m.Status, Channel: m.Channel, Member: m.MemberID, OpenID: m.Recipient,
		Template: m.Template, Text: m.Text, Code: m.Code, Detail: m.Detail, Attempts: m.Attempts,
		CreatedAt: m.CreatedAt, DoneAt: optional(m.DoneAt)}
}

func (a *API) registerMessages() {
	huma.Register(a.huma, a.operation("create-message", http.MethodPost, "/v1/messages", "Tell one person something",
		http.StatusAccepted), a.createMessage)
	huma.Register(a.huma, a.operation("list-messages", http.MethodGet, "/v1/messages", "List messages, newest first",
		http.StatusOK), a.listMessages)
	huma.Register(a.huma, a.operation("get-message", http.MethodGet, "/v1/messages/{id}", "What became of a message",
		http.StatusOK, http.StatusNotFound), a.getMessage)
}

type newMessage struct {
	Member string            `json:"member,omitempty" maxLength:"64" doc:"Who is told, mem_...; or openid"`
	OpenID string            `json:"openid,omitempty" maxLength:"64" doc:"Who is told; or member"`
	Text   string            `json:"text,omitempty" maxLength:"600" doc:"Plain text, on WeChat a custom message; or template"`
	Name   string            `json:"template,omitempty" maxLength:"64" doc:"The name of a template; or text"`
	Data   map[string]string `json:"data,omitempty" maxProperties:"20" doc:"The template's values"`
	Link   string            `json:"link,omitempty" maxLength:"512" doc:"What opens at a tap"`
}

type createMessageInput struct {
	Idempotent
	Body newMessage
}

type messageOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true where this is the first answer again"`
	Body     Message
}

func (a *API) createMessage(ctx context.Context, in *createMessageInput) (*messageOutput, error) {
	scope := Scope{caller(ctx).ID, http.MethodPost, "/v1/messages", in.IdempotencyKey}
	out := &messageOutput{Status: http.StatusAccepted}
	replayed, err := a.once(ctx, scope, in.RawBody, &out.Body, func(ctx context.Context) error {
		return a.placeMessage(ctx, scope, in, out)
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Replayed = mark(replayed)
	return out, nil
}

func (a *API) placeMessage(ctx context.Context, scope Scope, in *createMessageInput, out *messageOutput) error {
	b := in.Body
	m, err := a.Push.Draft(ctx, push.NewMessage{MemberID: b.Member, OpenID: b.OpenID, Text: b.Text,
		Template: b.Name, Values: b.Data, Link: b.Link})
	if err != nil {
		return err
	}
	out.Body = viewMessage(m)
	if ctx, err = a.remember(ctx, scope, in.RawBody, out.Status, out.Body); err != nil {
		return err
	}
	_, err = a.Push.Place(ctx, m)
	return err
}

type messageInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) getMessage(ctx context.Context, in *messageInput) (*messageOutput, error) {
	m, err := a.Push.Message(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &messageOutput{Status: http.StatusOK, Body: viewMessage(m)}, nil
}

type listMessagesInput struct {
	Paged
	Member string `query:"member" maxLength:"64" doc:"Only those to this member, mem_..."`
	Status string `query:"status" enum:"queued,sending,sent,failed,skipped,unknown"`
}

type listMessagesOutput struct{ Body Page[Message] }

func (a *API) listMessages(ctx context.Context, in *listMessagesInput) (*listMessagesOutput, error) {
	before, err := in.behind("msg")
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Push.Messages(ctx, push.Filter{MemberID: in.Member, Status: push.Status(in.Status), Before: before, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listMessagesOutput{pageOf(found, in.Limit, viewMessage, func(m push.Message) string { return m.ID })}, nil
}
