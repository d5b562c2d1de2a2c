package member

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Service is everything that people may do with their accounts. It is safe for
// any number of goroutines and of nodes over one store.
type Service struct {
	store       Store
	hasher      Hasher
	throttle    Throttle
	directories map[string]Directory
	now         func() time.Time
	newID       func(prefix string) string
}

// Config is what a [Service] works with. Every field is needed.
type Config struct {
	Store       Store
	Hasher      Hasher
	Throttle    Throttle
	Directories map[string]Directory // by WeChat account name
	Now         func() time.Time     // business time, by which bind links live
	NewID       func(prefix string) string
}

// NewService makes a service.
func NewService(c Config) *Service {
	return &Service{store: c.Store, hasher: c.Hasher, throttle: c.Throttle, directories: c.Directories,
		now: c.Now, newID: c.NewID}
}

// Register adds a member with a password. It fails with kind invalid where the
// name or the password breaks a rule, and with [ErrNameTaken].
func (s *Service) Register(ctx context.Context, name, password string) (Member, error) {
	if err := errors.Join(checkName(name), checkPassword(password, name)); err != nil {
		return Member{}, joined(err)
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return Member{}, fault.Wrap("member.Register", err)
	}
	return s.add(ctx, name, hash, RoleMember)
}

// Provide makes sure that somebody with this name and role exists, for the
// command line; a new one gets the password, which may be empty for an account
// that nobody can sign in to by password. An existing one keeps its password
// unless a new one is given. It fails with [ErrLastAdmin] where no
// administrator would be left.
func (s *Service) Provide(ctx context.Context, name, password string, role Role) (Member, error) {
	if err := checkName(name); err != nil {
		return Member{}, err
	}
	hash := ""
	if password != "" {
		if err := checkPassword(password, name); err != nil {
			return Member{}, err
		}
		var err error
		if hash, err = s.hasher.Hash(ctx, password); err != nil {
			return Member{}, fault.Wrap("member.Provide", err)
		}
	}
	m, err := s.store.MemberByName(ctx, name)
	if errors.Is(err, ErrNoMember) {
		return s.add(ctx, name, hash, role)
	}
	if err != nil {
		return Member{}, fault.Wrap("member.Provide", err)
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if m, err = tx.Member(ctx, m.ID); err != nil {
			return err
		}
		if err = s.spare(ctx, tx, m, role); err != nil {
			return err
		}
		if m.Role = role; hash != "" {
			m.PasswordHash = hash
		}
		return tx.UpdateMember(ctx, m)
	})
	return m, fault.Wrap("member.Provide", err)
}

func (s *Service) add(ctx context.Context, name, hash string, role Role) (Member, error) {
	m := s.draft(name, hash, role)
	return m, s.Place(ctx, m)
}

func (s *Service) draft(name, hash string, role Role) Member {
	return Member{ID: s.newID("mem"), Name: name, PasswordHash: hash, Role: role, CreatedAt: s.now(), Version: 1}
}

func (s *Service) change(ctx context.Context, id string, edit func(*Member)) (m Member, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if m, err = tx.Member(ctx, id); err != nil {
			return err
		}
		edit(&m)
		return tx.UpdateMember(ctx, m)
	})
	return m, fault.Wrap("member.change", err)
}

// SignIn finds the member with this name and password. Failures are counted by
// name and by origin (an address), and throttled; it never tells which of the
// two was wrong.
func (s *Service) SignIn(ctx context.Context, name, password, origin string) (Member, error) {
	keys := []string{"name:" + FoldName(name), "origin:" + origin}
	if err := s.allow(ctx, keys); err != nil {
		return Member{}, err
	}
	m, err := s.store.MemberByName(ctx, name)
	if err != nil && !errors.Is(err, ErrNoMember) {
		return Member{}, fault.Wrap("member.SignIn", err)
	}
	good, err := s.verify(ctx, password, m.PasswordHash)
	if err != nil {
		return Member{}, fault.Wrap("member.SignIn", err)
	}
	if err := s.allow(ctx, keys); err != nil {
		return Member{}, err // others failed while this one waited for its turn
	}
	if !good {
		for _, k := range keys {
			if err := s.throttle.Fail(ctx, k); err != nil {
				return Member{}, fault.Wrap("member.SignIn", err)
			}
		}
		return Member{}, ErrSignIn
	}
	return m, fault.Wrap("member.SignIn", s.throttle.Clear(ctx, keys[0]))
}

func (s *Service) allow(ctx context.Context, keys []string) error {
	for _, k := range keys {
		if err := s.throttle.Allow(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) verify(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > 4*maxPassword {
		return false, nil
	}
	return s.hasher.Verify(ctx, password, hash)
}

// ChangePassword sets a new password where the old one is right; whoever has
// none yet, and so signed in by a link, sets a first one. Outstanding sign-in
// links end with it; other sessions of the member must be ended by the caller.
func (s *Service) ChangePassword(ctx context.Context, id, old, replacement string) error {
	m, err := s.store.Member(ctx, id)
	if err != nil {
		return fault.Wrap("member.ChangePassword", err)
	}
	if m.PasswordHash != "" {
		if err := s.proveOld(ctx, m, old); err != nil {
			return err
		}
	}
	if err := checkPassword(replacement, m.Name); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, replacement)
	if err != nil {
		return fault.Wrap("member.ChangePassword", err)
	}
	_, err = s.change(ctx, id, func(m *Member) { m.PasswordHash = hash })
	return err
}

// Member finds a member by id.
func (s *Service) Member(ctx context.Context, id string) (Member, error) {
	m, err := s.store.Member(ctx, id)
	return m, fault.Wrap("member.Member", err)
}

func (s *Service) raise(ctx context.Context, tx Tx, t event.Type, object string, version int64, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return tx.AddEvent(ctx, event.Event{ID: s.newID("evt"), Type: t, Object: object, Version: version, Data: b, At: s.now()})
}

// joined makes one fault of several about input.
func joined(err error) error {
	var all []fault.Field
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var f *fault.Error
		if errors.As(e, &f) {
			all = append(all, f.Fields...)
		}
	}
	return &fault.Error{Kind: fault.Invalid, Code: all[0].Code, Message: all[0].Message, Fields: all}
}
