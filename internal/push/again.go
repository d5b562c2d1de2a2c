package push

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

// ErrNotAgain tells that a message may have reached the person, so that
// sending it again might tell them twice.
var ErrNotAgain = fault.New(fault.Conflict, "message_not_repeatable",
	"Only a message that surely reached nobody may be sent again: one that failed or was skipped.")

// Repeatable reports whether a message may be sent again: it surely reached
// nobody.
func (m Message) Repeatable() bool { return m.Status == Failed || m.Status == Skipped }

// Again sends a message that failed or was skipped once more, as a message of
// its own to where the person is reached now. Asking twice sends one: the
// second time answers what the first one made.
func (s *Service) Again(ctx context.Context, id string) (Message, error) {
	old, err := s.store.Message(ctx, id)
	if err != nil {
		return Message{}, fault.Wrap("push.Again", err)
	}
	if !old.Repeatable() {
		return Message{}, ErrNotAgain
	}
	in := NewMessage{Key: "again:" + old.ID, To: To{MemberID: old.MemberID}, Template: old.Template, Values: old.Values, Text: old.Text, Link: old.Link, Needed: old.Needed}
	if old.MemberID == "" {
		in.To.OpenID = old.Recipient
	}
	m, err := s.Draft(ctx, in)
	if err != nil {
		return Message{}, err
	}
	if len(old.Ways) > 0 {
		m.Ways = old.Ways
	}
	added, err := s.Place(ctx, m)
	if err != nil || added {
		return m, err
	}
	m, err = s.store.MessageByKey(ctx, in.Key)
	return m, fault.Wrap("push.Again", err)
}
