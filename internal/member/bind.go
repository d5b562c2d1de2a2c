package member

import (
	"cmp"
	"context"
	"errors"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Invite makes a bind link for a signed-in member and returns its secret,
// which is shown in the QR code and nowhere else. It fails with
// [ErrBoundAlready] where the member has a binding at the account.
func (s *Service) Invite(ctx context.Context, memberID, session, account string) (token string, l Link, err error) {
	if token, l, err = s.DraftLink(memberID, session, account); err == nil {
		err = s.PlaceLink(ctx, l)
	}
	if err != nil {
		return "", Link{}, err
	}
	return token, l, nil
}

// DraftLink is Invite without storing anything: see [Service.PlaceLink].
func (s *Service) DraftLink(memberID, session, account string) (token string, l Link, err error) {
	if _, ok := s.directories[account]; !ok {
		return "", Link{}, fault.New(fault.NotFound, "account_not_found", "There is no such WeChat account.")
	}
	token = newSecret()
	l = s.newLink(memberID, session, account, LinkOpen)
	l.TokenHash = HashSecret(token)
	return token, l, nil
}

// PlaceLink stores a drafted link, or fails with [ErrBoundAlready].
func (s *Service) PlaceLink(ctx context.Context, l Link) error {
	return fault.Wrap("member.Invite", s.offer(ctx, l))
}

func (s *Service) newLink(memberID, session, account string, status LinkStatus) Link {
	now := s.now()
	return Link{ID: s.newID("bln"), MemberID: memberID, Session: session, Account: account, Status: status, Version: 1,
		CreatedAt: now, ExpiresAt: now.Add(LinkLife)}
}

// offer stores a new link of a member who has nothing bound.
func (s *Service) offer(ctx context.Context, l Link) error {
	return s.store.Update(ctx, func(tx Tx) error {
		if err := unbound(ctx, tx, l.MemberID, l.Account); err != nil {
			return err
		}
		if err := tx.DeleteLinks(ctx, l.CreatedAt.Add(-LinkLife), 100); err != nil {
			return err
		}
		return tx.InsertLink(ctx, l)
	})
}

// unbound fails where a member has a binding at an account.
func unbound(ctx context.Context, r Reader, memberID, account string) error {
	if _, err := r.Binding(ctx, memberID, account); err == nil {
		return ErrBoundAlready
	} else if !errors.Is(err, ErrNoBinding) {
		return err
	}
	return nil
}

// Open answers the platform's consent page for the link with this secret. It
// changes nothing, so a phone's preview can't use the link up.
func (s *Service) Open(ctx context.Context, token string) (authorizeURL string, err error) {
	l, err := s.openLink(ctx, s.store, token)
	if err != nil {
		return "", fault.Wrap("member.Open", err)
	}
	authorizeURL, err = s.directories[l.Account].AuthorizeURL(token)
	return authorizeURL, fault.Wrap("member.Open", err)
}

func (s *Service) openLink(ctx context.Context, r Reader, token string) (Link, error) {
	l, err := r.LinkByToken(ctx, HashSecret(token))
	if err != nil {
		return Link{}, err
	}
	if l.Status != LinkOpen && l.Status != LinkScanned {
		return Link{}, ErrLinkUsed
	}
	if !s.now().Before(l.ExpiresAt) {
		return Link{}, ErrLinkExpired
	}
	if _, ok := s.directories[l.Account]; !ok {
		return Link{}, ErrNoLink
	}
	return l, nil
}

// Confirm binds: the person on the phone pressed the button. Pressing it again
// after it worked answers the same binding.
func (s *Service) Confirm(ctx context.Context, confirm string) (b Binding, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		l, err := tx.LinkByConfirm(ctx, HashSecret(confirm))
		if err != nil {
			return err
		}
		if l.Status == LinkDone {
			b, err = tx.BindingByOpenID(ctx, l.Account, l.OpenID)
			return err
		}
		if l.Status != LinkConsented {
			return ErrLinkUsed
		}
		if !s.now().Before(l.ExpiresAt) {
			return ErrLinkExpired
		}
		b, err = s.bind(ctx, tx, l)
		return err
	})
	return b, fault.Wrap("member.Confirm", err)
}

func (s *Service) bind(ctx context.Context, tx Tx, l Link) (Binding, error) {
	if err := s.bindable(ctx, tx, l.MemberID, l.Account, l.OpenID); err != nil {
		return Binding{}, err
	}
	b := Binding{ID: s.newID("bnd"), MemberID: l.MemberID, Account: l.Account, OpenID: l.OpenID,
		UnionID: l.UnionID, Nickname: l.Nickname, BoundAt: s.now()}
	if err := tx.InsertBinding(ctx, b); err != nil {
		return Binding{}, err
	}
	l.Status = LinkDone
	if err := tx.UpdateLink(ctx, l); err != nil {
		return Binding{}, err
	}
	return b, s.raise(ctx, tx, event.UserBound, b.MemberID, 1, bindingData(b))
}

// bindable tells why an openid may not be bound to a member, if it may not.
func (s *Service) bindable(ctx context.Context, r Reader, memberID, account, openID string) error {
	if _, err := r.BindingByOpenID(ctx, account, openID); err == nil {
		return ErrBoundElsewhere
	} else if !errors.Is(err, ErrNoBinding) {
		return err
	}
	return unbound(ctx, r, memberID, account)
}

// Unbind takes a member's binding at an account away, which is also the undo
// that the desk offers. It fails with [ErrNoBinding] where there is none.
func (s *Service) Unbind(ctx context.Context, memberID, account string) error {
	return s.untie(ctx, func(tx Tx) (Binding, error) { return tx.Binding(ctx, memberID, account) })
}

// Untie is Unbind for one binding and no other that was made since.
func (s *Service) Untie(ctx context.Context, memberID, bindingID string) error {
	return s.untie(ctx, func(tx Tx) (Binding, error) {
		all, err := tx.Bindings(ctx, memberID)
		for _, b := range all {
			if b.ID == bindingID {
				return b, nil
			}
		}
		return Binding{}, cmp.Or(err, error(ErrNoBinding))
	})
}

func (s *Service) untie(ctx context.Context, find func(Tx) (Binding, error)) error {
	err := s.store.Update(ctx, func(tx Tx) error {
		b, err := find(tx)
		if err != nil {
			return err
		}
		if err := tx.DeleteBinding(ctx, b.ID); err != nil {
			return err
		}
		return s.raise(ctx, tx, event.UserUnbound, b.MemberID, 1, bindingData(b))
	})
	return fault.Wrap("member.Unbind", err)
}

// Binding finds what is bound to a member at an account.
func (s *Service) Binding(ctx context.Context, memberID, account string) (Binding, error) {
	b, err := s.store.Binding(ctx, memberID, account)
	return b, fault.Wrap("member.Binding", err)
}

// LinkOf finds the newest link that a session made, for the desk to follow.
func (s *Service) LinkOf(ctx context.Context, session string) (Link, error) {
	l, err := s.store.NewestLink(ctx, session)
	return l, fault.Wrap("member.LinkOf", err)
}

func (s *Service) refuse(ctx context.Context, id string, why error) error {
	_, err := s.advance(context.WithoutCancel(ctx), id, LinkClaimed, func(l *Link) {
		l.Status, l.Reason = LinkRefused, fault.CodeOf(why)
	})
	return err
}

// advance edits a link that is still in the state from.
func (s *Service) advance(ctx context.Context, id string, from LinkStatus, edit func(*Link)) (l Link, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if l, err = tx.Link(ctx, id); err != nil {
			return err
		}
		if l.Status != from {
			return ErrLinkUsed
		}
		edit(&l)
		return tx.UpdateLink(ctx, l)
	})
	return l, err
}

func bindingData(b Binding) map[string]string {
	return map[string]string{"member": b.MemberID, "account": b.Account, "openid": b.OpenID, "nickname": b.Nickname}
}
