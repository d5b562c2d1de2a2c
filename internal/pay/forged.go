package pay

import "time"

// Forged is one sample of a forged notice. Its body may be cut.
type Forged struct {
	Account string
	Body    []byte
	Remote  string
	Reason  string
	At      time.Time // UTC
}

// ForgedCount is how many forged notices came to an account within an hour.
type ForgedCount struct {
	Account string
	Hour    time.Time // its beginning, UTC
	Count   int64
}
