package push

import "time"

// Status is where a message stands. Sent, failed, skipped and unknown are
// final.
type Status string

// The states of a message.
const (
	Queued  Status = "queued"  // to be sent
	Sending Status = "sending" // a worker has it; the platform may have it too
	Sent    Status = "sent"    // the platform took it
	Failed  Status = "failed"  // the platform refused it for good
	Skipped Status = "skipped" // there was no way to reach the person
	Unknown Status = "unknown" // nobody knows whether the platform took it
)

var moves = map[Status][]Status{
	Queued:  {Sending, Skipped, Unknown},
	Sending: {Queued, Sent, Failed, Skipped, Unknown},
}

// CanBecome reports whether a message may move from s to next. A message that
// is being sent goes back to the queue only where the channel is sure that
// nothing was delivered, or recognises a repetition.
func (s Status) CanBecome(next Status) bool {
	for _, m := range moves[s] {
		if m == next {
			return true
		}
	}
	return false
}

// Kind is the form of a message.
type Kind string

// The forms of a message.
const (
	KindText     Kind = "text"     // plain text; on WeChat a custom message
	KindTemplate Kind = "template" // a named template with values
)

// Message is one thing to tell one person over one channel. Times are UTC.
type Message struct {
	ID         string            // msg_...
	Key        string            // unique: what makes two messages the same one
	MemberID   string            // empty where the recipient is no member
	Channel    string            // such as "wechat"
	Account    string            // the account that sends it
	Recipient  string            // the channel's address of the person: an openid
	Kind       Kind              //
	Template   string            // our template's name, such as "receipt"
	Values     map[string]string // its values by our names
	Text       string            // of a text message
	Link       string            // what opens when the person taps it; may be empty
	Needed     bool              // by an order or the law: told whatever the person prefers
	Ways       []Way             // in which it may be told, first the one to try first
	Way        Way               // in which it was told, or is being told; empty where nobody tried
	Skips      Skips             // the ways that were passed over
	Status     Status            //
	Code       string            // the platform's code for the last try
	Detail     string            // a sentence for people
	PlatformID string            // the platform's number of the message
	Report     string            // what the platform reported afterwards: [ReportDelivered], ...; empty for nothing
	ReportedAt time.Time         // when it did
	Attempts   int               //
	Version    int64             //
	CreatedAt  time.Time         //
	FirstTryAt time.Time         // the oldest try that may have reached the platform; zero where none may
	DoneAt     time.Time         // when it became final
	Layout     *Layout           // how the account's template is filled in; nil to leave it to the channel; not stored
}

// NewMessage is what somebody asks to tell a person.
type NewMessage struct {
	Key      string            // idempotency; empty for a message of its own
	To       To                //
	Template string            // with Values, or
	Values   map[string]string //
	Text     string            // one of the two; 1 to 600 characters
	Link     string            //
	Needed   bool              // by an order or the law: told whatever the person prefers
	Ways     []Way             // in their order; empty for all that are legal
}
