package wechat

import (
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxBody bounds what one call may post.
const maxBody = 11 << 20

// verb says by which method a path is called.
type verb int

const (
	byGet verb = iota
	byPost
	byEither
)

// endpoint is one path of the API.
type endpoint struct {
	path string
	verb verb
	open bool // needs no access_token
	sns  bool // answers in the manner of /sns
	bare bool // a POST may come without a body
	do   func(p *Platform, c *call) (any, error)
}

// call is one request to the API as its endpoint sees it.
type call struct {
	r     *http.Request
	query url.Values
	body  []byte
	now   time.Time
}

func (p *Platform) endpoints() []endpoint {
	var all []endpoint
	all = append(all, tokenEndpoints()...)
	all = append(all, snsEndpoints()...)
	all = append(all, messageEndpoints()...)
	all = append(all, qrEndpoints()...)
	all = append(all, tagEndpoints()...)
	all = append(all, mediaEndpoints()...)
	all = append(all, massEndpoints()...)
	all = append(all, noticeEndpoints()...)
	all = append(all, quotaEndpoints()...)
	all = append(all, ticketEndpoints()...)
	all = append(all, menuEndpoints()...)
	all = append(all, menuForEndpoints()...)
	all = append(all, kfEndpoints()...)
	all = append(all, libraryEndpoints()...)
	all = append(all, miniEndpoints()...)
	all = append(all, templateEndpoints()...)
	return append(all, userEndpoints()...)
}

func unknownPath(*Platform, *call) (any, error) { return nil, fail(40066) }

// api wraps an endpoint with what all of them share: faults, method, token,
// body, and the form of the answer.
func (p *Platform) api(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := p.draw(atAPI, r.URL.Path)
		pause(r.Context(), s.wait)
		if s.drop {
			panic(http.ErrAbortHandler)
		}
		if s.http500 {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		c, began := &call{r: r, query: r.URL.Query(), now: p.world.Now()}, time.Now()
		v, err := p.answer(e, c, s)
		if s.lost {
			panic(http.ErrAbortHandler)
		}
		if err != nil {
			refusal := refusalOf(err, e.sns, p.world.Now())
			p.refused(c, e.sns, refusal, began)
			v = refusal
		}
		writeReply(w, e.sns, v)
	})
}

func (p *Platform) answer(e endpoint, c *call, s strike) (any, error) {
	if s.coded {
		p.spoil(s.code, c.query.Get("access_token"))
		return nil, fail(s.code)
	}
	if err := e.admit(c); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !e.open {
		if err := p.tokens.check(c.query.Get("access_token"), c.now); err != nil {
			return nil, err
		}
	}
	if err := p.pass(e, c); err != nil {
		return nil, err
	}
	if e.verb == byPost && !e.bare && len(c.body) == 0 {
		return nil, fail(44002)
	}
	return e.do(p, c)
}

// pass asks whether this kind of account may make the call, and how often.
func (p *Platform) pass(e endpoint, c *call) error {
	if !may(p.account.Settings.Kind, e.path) {
		return fail(48001)
	}
	return p.use(e.path, c.now)
}

// admit checks the method and reads the body.
func (e endpoint) admit(c *call) error {
	switch {
	case e.verb == byGet && c.r.Method != http.MethodGet && e.path[len(e.path)-1] != '/':
		return fail(43001)
	case e.verb == byPost && c.r.Method != http.MethodPost:
		return fail(43002)
	}
	b, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody))
	if err != nil {
		return fail(47001)
	}
	c.body = b
	return nil
}
