package alipaytest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Call is a request that reached the gateway with a good signature.
type Call struct {
	// Method is the API name.
	Method string
	// Content is biz_content as it came.
	Content string
	// Params are all parameters, of query and body together.
	Params url.Values
}

// Gateway answers a handler for gateway.do that checks the form and the signature
// of each request, asks answer for the inner JSON object, and signs it. A request
// that is not right gets HTTP 400 with the reason, which a client reports as an
// error; answer runs on the server's goroutines.
func (p *Platform) Gateway(answer func(Call) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call, err := p.ReadCall(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/html;charset=utf-8")
		w.Header().Set("trace_id", "0b1234567890abcdef")
		w.Write(p.Reply(call.Method, answer(call)))
	})
}

// ReadCall checks a request as the gateway does and takes it apart.
func (p *Platform) ReadCall(r *http.Request) (Call, error) {
	if err := r.ParseForm(); err != nil {
		return Call{}, fmt.Errorf("form: %w", err)
	}
	if r.URL.Query().Get("charset") == "" {
		return Call{}, fmt.Errorf("charset is not in the query")
	}
	return p.CheckParams(r.Form)
}

// CheckParams checks the parameters of a request, a page pay URL or an app pay
// order string: names once, those always needed present, the signature good.
func (p *Platform) CheckParams(params url.Values) (Call, error) {
	for _, name := range []string{"app_id", "method", "charset", "sign_type", "timestamp", "version", "sign"} {
		if params.Get(name) == "" {
			return Call{}, fmt.Errorf("%s is missing", name)
		}
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if len(params[name]) != 1 {
			return Call{}, fmt.Errorf("%s occurs %d times", name, len(params[name]))
		}
		if name != "sign" && params.Get(name) != "" {
			pairs = append(pairs, name+"="+params.Get(name))
		}
	}
	sig, err := base64.StdEncoding.DecodeString(params.Get("sign"))
	if err != nil {
		return Call{}, fmt.Errorf("sign: %w", err)
	}
	sum := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	if err := rsa.VerifyPKCS1v15(&p.app.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
		return Call{}, fmt.Errorf("sign: %w", err)
	}
	return Call{Method: params.Get("method"), Content: params.Get("biz_content"), Params: params}, nil
}
