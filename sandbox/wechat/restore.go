package wechat

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// restore reads the journal back, or makes a new account.
func (p *Platform) restore() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := false
	err := p.world.Load("wechat.account", func(_ string, raw json.RawMessage) error {
		found = true
		return json.Unmarshal(raw, &p.account)
	})
	if err != nil {
		return err
	}
	if !found {
		p.account = newAccount()
		p.put("account", "account", p.account)
	}
	if p.account.Website.AppID == "" { // an account from before there was one
		p.account.Website = newWebsite()
		p.put("account", "account", p.account)
	}
	if err := p.openCodecs(); err != nil {
		return err
	}
	for _, kind := range []struct {
		name string
		read func(id string, raw json.RawMessage) error
	}{
		{"bulk", p.restoreBulk}, {"person", p.restorePerson}, {"message", p.restoreMessage},
		{"deduplicated", p.restoreDeduplicated}, {"token", p.restoreToken},
		{"qr", p.restoreQR}, {"tags", p.restoreTags}, {"menu", p.restoreMenu}, {"menusfor", p.restoreMenusFor}, {"kf", p.restoreKfs}, {"quotas", p.restoreQuotas}, {"ticket", p.restoreTicket}, {"code", p.restoreCode}, {"login", p.restoreLogin}, {"push", p.restorePush},
		{"media", p.restoreMedia}, {"mass", p.restoreMass},
	} {
		if err := p.world.Load("wechat."+kind.name, kind.read); err != nil {
			return err
		}
	}
	slices.Sort(p.people.named)
	p.chats.sort()
	return nil
}

func (p *Platform) openCodecs() (err error) {
	prefix := "o" + p.account.OriginalID[3:8]
	if p.codec, err = newCodec(p.account.OpenIDKey, prefix); err != nil {
		return err
	}
	for i, other := range []*codec{&p.virtual, &p.unions, &p.atSite} {
		key := slices.Clone(p.account.OpenIDKey)
		key[i] ^= 0xff
		if *other, err = newCodec(key, prefix); err != nil {
			return err
		}
	}
	return nil
}

// unionid is what accounts of one Open Platform account have in common about a
// person; empty for an account that belongs to none.
func (p *Platform) unionid(n uint32) string {
	if !p.account.Settings.OpenPlatform {
		return ""
	}
	return p.unions.openid(n)
}

func (p *Platform) restoreBulk(_ string, raw json.RawMessage) error {
	var b bulkRecord
	if err := json.Unmarshal(raw, &b); err != nil || b.Count == 0 {
		return err
	}
	p.people.reach(b.From + b.Count - 1)
	for n := b.From; n < b.From+b.Count; n++ {
		p.people.all[n].since = b.Since
		p.people.setFollows(n, true)
	}
	return nil
}

func (p *Platform) restorePerson(id string, raw json.RawMessage) error {
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return err
	}
	var r personRecord
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	who := p.people.reach(uint32(n))
	who.nickname, who.since, who.blocks, who.more = r.Nickname, r.Since, r.Blocks, r.More
	p.people.setFollows(uint32(n), r.Follows)
	if r.Nickname != "" {
		p.people.named = append(p.people.named, uint32(n))
	}
	return nil
}

func (p *Platform) restoreMessage(_ string, raw json.RawMessage) error {
	var r sentRecord
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	p.chats.last = max(p.chats.last, r.Message.ID)
	p.lines(&r.Message)
	p.chats.keep(r.Person, p.people.reach(r.Person), r.Message)
	if r.Mark == 0 {
		return nil
	}
	p.chats.count(p.people.reach(r.Person), r.Mark)
	if r.Client != "" {
		p.sends.remember(clientKey{r.Person, markOf(r.Client)}, r.Message.MsgID, r.Message.At)
	}
	return nil
}

// lines draws the card of a message read back again.
func (p *Platform) lines(m *message) {
	if len(m.Lines) > 0 || len(m.Data) == 0 {
		return
	}
	if t, err := p.template(m.Templ); err == nil {
		m.Lines = t.card(m.Data)
		return
	}
	if t, found := p.notice(m.Templ); found {
		m.Lines = t.card(m.Data)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(m.Data)) {
		m.Lines = append(m.Lines, cardLine{key, m.Data[key]})
	}
}

func (p *Platform) restoreDeduplicated(_ string, raw json.RawMessage) error {
	return json.Unmarshal(raw, &p.chats.truth.Deduplicated)
}

func (p *Platform) restoreToken(id string, raw json.RawMessage) error {
	if id == "stable" {
		return json.Unmarshal(raw, &p.tokens.stable)
	}
	return json.Unmarshal(raw, &p.tokens.plain)
}

func (p *Platform) restoreCode(id string, raw json.RawMessage) error {
	var g grantedCode
	if err := json.Unmarshal(raw, &g); err != nil {
		return err
	}
	p.oauth.keepCode(id, g)
	return nil
}

func (p *Platform) restoreLogin(id string, raw json.RawMessage) error {
	var l login
	if err := json.Unmarshal(raw, &l); err != nil {
		return err
	}
	p.oauth.keepLogin(id, &l)
	return nil
}
