package push

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

// To names one person. Exactly one field is set.
type To struct {
	MemberID string // mem_...
	User     string // the team's own id of a member
	OpenID   string // of the account that sends
	Email    string // no such way is configured yet
	Phone    string // nor such
}

// The errors of recipients.
var (
	ErrNoRecipient = fault.Input("/to", "recipient_invalid", "Name exactly one of member, user, openid, email and phone.")
	ErrNoUser      = fault.Input("/to/user", "user_unknown", "No member has this user id. Create the member, or name an openid.")
	ErrNoWay       = fault.Input("/to", "way_missing", "No way to reach an e-mail address or a phone number is configured. Name a member, a user or an openid.")
	ErrUnreachable = fault.New(fault.Conflict, "member_unreachable", "This member has no bound WeChat. Let them bind it first.")
)

// Address finds where somebody is reached, and which member it is, empty for
// nobody's openid. It fails with [ErrNoRecipient], [ErrNoUser], [ErrNoWay] or
// [ErrUnreachable].
func (s *Service) Address(ctx context.Context, to To) (a Address, memberID string, err error) {
	named := 0
	for _, v := range []string{to.MemberID, to.User, to.OpenID, to.Email, to.Phone} {
		if v != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return a, "", ErrNoRecipient
	case to.Email != "" || to.Phone != "":
		return a, "", ErrNoWay
	case to.OpenID != "":
		return Address{Channel: "wechat", Account: s.wechat, Recipient: to.OpenID}, "", nil
	}
	memberID = to.MemberID
	if to.User != "" {
		if memberID, err = s.people.MemberOf(ctx, to.User); err != nil {
			return a, "", fault.Wrap("push.Address", err)
		}
	}
	all, err := s.people.Addresses(ctx, memberID)
	switch {
	case err != nil:
		return a, "", fault.Wrap("push.Address", err)
	case len(all) == 0:
		return a, "", ErrUnreachable
	}
	return all[0], memberID, nil
}
