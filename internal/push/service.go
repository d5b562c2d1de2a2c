package push

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Service is everything that may be done with messages. It is safe for any
// number of goroutines and of nodes over one store.
type Service struct {
	store     Store
	people    People
	channels  map[string]Channel
	templates []string
	book      TemplateStore
	rules     RuleStore
	versions  versions
	wechat    string
	now       func() time.Time
	newID     func(prefix string) string
	baseURL   string
	log       *slog.Logger
}

// Config is what a [Service] works with.
type Config struct {
	Store     Store
	People    People
	Channels  map[string]Channel // by account name
	Templates []string           // the names that the configuration has
	Book      TemplateStore      // templates that are edited; nil for none
	Rules     RuleStore          // nil for [DefaultRules]
	WeChat    string             // the account that sends to a bare openid; empty for none
	Now       func() time.Time   // business time
	NewID     func(prefix string) string
	BaseURL   string // our own address, for links in messages
	Log       *slog.Logger
}

// NewService makes a service.
func NewService(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: c.Store, people: c.People, channels: c.Channels, templates: c.Templates, book: c.Book, rules: c.Rules, wechat: c.WeChat,
		now: c.Now, newID: c.NewID, baseURL: c.BaseURL, log: c.Log}
}

// Draft checks what is asked and finds where the person is reached. It stores
// nothing and sends nothing.
func (s *Service) Draft(ctx context.Context, in NewMessage) (Message, error) {
	return s.draft(ctx, in, s.Template)
}

// finder finds the newest version of a template.
type finder func(ctx context.Context, name string) (Template, error)

func (s *Service) draft(ctx context.Context, in NewMessage, template finder) (Message, error) {
	if err := s.check(ctx, in, template); err != nil {
		return Message{}, err
	}
	m := Message{ID: s.newID("msg"), Key: in.Key, Kind: KindText, Template: in.Template,
		Values: in.Values, Text: in.Text, Link: in.Link, Needed: in.Needed, Status: Queued, Version: 1, CreatedAt: s.now()}
	if in.Template != "" {
		m.Kind = KindTemplate
	}
	if m.Key == "" {
		m.Key = m.ID
	}
	var err error
	if m.Ways, err = waysOf(in.Ways, PurposeService, in.Template != ""); err != nil {
		return Message{}, err
	}
	to, memberID, err := s.Address(ctx, in.To)
	if err != nil {
		return Message{}, err
	}
	m.MemberID, m.Channel, m.Account, m.Recipient = memberID, to.Channel, to.Account, to.Recipient
	return m, nil
}

// Place stores a drafted message and the event that sends it, in one
// transaction. Placing it again, or another with the same key, adds nothing.
func (s *Service) Place(ctx context.Context, m Message) (added bool, err error) {
	placed, err := s.place(ctx, []Message{m})
	return len(placed) == 1, fault.Wrap("push.Place", err)
}

// place stores messages and the events that send them, and gives the ids of
// those that are new.
func (s *Service) place(ctx context.Context, all []Message) (placed []string, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		added, err := tx.InsertMessages(ctx, all)
		if err != nil {
			return err
		}
		placed = placed[:0]
		queued := make([]event.Event, 0, len(added))
		for _, m := range all {
			if !added[m.ID] {
				continue
			}
			data, err := json.Marshal(map[string]string{"id": m.ID, "channel": m.Channel, "kind": string(m.Kind)})
			if err != nil {
				return err
			}
			placed = append(placed, m.ID)
			queued = append(queued, event.Event{ID: s.newID("evt"), Type: event.MessageQueued, Object: m.ID,
				Version: m.Version, Data: data, At: s.now()})
		}
		return tx.AddEvents(ctx, queued)
	})
	return placed, err
}

// Message finds one message.
func (s *Service) Message(ctx context.Context, id string) (Message, error) {
	m, err := s.store.Message(ctx, id)
	return m, fault.Wrap("push.Message", err)
}

// Recent lists the newest messages of a member.
func (s *Service) Recent(ctx context.Context, memberID string, limit int) ([]Message, error) {
	all, err := s.store.Messages(ctx, Filter{MemberID: memberID, Limit: limit})
	return all, fault.Wrap("push.Recent", err)
}

// Messages lists what a filter selects.
func (s *Service) Messages(ctx context.Context, f Filter) ([]Message, error) {
	all, err := s.store.Messages(ctx, f)
	return all, fault.Wrap("push.Messages", err)
}

func (s *Service) check(ctx context.Context, in NewMessage, template finder) error {
	if (in.Text == "") == (in.Template == "") || !utf8.ValidString(in.Text) || utf8.RuneCountInString(in.Text) > 600 {
		return ErrNoContent
	}
	if in.Template == "" {
		return nil
	}
	t, err := template(ctx, in.Template)
	if err != nil {
		return err
	}
	return t.checkValues(in.Values)
}
