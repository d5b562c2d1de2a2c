package wechat

import "time"

// dedupFor is how long a client_msg_id is remembered.
const dedupFor = 10 * time.Minute

// firstMsgID is far above 2^53, as on the live platform.
const firstMsgID = 3717005636572528000

// clientKey is a client_msg_id of one receiver; the id itself is hashed, to
// stay small over millions of sends.
type clientKey struct {
	person uint32
	id     uint64
}

type clientSend struct {
	key   clientKey
	until int64
	msgid int64
}

// sends remember template messages for as long as a repeat is recognised.
type sends struct {
	byID    map[clientKey]int64
	order   []clientSend // oldest first
	repeats map[clientKey]int64
}

func newSends() sends { return sends{byID: map[clientKey]int64{}} }

// seen answers the message id that was given to the same client_msg_id.
func (s *sends) seen(k clientKey, now time.Time) (int64, bool) {
	drop := 0
	for drop < len(s.order) && s.order[drop].until <= now.Unix() {
		delete(s.byID, s.order[drop].key)
		drop++
	}
	s.order = s.order[drop:]
	id, found := s.byID[k]
	return id, found
}

func (s *sends) remember(k clientKey, msgid int64, at time.Time) {
	s.byID[k] = msgid
	s.order = append(s.order, clientSend{k, at.Add(dedupFor).Unix(), msgid})
}
