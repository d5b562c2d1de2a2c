package alipay

import (
	"encoding/json"
	"net/http"

	"github.com/paypush/paypush/sandbox/control"
)

const settingsKind = "alipay.settings"

// settings are what the merchant and the tester can switch.
type settings struct {
	// NotifyRefunds sends a notice for every refund.
	NotifyRefunds bool `json:"notify_refunds"`
	// NotifyClosed sends a notice when an unpaid trade is closed.
	NotifyClosed bool `json:"notify_closed"`
	// OddContentType sends notices with a media type that was once seen from
	// the real platform and that strict parsers refuse.
	OddContentType bool `json:"odd_content_type"`
}

func (p *Platform) loadSettings() error {
	var kept settings
	p.config.Store(&kept)
	return p.world.Load(settingsKind, func(_ string, raw json.RawMessage) error {
		return json.Unmarshal(raw, &kept)
	})
}

func (p *Platform) showSettings(w http.ResponseWriter, _ *http.Request) {
	control.Answer(w, http.StatusOK, p.config.Load())
}

// putSettings replaces the settings that the body names and leaves the others.
func (p *Platform) putSettings(w http.ResponseWriter, r *http.Request) {
	next := *p.config.Load()
	if !control.Read(w, r, &next) {
		return
	}
	p.config.Store(&next)
	if err := p.world.Put(settingsKind, "merchant", next); err != nil {
		control.Refuse(w, http.StatusInternalServerError, err)
		return
	}
	p.showSettings(w, r)
}
