package push

import "time"

// Follower is somebody who follows an account, or did, as far as the account
// was told. Somebody who is bound need not follow.
type Follower struct {
	Account    string
	OpenID     string
	UnionID    string
	Following  bool
	FollowedAt time.Time // zero where it is not known
	LeftAt     time.Time //
	LastIn     time.Time // when they last wrote, scanned, tapped or followed
	Typed      Window    // opened by writing: five messages in 48 hours
	Brief      Window    // opened by following, scanning or tapping: three in a minute
	Preferences
	PromotedAt time.Time   // when they were last told a promotion by mass send
	Promotions []time.Time // when they were last told one, in any way, newest first; to the minute, at most [MaxCapMost]
	MassMonth  int64       // the month in which they were told MassCount by mass send
	MassCount  int64
	Tags       []int64 // only where one follower is asked for
}

// Window is leave to write to somebody: so many messages until then.
type Window struct {
	Until time.Time
	Left  int64
}

// open leaves a little for clocks that differ.
func (w Window) open(now time.Time) bool { return w.Left > 0 && now.Add(5*time.Second).Before(w.Until) }

// Contact is what a person did towards an account.
type Contact string

// What a person may do.
const (
	ContactWrote    Contact = "wrote"
	ContactTapped   Contact = "tapped" // a menu button, or a parametric code was scanned
	ContactFollowed Contact = "followed"
	ContactLeft     Contact = "left"
	ContactOther    Contact = "other" // noted, opens nothing
)

// windows are what a contact opens at a moment; zero windows where nothing.
func (c Contact) windows(at time.Time) (typed, brief Window) {
	switch c {
	case ContactWrote:
		typed = Window{at.Add(48 * time.Hour), 5}
	case ContactTapped, ContactFollowed:
		brief = Window{at.Add(time.Minute), 3}
	}
	return typed, brief
}

// Touch is one contact as it is stored.
type Touch struct {
	Account, OpenID string
	Contact         Contact
	At              time.Time
	Typed, Brief    Window // opened by it
}

// FollowerState narrows a list of followers.
type FollowerState string

// Whom a list of followers may be narrowed to.
const (
	FollowersNow      FollowerState = ""         // who follows
	FollowersLeft     FollowerState = "left"     // who followed once
	FollowersRefusing FollowerState = "refusing" // who wants no promotions, following or not
)

// FollowerFilter chooses followers, in the order of their openids.
type FollowerFilter struct {
	Account string
	State   FollowerState
	Tag     int64  // -1 for everybody
	After   string // an openid of the page before; empty for the beginning
	Limit   int    // 1 to 100
}

// Mirror is how far the copy of an account's followers got.
type Mirror struct {
	Account string
	Round   int64  // raised at each full read; who was not seen in it has left
	Tag     int64  // whose members are being read; -1 while it is everybody's turn
	Cursor  string // the last openid that was read
	Found   int64  // people read in this round
	Total   int64  // as the platform says
	DueAt   time.Time
	BeganAt time.Time
	EndedAt time.Time // zero while it is being read
	Error   string    // of the last try
}
