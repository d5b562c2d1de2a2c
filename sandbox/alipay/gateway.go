package alipay

import (
	"errors"
	"net/http"
)

// method is one API. Those for browsers answer with a page of their own, the
// others with an object.
type method struct {
	answer func(c *call) reply
	page   func(w http.ResponseWriter, c *call)
}

// call is one request that has been read.
type call struct {
	params  params
	app     *app
	method  string
	charset charset
	biz     biz
	// sealed says that the content came encrypted.
	sealed bool
	// authAppID is the merchant's app for which a service provider calls.
	authAppID string
	faults    strikes
}

// param returns a parameter as Go text.
func (c *call) param(name string) string { return c.charset.decode(c.params[name]) }

// serveGateway answers everything that comes to /gateway.do.
func (p *Platform) serveGateway(w http.ResponseWriter, r *http.Request) {
	all, readErr := readParams(w, r)
	if all["service"] == "notify_verify" {
		p.serveNotifyVerify(w, all)
		return
	}
	c := &call{params: all, method: all["method"], app: p.account.apps[all["app_id"]]}
	c.charset, _ = charsetOf(all["charset"])
	c.faults = p.strike(c.method)
	if !c.faults.before(w, r) {
		return
	}
	if answer := p.methods[c.method]; answer.page != nil {
		p.servePage(w, c, answer, readErr)
	} else {
		p.serveCall(w, c, answer, readErr)
	}
}

func (p *Platform) serveCall(w http.ResponseWriter, c *call, m method, readErr error) {
	var out reply
	if no, bad := p.check(c, readErr); bad {
		out = refused(no, nil)
	} else if no, bad := c.faults.errcode(); bad {
		out = refused(no, nil)
	} else {
		out = c.faults.repeat(func() reply { return m.answer(c) })
	}
	c.faults.after()
	p.send(w, c, out)
}

func (p *Platform) servePage(w http.ResponseWriter, c *call, m method, readErr error) {
	no, bad := p.check(c, readErr)
	if !bad {
		no, bad = c.faults.errcode()
	}
	if bad {
		writeErrorPage(w, no)
		return
	}
	m.page(w, c)
	c.faults.after()
}

// send frames an answer and signs it, when it is known for whom.
func (p *Platform) send(w http.ResponseWriter, c *call, out reply) {
	c.faults.falsify(&out)
	inner, err := out.inner()
	if err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	inner = c.charset.encode(inner)
	if c.sealed {
		if inner, err = seal(c.app.aesKey, inner); err != nil {
			http.Error(w, "the answer cannot be encrypted", http.StatusInternalServerError)
			return
		}
		inner = `"` + inner + `"`
	}
	root := orElse(out.root, rootOf(c.method))
	if c.app == nil {
		writeFrame(w, c.charset, frame(root, inner, "", ""))
		return
	}
	st := signType(c.params["sign_type"])
	if !st.known() {
		st = rsa2
	}
	signature, err := sign(c.faults.key(c.app.platform, p.account.stranger), st, c.faults.garble(inner))
	if err != nil {
		http.Error(w, "the answer cannot be signed", http.StatusInternalServerError)
		return
	}
	certSN := c.app.certSN()
	if c.method == certDownload {
		certSN = ""
	}
	writeFrame(w, c.charset, frame(root, inner, certSN, signature))
}

// check goes through everything that is looked at before a method runs, in the
// platform's order: the app comes first, before even a missing signature.
func (p *Platform) check(c *call, readErr error) (refusal, bool) {
	if c.params["app_id"] == "" {
		return refuse("isv.missing-app-id"), true
	}
	if c.app == nil {
		return refuse("isv.invalid-app-id"), true
	}
	if errors.Is(readErr, errRepeated) {
		return refuse("isv.suspected-attack"), true
	}
	if readErr != nil {
		return refuse("isv.invalid-parameter"), true
	}
	if no, bad := p.checkProtocol(c); bad {
		return no, true
	}
	if no, bad := checkSignature(c); bad {
		return no, true
	}
	if no, bad := checkCertificates(c); bad {
		return no, true
	}
	if no, bad := p.checkDelegation(c); bad {
		return no, true
	}
	return c.open()
}
