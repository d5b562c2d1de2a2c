package wechat

import (
	"fmt"
	"slices"
	"strconv"
)

// people are all who ever met the account, by number. The records are kept
// small, since there may be millions; what few need hangs behind a pointer.
type people struct {
	all       []person
	named     []uint32 // those made one by one, oldest first
	followers int
}

// person is one WeChat user. Who was made in bulk has no nickname of his own.
type person struct {
	nickname string
	since    int64 // Unix seconds of the last follow, 0: never
	seen     []uint64
	more     *more
	received uint32
	follows  bool
	blocks   bool
	twice    bool
}

// more is what only a person who did something has.
type more struct {
	Typed   window `json:"typed,omitzero"`
	Brief   window `json:"brief,omitzero"`
	Scene   string `json:"scene,omitempty"`
	QRScene string `json:"qr_scene,omitempty"`
	Remark  string `json:"remark,omitempty"`
	// QRNumber says that QRScene was given as a number.
	QRNumber bool     `json:"qr_number,omitempty"`
	Tags     []int    `json:"tags,omitempty"`
	Typing   int64    `json:"typing,omitempty"`
	Contact  int64    `json:"contact,omitempty"`
	Black    bool     `json:"black,omitempty"`
	Grants   []string `json:"grants,omitempty"`
}

// personRecord is how one person is kept in the journal.
type personRecord struct {
	Nickname string `json:"nickname,omitempty"`
	Since    int64  `json:"since,omitempty"`
	Follows  bool   `json:"follows,omitempty"`
	Blocks   bool   `json:"blocks,omitempty"`
	More     *more  `json:"more,omitempty"`
}

// bulkRecord is how many people made at once are kept in the journal.
type bulkRecord struct {
	From  uint32 `json:"from"`
	Count uint32 `json:"count"`
	Since int64  `json:"since"`
}

func (p *Platform) keepPerson(n uint32) {
	who := &p.people.all[n]
	p.put("person", strconv.FormatUint(uint64(n), 10), personRecord{
		Nickname: who.nickname, Since: who.since, Follows: who.follows, Blocks: who.blocks, More: who.more,
	})
	p.world.Publish("wechat")
}

func (w *person) details() *more {
	if w.more == nil {
		w.more = &more{}
	}
	return w.more
}

// add makes one person who has not followed yet.
func (l *people) add(nickname string) uint32 {
	l.all = append(l.all, person{nickname: nickname})
	n := uint32(len(l.all) - 1)
	l.named = append(l.named, n)
	return n
}

// addMany makes count followers at once and answers the first one's number.
func (l *people) addMany(count uint32, since int64) uint32 {
	from := uint32(len(l.all))
	grown := make([]person, len(l.all), len(l.all)+int(count))
	copy(grown, l.all)
	for range count {
		grown = append(grown, person{since: since, follows: true})
	}
	l.all, l.followers = grown, l.followers+int(count)
	return from
}

// reach makes sure that number n exists, for records read out of order.
func (l *people) reach(n uint32) *person {
	for uint32(len(l.all)) <= n {
		l.all = append(l.all, person{})
	}
	return &l.all[n]
}

func (l *people) setFollows(n uint32, follows bool) {
	who := &l.all[n]
	if who.follows == follows {
		return
	}
	who.follows = follows
	if follows {
		l.followers++
	} else {
		l.followers--
	}
}

func (p *Platform) nickname(n uint32) string {
	if name := p.people.all[n].nickname; name != "" {
		return name
	}
	return fmt.Sprintf("微信用户%d", n+1)
}

// find answers the number behind an openid of this account.
func (p *Platform) find(openid string) (uint32, bool) {
	n, ok := p.codec.number(openid)
	return n, ok && int(n) < len(p.people.all)
}

// follow makes n a follower and tells the account; scene is what the code
// held that was scanned, empty when the person came otherwise. It answers what
// the account is told.
func (p *Platform) follow(n uint32, scene, ticket string) *pushed {
	now := p.world.Now()
	who := &p.people.all[n]
	if who.follows {
		return nil
	}
	p.people.setFollows(n, true)
	who.since = now.Unix()
	m := who.details()
	m.Brief = window{Left: briefCount, Until: now.Add(briefLength).Unix()}
	m.Scene, m.QRScene, m.QRNumber, m.Contact = "ADD_SCENE_SEARCH", scene, false, now.Unix()
	key := ""
	if scene != "" {
		m.Scene, key = "ADD_SCENE_QR_CODE", "qrscene_"+scene
	}
	p.keepPerson(n)
	p.note(n, "关注了公众号 · Followed")
	return p.push(n, eventFields("subscribe", field{"EventKey", key}, field{"Ticket", ticket}))
}

// unfollow ends it: the windows close and the account is told.
func (p *Platform) unfollow(n uint32) {
	who := &p.people.all[n]
	if !who.follows {
		return
	}
	p.people.setFollows(n, false)
	m := who.details()
	for _, id := range slices.Clone(m.Tags) {
		p.setTag(n, id, false)
		p.keepTags()
	}
	m.Typed, m.Brief, m.Remark, m.Grants = window{}, window{}, "", nil
	p.keepPerson(n)
	p.note(n, "取消了关注 · Unfollowed")
	p.push(n, eventFields("unsubscribe", field{"EventKey", ""}))
}
