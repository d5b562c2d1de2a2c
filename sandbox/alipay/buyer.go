package alipay

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/paypush/paypush/sandbox/control"
)

const giftKind = "alipay.gift"

// buyer is one person with an account at the emulated platform.
type buyer struct {
	ID      string
	OpenID  string
	Name    string
	LogonID string
	start   fen
}

// buyerView is a buyer as the control calls show one; the balance is in fen.
type buyerView struct {
	ID      string `json:"buyer_id"`
	OpenID  string `json:"buyer_open_id"`
	Name    string `json:"name"`
	LogonID string `json:"logon_id"`
	Balance fen    `json:"balance"`
}

// makeBuyers invents the people who can pay. Their ids follow from the
// merchant's, so that they stay the same over restarts. The first one can pay
// for anything, the last one for hardly anything.
func makeBuyers(sellerID string) []buyer {
	made := []buyer{
		{Name: "张三 Zhang San", start: 1_000_000_000_000},
		{Name: "李四 Li Si", start: 5000 * 100},
		{Name: "王五 Wang Wu", start: 10 * 100},
	}
	for i := range made {
		made[i].ID = fmt.Sprintf("2088%s%02d", sellerID[6:], i+1)
		made[i].OpenID = fmt.Sprintf("sandbox-open-id-%s-%02d", sellerID[8:], i+1)
		made[i].LogonID = fmt.Sprintf("buyer%d@sandbox.example", i+1)
	}
	return made
}

// masked hides most of the logon id, as the platform does towards merchants.
func (b buyer) masked() string {
	name, host, _ := strings.Cut(b.LogonID, "@")
	return name[:min(3, len(name))] + "***@" + host
}

// buyer finds a buyer by id; the first one stands in for an unknown id.
func (a *account) buyer(id string) buyer {
	for _, b := range a.buyers {
		if b.ID == id {
			return b
		}
	}
	return a.buyers[0]
}

func (a *account) knows(id string) bool { return a.buyer(id).ID == id }

// named finds the buyer whom a call names in one of the three ways; given is
// false when it names nobody.
func (a *account) named(b biz) (found *buyer, given bool) {
	id, open, logon := b.text("buyer_id"), b.text("buyer_open_id"), b.text("buyer_logon_id")
	for i, each := range a.buyers {
		if each.ID == id || each.OpenID == open || each.LogonID == logon {
			return &a.buyers[i], true
		}
	}
	return nil, id+open+logon != ""
}

func (p *Platform) listBuyers(w http.ResponseWriter, _ *http.Request) {
	views := []buyerView{}
	for _, b := range p.account.buyers {
		views = append(views, buyerView{
			ID: b.ID, OpenID: b.OpenID, Name: b.Name, LogonID: b.LogonID, Balance: p.wallet.of(b.ID),
		})
	}
	control.Answer(w, http.StatusOK, map[string]any{
		"buyers": views, "seller": map[string]any{"seller_id": p.account.sellerID, "balance": p.wallet.of(p.account.sellerID)},
	})
}

// giveMoney sets the balance of a buyer, or of the merchant, to so many fen.
func (p *Platform) giveMoney(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Balance fen `json:"balance"`
	}
	if !control.Read(w, r, &in) {
		return
	}
	id := r.PathValue("buyer_id")
	if !p.account.knows(id) && id != p.account.sellerID || in.Balance < 0 {
		control.Refuse(w, http.StatusBadRequest, errors.New("there is no such buyer, or the balance is negative"))
		return
	}
	p.gifts.Lock()
	defer p.gifts.Unlock()
	change := in.Balance - p.wallet.of(id)
	p.wallet.add(id, change)
	p.given[id] += change
	if err := p.world.Put(giftKind, id, p.given[id]); err != nil {
		control.Refuse(w, http.StatusInternalServerError, err)
		return
	}
	p.listBuyers(w, r)
}

// loadGifts books what was given in earlier lives.
func (p *Platform) loadGifts() error {
	p.given = map[string]fen{}
	return p.world.Load(giftKind, func(id string, raw json.RawMessage) error {
		var sum fen
		if err := json.Unmarshal(raw, &sum); err != nil {
			return err
		}
		p.given[id] = sum
		p.wallet.add(id, sum)
		return nil
	})
}
