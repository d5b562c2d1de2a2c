package alipay

import (
	"strings"
	"sync"
)

// maxRoutes bounds how many routes are shared; further ones are kept by their
// trades alone.
const maxRoutes = 4096

// route is where a trade came from and where its news go. Most trades have the
// same one, so it is shared between them and never changed in place.
type route struct {
	AppID     string   `json:"app_id"`
	AuthAppID string   `json:"auth_app_id,omitempty"`
	Method    string   `json:"method"`
	NotifyURL string   `json:"notify_url,omitempty"`
	ReturnURL string   `json:"return_url,omitempty"`
	LeaveURL  string   `json:"leave_url,omitempty"`
	GBK       charset  `json:"gbk,omitempty"`
	SignType  signType `json:"sign_type"`
	Buyer     string   `json:"buyer,omitempty"`
}

// clone copies the texts out of the request that they were read from, which
// would otherwise stay in memory with them.
func (r route) clone() *route {
	return &route{
		AppID: strings.Clone(r.AppID), AuthAppID: strings.Clone(r.AuthAppID), Method: strings.Clone(r.Method),
		NotifyURL: strings.Clone(r.NotifyURL), ReturnURL: strings.Clone(r.ReturnURL), LeaveURL: strings.Clone(r.LeaveURL),
		GBK: r.GBK, SignType: signType(strings.Clone(string(r.SignType))), Buyer: strings.Clone(r.Buyer),
	}
}

// routes hands out one copy of each route.
type routes struct {
	mu  sync.Mutex
	all map[route]*route
}

func (s *routes) share(r route) *route {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.all[r]; known != nil {
		return known
	}
	own := r.clone()
	if s.all == nil {
		s.all = map[route]*route{}
	}
	if len(s.all) < maxRoutes {
		s.all[*own] = own
	}
	return own
}

// reroute changes the route of a locked trade.
func (l *ledger) reroute(t *trade, change func(*route)) {
	next := *t.route
	change(&next)
	t.route = l.routes.share(next)
}

// extras are what few trades have.
type extras struct {
	Body     string `json:"body,omitempty"`
	Passback string `json:"passback,omitempty"`
	// Cancelled is what a reversal did: "close" or "refund".
	Cancelled string `json:"cancelled,omitempty"`
}

func (r *record) extras() extras {
	if r.Extras == nil {
		return extras{}
	}
	return *r.Extras
}

// setExtras keeps extras, unless there are none.
func (r *record) setExtras(e extras) {
	r.Extras = nil
	if e != (extras{}) {
		r.Extras = &e
	}
}
