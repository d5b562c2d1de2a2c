package alipay

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/paypush/paypush/sandbox/control"
)

const (
	payCodeLife = time.Minute
	maxPayCodes = 10_000
)

// payCodes are the codes that buyers show at a till. Each lives for a minute of
// the world's time and pays once.
type payCodes struct {
	mu    sync.Mutex
	codes map[string]payCode
}

type payCode struct {
	buyer string
	until moment
}

// issue makes a code of 18 digits.
func (c *payCodes) issue(buyerID string, now moment) (code string, until moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.codes, func(_ string, old payCode) bool { return old.until <= now })
	if c.codes == nil || len(c.codes) >= maxPayCodes {
		c.codes = map[string]payCode{}
	}
	code, until = "28"+randomDigits(16), now.after(payCodeLife)
	c.codes[code] = payCode{buyer: buyerID, until: until}
	return code, until
}

// spend returns whose code it is, and makes it useless.
func (c *payCodes) spend(code string, now moment) (buyerID string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.codes[code]
	delete(c.codes, code)
	return found.buyer, ok && now < found.until
}

// issueCode answers the control call by which a phone shows a payment code.
func (p *Platform) issueCode(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("buyer_id")
	if !p.account.knows(id) {
		control.Refuse(w, http.StatusNotFound, errNoBuyer)
		return
	}
	code, until := p.payCodes.issue(id, p.ledger.now())
	control.Answer(w, http.StatusOK, map[string]any{"auth_code": code, "expires_at": until.time()})
}
