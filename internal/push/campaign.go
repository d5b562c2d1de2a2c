package push

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// CampaignStatus is where a campaign stands. Cancelled and done are final.
type CampaignStatus string

// The states of a campaign.
const (
	CampaignDraft     CampaignStatus = "draft"     // nobody is told anything yet
	CampaignScheduled CampaignStatus = "scheduled" // it starts by itself
	CampaignRunning   CampaignStatus = "running"   // it is being frozen and sent
	CampaignPaused    CampaignStatus = "paused"    // nothing leaves
	CampaignCancelled CampaignStatus = "cancelled" // nothing leaves any more
	CampaignDone      CampaignStatus = "done"      // every recipient has a final state
)

var campaignMoves = map[CampaignStatus][]CampaignStatus{
	CampaignDraft:     {CampaignScheduled, CampaignRunning, CampaignCancelled},
	CampaignScheduled: {CampaignRunning, CampaignCancelled},
	CampaignRunning:   {CampaignPaused, CampaignCancelled, CampaignDone},
	CampaignPaused:    {CampaignRunning, CampaignCancelled},
}

// CanBecome reports whether a campaign may move from s to next.
func (s CampaignStatus) CanBecome(next CampaignStatus) bool {
	for _, m := range campaignMoves[s] {
		if m == next {
			return true
		}
	}
	return false
}

// Purpose says why people are told something, which decides what is legal.
type Purpose string

// The purposes. A template message is for services alone; a promotion goes out
// by mass send.
const (
	PurposeService   Purpose = "service"   // it follows from something the person did
	PurposePromotion Purpose = "promotion" // everything else
)

// Whom a campaign tells.
const (
	AudienceFollowers = "all_followers" // everybody who follows the account
	AudienceMembers   = "members"       // members with a binding at the account
	AudienceTag       = "tag"           // followers who carry a tag
	AudienceOpenIDs   = "openids"       // a list that came with the campaign
	AudiencePaidSince = "paid_since"    // bound members who paid an order since a moment
)

// Audience is whom a campaign tells.
type Audience struct {
	Kind  string    `json:"kind"`
	Tag   int64     `json:"tag,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// What happens when a scheduled start was missed by more than [missedAfter].
const (
	MissedStart  = "start"  // start late
	MissedCancel = "cancel" // don't start at all
)

const missedAfter = 15 * time.Minute

// Campaign is one thing to tell many. Times are UTC.
type Campaign struct {
	ID              string            // cmp_...
	No              int64             // what its recipients are kept under
	Title           string            //
	Purpose         Purpose           //
	Account         string            // the account that sends it
	Audience        Audience          //
	Template        string            // a template's name with Values, or
	TemplateVersion int64             // frozen at the start; 0 for one of the configuration
	Values          map[string]string //
	Text            string            // a text
	Link            string            // what opens at a tap
	Ways            []Way             // in their order, first the one to try first
	Rate            int64             // at most so many a second; 0 for no limit of its own
	StartAt         time.Time         // zero to start by hand
	IfMissed        string            // MissedStart or MissedCancel
	Quiet           Quiet             // when nothing leaves
	Gap             time.Duration     // somebody who was told a promotion less than this ago is left out
	Cap             Cap               // how many promotions one person is told at most, beside the account's
	Status          CampaignStatus    //
	HoldUntil       time.Time         // nothing leaves before; zero for no hold
	HoldReason      string            // "quiet_hours" or "daily_quota"
	Version         int64             //
	CreatedAt       time.Time         //
	StartedAt       time.Time         //
	DoneAt          time.Time         // when it became final
}

// Counts are the recipients of a campaign by state.
type Counts struct {
	Total, Queued, Sent, Failed, Skipped, Unknown int64
	Frozen                                        bool // Total is final
}

// Delivery is one recipient of a campaign. Its states are a message's.
type Delivery struct {
	N          int64     // its place among the recipients, from 0
	Recipient  string    // an openid
	Status     Status    //
	Way        Way       // how they were told; empty where nobody tried
	Skips      Skips     // the ways that were passed over
	Code       string    // ours or the platform's
	Detail     string    // a sentence for people
	PlatformID string    // the platform's number of the message
	Report     string    // what the platform reported afterwards; empty for nothing
	Attempts   int       //
	FirstTryAt time.Time // the oldest try that may have reached the platform; zero where none may
	DueAt      time.Time // not before
	DoneAt     time.Time // when it became final

	doubted   bool // an earlier try may have reached the platform
	exhausted bool // the day's allowance is used up
}

// numberOf derives the number under which a campaign's recipients are kept.
func numberOf(id string) int64 {
	sum := sha256.Sum256([]byte(id))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1) //nolint:gosec // the shift leaves 63 bits
}
