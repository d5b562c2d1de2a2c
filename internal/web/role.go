package web

import (
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// Role is who may use a route.
type Role string

// The roles of this package's routes. Whoever has a later one has the earlier
// ones too.
const (
	Visitor  Role = "visitor"  // anybody
	Member   Role = "member"   // somebody who is signed in
	Operator Role = "operator" // somebody of the team, who deals with money and messages
	Admin    Role = "admin"    // somebody of the team, who deals with people and keys
)

var errRole = fault.New(fault.Forbidden, "role_needed", "Your role does not allow this. Ask an administrator.")

// rank orders the roles.
func (r Role) rank() int {
	switch r {
	case Member:
		return 1
	case Operator:
		return 2
	case Admin:
		return 3
	}
	return 0
}

// roleOf tells as whom a person comes.
func roleOf(p person) Role {
	switch {
	case !p.SignedIn():
		return Visitor
	case p.Role == member.RoleAdmin:
		return Admin
	case p.Role == member.RoleOperator:
		return Operator
	}
	return Member
}

// admit tells why a person may not use a route that needs a role, if they may
// not. It is the only place that decides.
func admit(p person, needed Role) error {
	switch {
	case roleOf(p).rank() >= needed.rank():
		return nil
	case !p.SignedIn():
		return errSignInFirst
	}
	return errRole
}
