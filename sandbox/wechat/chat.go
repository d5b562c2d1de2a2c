package wechat

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"time"
)

// What is kept readable: per person, over all who were made one by one, and
// over all who were made in bulk. Older messages count on, but their text is
// forgotten.
const (
	keptPerPerson = 200
	keptOfNamed   = 50_000
	keptOfBulk    = 20_000
)

// Where a message on a phone came from.
const (
	fromPerson = "person" // the owner of the phone wrote it
	fromEvent  = "event"  // a grey line in the chat
	viaReply   = "reply"  // the account's answer to a push
	viaCustom  = "custom"
	viaTempl   = "template"
	viaMass    = "mass"
	viaNotice  = "subscribe"
)

// message is one entry of a chat.
type message struct {
	ID      int64             `json:"id"`
	At      time.Time         `json:"at"`
	Via     string            `json:"via"`
	MsgType string            `json:"msgtype"`
	Text    string            `json:"text,omitempty"`
	Title   string            `json:"title,omitempty"`
	URL     string            `json:"url,omitempty"`
	Mini    string            `json:"miniprogram,omitempty"`
	Templ   string            `json:"template_id,omitempty"`
	Data    map[string]string `json:"data,omitempty"`
	Lines   []cardLine        `json:"lines,omitempty"`
	MsgID   int64             `json:"msgid,omitempty"`
	Speaker string            `json:"speaker,omitempty"` // the member of customer service who speaks
}

// cardLine is one line of a template card as the phone shows it.
type cardLine struct {
	Label string `json:"label,omitempty"`
	Value string `json:"value"`
}

// sentRecord is how one entry of a chat is kept in the journal.
type sentRecord struct {
	Person  uint32  `json:"p"`
	Mark    uint64  `json:"h,omitempty,string"` // hash of what was delivered
	Client  string  `json:"c,omitempty"`        // client_msg_id
	Message message `json:"m"`
}

// truth is what was really delivered.
type truth struct {
	Delivered       int64 `json:"delivered"`
	Deduplicated    int64 `json:"deduplicated"`
	Recipients      int64 `json:"recipients"`
	RecipientsTwice int64 `json:"recipients_twice"`
}

// chats hold the newest entries of everybody's chat and the counts of all.
type chats struct {
	truth truth
	last  int64 // the newest entry's ID
	byWho map[uint32][]message
	named []uint32 // whose entries are kept, oldest first
	bulk  []uint32 // the same for people made in bulk
}

func newChats() chats { return chats{byWho: map[uint32][]message{}} }

// keep adds an entry and forgets the oldest ones beyond the bounds. A campaign
// to people made in bulk drives nothing from the phones of the others.
func (c *chats) keep(n uint32, who *person, m message) {
	order, most := &c.bulk, keptOfBulk
	if who.nickname != "" {
		order, most = &c.named, keptOfNamed
	}
	c.byWho[n] = append(c.byWho[n], m)
	*order = append(*order, n)
	if len(c.byWho[n]) > keptPerPerson {
		c.forget(n)
		i := slices.Index(*order, n)
		*order = slices.Delete(*order, i, i+1)
	}
	if len(*order) > most {
		c.forget((*order)[0])
		*order = (*order)[1:]
	}
}

func (c *chats) forget(n uint32) {
	rest := c.byWho[n][1:]
	if len(rest) == 0 {
		delete(c.byWho, n)
		return
	}
	c.byWho[n] = rest
}

// count notes that the account reached a person with content of this mark.
func (c *chats) count(who *person, mark uint64) {
	c.truth.Delivered++
	if who.received == 0 {
		c.truth.Recipients++
	}
	who.received++
	if !slices.Contains(who.seen, mark) {
		who.seen = append(who.seen, mark)
	} else if !who.twice {
		who.twice = true
		c.truth.RecipientsTwice++
	}
}

// deliver puts what the account sent on the phone of n, counts and journals it.
func (p *Platform) deliver(n uint32, m message, client string, parts ...string) {
	mark := markOf(parts...)
	p.chats.count(&p.people.all[n], mark)
	p.append(n, m, mark, client)
}

// note adds a grey line that no one sent.
func (p *Platform) note(n uint32, text string) {
	p.append(n, message{Via: fromEvent, MsgType: "event", Text: text}, 0, "")
}

// append gives m its number and time and keeps it. An entry with mark 0 is no
// delivery.
func (p *Platform) append(n uint32, m message, mark uint64, client string) {
	p.chats.last++
	m.ID, m.At = p.chats.last, p.world.Now().Truncate(time.Millisecond)
	p.chats.keep(n, &p.people.all[n], m)
	if m.MsgType == "template" && len(m.Data) > 0 {
		m.Lines = nil // they follow from the template and its data
	}
	p.put("message", strconv.FormatInt(m.ID, 10), sentRecord{n, mark, client, m})
	p.world.Publish("wechat")
}

// sort puts every chat in order, after entries were read back from two places.
func (c *chats) sort() {
	for _, list := range c.byWho {
		slices.SortFunc(list, func(a, b message) int { return cmp.Compare(a.ID, b.ID) })
	}
}

// markOf is a hash that tells contents apart; it is never 0.
func markOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, s := range parts {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return h.Sum64() | 1
}
