package alipay

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// v3Scheme is the only way in which V3 requests are signed here.
const v3Scheme = "ALIPAY-SHA256withRSA"

// v3Request is a request of the newer protocol: a path per method, plain JSON,
// and the signature in headers.
type v3Request struct {
	http  *http.Request
	body  string
	auth  string
	parts map[string]string
}

// serveV3 answers everything under /v3/alipay/. It runs the same methods as the
// older gateway and writes their answers as HTTP statuses and plain JSON.
func (p *Platform) serveV3(w http.ResponseWriter, r *http.Request) {
	name := strings.ReplaceAll(strings.Trim(strings.TrimPrefix(r.URL.Path, "/v3/"), "/"), "/", ".")
	c := &call{method: name, params: params{}, charset: utf8Charset}
	c.faults = p.strike(name)
	if !c.faults.before(w, r) {
		return
	}
	q, no := readV3(w, r)
	if no == nil {
		no = p.checkV3(c, q)
	}
	if no == nil {
		if refusal, bad := c.faults.errcode(); bad {
			no = &refusal
		}
	}
	if no != nil {
		p.refuseV3(w, *no)
		return
	}
	out := c.faults.repeat(func() reply { return p.methods[name].answer(c) })
	c.faults.after()
	p.answerV3(w, c, out)
}

// readV3 takes a request apart; a missing Authorization header is refused as a
// missing timestamp, as by the real platform.
func readV3(w http.ResponseWriter, r *http.Request) (*v3Request, *refusal) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return nil, refusing("isv.invalid-parameter")
	}
	q := &v3Request{http: r, body: string(raw), parts: map[string]string{}}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	at := strings.LastIndex(rest, ",sign=")
	if scheme == "" || at < 0 {
		return nil, refusing("isv.missing-timestamp")
	}
	if scheme != v3Scheme {
		return nil, refusing("isv.invalid-signature-type")
	}
	q.auth = rest[:at]
	for pair := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(pair, "=")
		q.parts[name] = value
	}
	return q, nil
}

func refusing(sub string) *refusal {
	no := refuse(sub)
	return &no
}

// signedText is what the client has signed.
func (q *v3Request) signedText() string {
	text := q.auth + "\n" + q.http.Method + "\n" + q.http.RequestURI + "\n" + q.body + "\n"
	if token := q.http.Header.Get("Alipay-App-Auth-Token"); token != "" {
		text += token + "\n"
	}
	return text
}

func (p *Platform) checkV3(c *call, q *v3Request) *refusal {
	switch {
	case q.parts["timestamp"] == "":
		return refusing("isv.missing-timestamp")
	case q.parts["app_id"] == "":
		return refusing("isv.missing-app-id")
	}
	if c.app = p.account.apps[q.parts["app_id"]]; c.app == nil {
		return refusing("isv.invalid-app-id")
	}
	if !p.isRecent(q.parts["timestamp"]) {
		return refusing("isv.invalid-timestamp").with("timestamp 应为十分钟以内的毫秒时间")
	}
	if !verify(&c.app.own.PublicKey, rsa2, q.signedText(), q.parts["sign"]) {
		return refusing("isv.invalid-signature").with("验签未通过，请核对应用私钥与待签名内容")
	}
	if !p.nonces.fresh(c.app.id+" "+q.parts["nonce"], time.Now()) {
		return refusing("isv.suspected-attack").with("nonce 缺失或重复")
	}
	if c.app.papers != nil && q.parts["app_cert_sn"] != c.app.papers.appSN {
		return refusing("isv.app-cert-not-exist")
	}
	if p.methods[c.method].answer == nil {
		return refusing("isv.invalid-method")
	}
	return p.openV3(c, q)
}

func (r *refusal) with(text string) *refusal {
	r.text = text
	return r
}

// isRecent accepts times within ten minutes of the machine's clock or of the
// world's, since clients follow the one or the other.
func (p *Platform) isRecent(millis string) bool {
	n, err := strconv.ParseInt(millis, 10, 64)
	if err != nil {
		return false
	}
	const window = 10 * time.Minute
	at := time.UnixMilli(n)
	return time.Since(at).Abs() <= window || p.world.Now().Sub(at).Abs() <= window
}

// openV3 reads the business fields from the body, or from the query of a GET.
func (p *Platform) openV3(c *call, q *v3Request) *refusal {
	content := q.body
	if kind := q.http.Header.Get("Alipay-Encrypt-Type"); kind != "" && content != "" {
		plain, err := unseal(c.app.aesKey, content)
		if err != nil || kind != "AES" {
			return refusing("isv.invalid-encrypt")
		}
		content, c.sealed = plain, true
	}
	var err error
	if c.biz, err = parseBiz(content); err != nil {
		return refusing("isv.illegal-json")
	}
	c.biz.addQuery(q.http.URL.Query())
	for _, name := range []string{"notify_url", "return_url", "auth_token", "grant_type", "code", "refresh_token"} {
		c.params[name] = c.biz.text(name)
	}
	c.params["sign_type"] = string(rsa2)
	c.params["app_auth_token"] = q.http.Header.Get("Alipay-App-Auth-Token")
	if no, bad := p.checkDelegation(c); bad {
		return &no
	}
	return nil
}

func (b biz) addQuery(q url.Values) {
	for name := range q {
		if raw, err := json.Marshal(q.Get(name)); err == nil && b[name] == nil {
			b[name] = raw
		}
	}
}

// answerV3 writes a business answer; only a success is signed.
func (p *Platform) answerV3(w http.ResponseWriter, c *call, out reply) {
	if out.sub != "" {
		p.refuseV3(w, refusal{code: out.code, sub: out.sub, text: out.text})
		return
	}
	c.faults.falsify(&out)
	status := http.StatusOK
	if out.code == "10003" {
		status = http.StatusAccepted
	}
	out.code, out.msg = "", ""
	body, err := out.inner()
	if err == nil && c.sealed {
		body, err = seal(c.app.aesKey, body)
	}
	if err == nil {
		err = p.signV3(w.Header(), c, body)
	}
	if err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	kind := "application/json;charset=utf-8"
	if c.sealed {
		kind = "text/plain;charset=utf-8"
	}
	writeV3(w, status, kind, body)
}

func (p *Platform) signV3(h http.Header, c *call, body string) error {
	at := strconv.FormatInt(time.Now().UnixMilli(), 10)
	nonce := randomHex(16)
	key := c.faults.key(c.app.platform, p.account.stranger)
	signature, err := sign(key, rsa2, at+"\n"+nonce+"\n"+c.faults.garble(body)+"\n")
	h.Set("Alipay-Signature", signature)
	h.Set("Alipay-Timestamp", at)
	h.Set("Alipay-Nonce", nonce)
	if sn := c.app.certSN(); sn != "" && c.method != certDownload {
		h.Set("Alipay-Sn", sn)
	}
	return err
}

// refuseV3 writes an error: unsigned, with the bare code and a list of links.
func (p *Platform) refuseV3(w http.ResponseWriter, no refusal) {
	var out bytes.Buffer
	code := no.bare()
	link := map[string]string{"link": p.origin() + "/sandbox/history", "desc": "沙箱收到的请求"}
	if err := compact(&out, map[string]any{"code": code, "message": no.text, "links": []any{link}}); err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	writeV3(w, statusV3(no), "application/json;charset=utf-8", out.String())
}

func statusV3(no refusal) int {
	switch {
	case no.sub == "isv.invalid-signature":
		return http.StatusUnauthorized
	case no.code == "40005":
		return http.StatusTooManyRequests
	case no.code == "20000" || no.sub == "ACQ.SYSTEM_ERROR":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

func writeV3(w http.ResponseWriter, status int, kind, body string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Alipay-Trace-Id", randomHex(16))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
