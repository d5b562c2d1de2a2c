package alipay

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Request is one call of the gateway, for [Client.Do]. The typed methods of
// [Client] build it themselves.
type Request struct {
	// Method is the API name, as "alipay.trade.query".
	Method string
	// Content becomes biz_content: any value that encodes to a JSON object. Nil
	// sends none.
	Content any
	// NotifyURL is where Alipay posts the outcome, for methods that have one: public,
	// without a query of its own, at most 256 bytes.
	NotifyURL string
	// ReturnURL is where the payer's browser goes after a page payment.
	ReturnURL string
	// AuthToken is a user's access token, for user-level methods.
	AuthToken string
	// Params are further top-level parameters, as grant_type; they are signed too.
	Params map[string]string
	// HTTPMethod is for methods that V3 wants by "GET", with Content in the query;
	// see [Client.V3]. Empty means POST, or what this package knows of the method.
	HTTPMethod string

	// extra are further fields of Content.
	extra map[string]any
	// selfProving marks the one reply whose signature can't be checked yet.
	selfProving bool
}

// inBody names the common parameters that are kept out of the URL, which ends up
// in more logs than a body does.
func inBody(name string) bool {
	switch name {
	case "app_id", "method", "format", "charset", "sign_type", "sign", "timestamp", "version",
		"notify_url", "return_url", "app_cert_sn", "alipay_root_cert_sn":
		return false
	}
	return true
}

// params lists everything that is sent for r, sorted, without empty values, and
// ends with the signature.
func (c *Client) params(r *Request) ([]param, error) {
	content, err := r.content()
	if err != nil {
		return nil, err
	}
	encryptType := ""
	if c.encrypting && content != "" {
		content, encryptType = c.content.encrypt(content), "AES"
	}
	all := make([]param, 0, 16+len(r.Params))
	add := func(name, value string) {
		if value != "" {
			all = append(all, param{name, value})
		}
	}
	if certs := c.keys.certs; certs != nil {
		add("alipay_root_cert_sn", certs.rootSN)
		add("app_cert_sn", certs.appSN)
	}
	add("app_auth_token", c.appAuthToken)
	add("app_id", c.appID)
	add("auth_token", r.AuthToken)
	add("biz_content", content)
	add("charset", "utf-8")
	add("encrypt_type", encryptType)
	add("format", "JSON")
	add("method", r.Method)
	add("notify_url", r.NotifyURL)
	add("return_url", r.ReturnURL)
	add("sign_type", string(c.signType))
	add("timestamp", formatTime(c.now()))
	add("version", "1.0")
	for name, value := range r.Params {
		add(name, value)
	}
	if err := sortParams(all); err != nil {
		return nil, fmt.Errorf("%w: Params: %w", ErrInvalid, err)
	}
	return c.signed(all)
}

func (c *Client) signed(all []param) ([]param, error) {
	size := 0
	for _, p := range all {
		size += len(p.name) + len(p.value) + 2
	}
	signature, err := c.sign(appendContent(make([]byte, 0, size), all, false, "sign"))
	if err != nil {
		return nil, err
	}
	return append(all, param{"sign", signature}), nil
}

// content answers the JSON of Content and extra together.
func (r *Request) content() (string, error) {
	content, err := encodeContent(r.Content)
	if err != nil || len(r.extra) == 0 {
		return content, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(content), &fields); err != nil {
		return "", fmt.Errorf("%w: content is not a JSON object", ErrInvalid)
	}
	for name, value := range r.extra {
		if _, taken := fields[name]; taken {
			return "", fmt.Errorf("%w: Extra repeats the field %q", ErrInvalid, name)
		}
		text, err := encodeContent(value)
		if err != nil {
			return "", err
		}
		fields[name] = json.RawMessage(text)
	}
	return encodeContent(fields)
}

// encodeContent writes JSON without the HTML escapes of encoding/json, so that
// what is signed reads as what was meant.
func encodeContent(content any) (string, error) {
	if content == nil {
		return "", nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(content); err != nil {
		return "", fmt.Errorf("%w: content: %w", ErrInvalid, err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// signedURL is the gateway with every parameter of r in its query.
func (c *Client) signedURL(r *Request) (string, error) {
	all, err := c.params(r)
	if err != nil {
		return "", &Error{Method: r.Method, Err: err, unsent: true}
	}
	b := make([]byte, 0, len(c.gateway)+1+encodedSize(all))
	b = append(append(b, c.gateway...), '?')
	for _, p := range all {
		b = appendParam(b, p)
	}
	return string(b), nil
}

func encodedSize(params []param) int {
	size := 0
	for _, p := range params {
		size += len(p.name) + 2
		for i := 0; i < len(p.value); i++ {
			if size++; !unreserved(p.value[i]) {
				size += 2
			}
		}
	}
	return size
}
