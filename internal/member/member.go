package member

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
)

// Role is what a person may do.
type Role string

// The roles, from the least to the most.
const (
	RoleMember   Role = "member"
	RoleOperator Role = "operator"
	RoleAdmin    Role = "admin"
)

// Member is a user of the team's product. Times are UTC.
type Member struct {
	ID           string // mem_...
	Name         string // unique without regard to case
	PasswordHash string // empty where there is no password to sign in with
	Role         Role
	CreatedAt    time.Time
	Version      int64
}

// Binding ties a person at a platform to a member. There is at most one for
// an account and an openid, and at most one for an account and a member.
type Binding struct {
	ID       string // bnd_...
	MemberID string
	Account  string // the WeChat account that knows the openid
	OpenID   string
	UnionID  string // empty where the account has none
	Nickname string
	BoundAt  time.Time
}

// The bounds of a name and a password, in characters. The upper bound of the
// password keeps a request from buying hashing time with length.
const (
	minName, maxName         = 2, 64
	minPassword, maxPassword = 8, 128
)

// FoldName gives the form in which names are compared.
func FoldName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func checkName(name string) error {
	n := utf8.RuneCountInString(name)
	good := utf8.ValidString(name) && n >= minName && n <= maxName && strings.TrimSpace(name) == name &&
		!strings.ContainsFunc(name, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
		})
	if !good {
		return fault.Input("/user", "name_invalid",
			"The name must be 2 to 64 letters, digits or any of . _ - @.")
	}
	return nil
}

func checkPassword(password, name string) error {
	n := utf8.RuneCountInString(password)
	if !utf8.ValidString(password) || n < minPassword || n > maxPassword {
		return fault.Input("/pwd", "password_invalid", "The password must be 8 to 128 characters.")
	}
	if FoldName(password) == FoldName(name) || strings.Count(password, password[:1]) == len(password) {
		return fault.Input("/pwd", "password_weak", "The password must not be the name or one character repeated.")
	}
	return nil
}
