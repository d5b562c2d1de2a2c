package member

import (
	"context"
	"errors"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Create adds somebody of a role without a password: they sign in by a one-time
// link and set one. It fails with kind invalid where the name breaks a rule,
// and with [ErrNameTaken].
func (s *Service) Create(ctx context.Context, name string, role Role) (Member, error) {
	m, err := s.Draft(name, role)
	if err != nil {
		return Member{}, err
	}
	return m, s.Place(ctx, m)
}

// Draft is Create without storing anything: see [Service.Place].
func (s *Service) Draft(name string, role Role) (Member, error) {
	if err := errors.Join(checkName(name), checkRole(role)); err != nil {
		return Member{}, joined(err)
	}
	return s.draft(name, "", role), nil
}

// Place stores a drafted member, or fails with [ErrNameTaken].
func (s *Service) Place(ctx context.Context, m Member) error {
	err := s.store.Update(ctx, func(tx Tx) error { return tx.InsertMember(ctx, m) })
	return fault.Wrap("member.Place", err)
}

// SetRole gives a member another role. It fails with [ErrLastAdmin] where no
// administrator would be left, whoever else changes roles at the same time.
func (s *Service) SetRole(ctx context.Context, id string, role Role) (m Member, err error) {
	if err := checkRole(role); err != nil {
		return Member{}, err
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if m, err = tx.Member(ctx, id); err != nil {
			return err
		}
		if err = s.spare(ctx, tx, m, role); err != nil {
			return err
		}
		m.Role = role
		return tx.UpdateMember(ctx, m)
	})
	return m, fault.Wrap("member.SetRole", err)
}

func checkRole(r Role) error {
	if r != RoleMember && r != RoleOperator && r != RoleAdmin {
		return fault.Input("/role", "role_invalid", "The role must be member, operator or admin.")
	}
	return nil
}

// spare keeps the last administrator in the office.
func (s *Service) spare(ctx context.Context, tx Tx, m Member, next Role) error {
	if m.Role != RoleAdmin || next == RoleAdmin {
		return nil
	}
	n, err := tx.Admins(ctx)
	if err == nil && n <= 1 {
		err = ErrLastAdmin
	}
	return err
}

// Leave deletes a member who confirms it with their password: the name, the
// bindings and the messages go, and orders keep an id that nobody bears. Wrong
// passwords are counted like those of a change. It fails with [ErrLastAdmin]
// for the last administrator.
func (s *Service) Leave(ctx context.Context, id, password string) error {
	m, err := s.store.Member(ctx, id)
	if err != nil {
		return fault.Wrap("member.Leave", err)
	}
	if err := s.proveOld(ctx, m, password); err != nil {
		return err
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if m, err = tx.Member(ctx, id); err != nil {
			return err
		}
		if err := s.spare(ctx, tx, m, ""); err != nil {
			return err
		}
		if err := tx.DeleteMember(ctx, m); err != nil {
			return err
		}
		return s.raise(ctx, tx, event.UserDeleted, m.ID, m.Version+1, map[string]string{"member": m.ID})
	})
	return fault.Wrap("member.Leave", err)
}

// proveOld checks the password of somebody who is signed in already.
func (s *Service) proveOld(ctx context.Context, m Member, old string) error {
	key := "change:" + m.ID
	if err := s.throttle.Allow(ctx, key); err != nil {
		return err
	}
	good, err := s.verify(ctx, old, m.PasswordHash)
	if err != nil {
		return fault.Wrap("member.proveOld", err)
	}
	if err := s.throttle.Allow(ctx, key); err != nil {
		return err // others failed while this one waited for its turn
	}
	if good {
		return nil
	}
	if err := s.throttle.Fail(ctx, key); err != nil {
		return fault.Wrap("member.proveOld", err)
	}
	return fault.Input("/old", "password_wrong", "The old password is wrong.")
}

// Revoke ends the links that a session made and that nobody has used up: what
// was shown on a desk that signed out, or was replaced, binds nobody.
func (s *Service) Revoke(ctx context.Context, session string) error {
	err := s.store.Update(ctx, func(tx Tx) error { return tx.RevokeLinks(ctx, session) })
	return fault.Wrap("member.Revoke", err)
}
