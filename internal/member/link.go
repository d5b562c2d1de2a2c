package member

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// LinkLife is how long a bind link may be used.
const LinkLife = 5 * time.Minute

// LinkStatus is where a bind link stands. It only moves forward.
type LinkStatus string

// The states of a bind link.
const (
	LinkOpen      LinkStatus = "open"      // shown on the desk
	LinkPosted    LinkStatus = "posted"    // shown on the desk as a parametric code, whose scan WeChat will report
	LinkScanned   LinkStatus = "scanned"   // WeChat reported who scanned it; the link was sent into that person's chat
	LinkClaimed   LinkStatus = "claimed"   // a phone came back with a code, which is being exchanged
	LinkConsented LinkStatus = "consented" // somebody agreed on the platform's page; to be confirmed on ours
	LinkDone      LinkStatus = "done"      // bound
	LinkRefused   LinkStatus = "refused"   // it could not be bound; Reason says why
)

// Link is a one-time invitation to bind. Only hashes of its secrets are kept.
type Link struct {
	ID          string // bln_...
	TokenHash   string // of the secret in the QR code and in state; of one that nobody has while a code is posted
	SceneHash   string // of the scene of a parametric code; empty for a link
	ConfirmHash string // of the secret in the confirm button; empty before consent
	MemberID    string
	Session     string // the signed-in session that made it; opaque, and never the cookie itself
	Account     string // the WeChat account to bind at
	Status      LinkStatus
	OpenID      string // who agreed
	UnionID     string
	Nickname    string
	Reason      string
	Version     int64
	CreatedAt   time.Time // UTC, business time
	ExpiresAt   time.Time
}

// IsCode reports whether the link is shown as a parametric code.
func (l Link) IsCode() bool { return l.SceneHash != "" }

// newSecret makes 256 random bits as 64 hexadecimal digits: a platform's state
// may hold letters and digits only.
func newSecret() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails
	return hex.EncodeToString(b[:])
}

// HashSecret gives the form in which a secret of high entropy is stored and
// looked up.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
