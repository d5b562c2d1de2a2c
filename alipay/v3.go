package alipay

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// V3 answers a client that calls by version 3 of the protocol, plain JSON under
// /v3/ on the gateway's host, signed in the Authorization header. It has the same
// methods and shares everything with c. Pages and apps have no version 3; their
// addresses stay those of gateway.do.
//
// Refusals of version 3 bear no signature: that the gateway refused is vouched for
// by TLS alone.
func (c *Client) V3() *Client {
	other := *c
	other.v3 = true
	return &other
}

// v3Call is a request of version 3 before it is signed.
type v3Call struct {
	verb string
	url  *url.URL
	body string
}

func (c *Client) doV3(ctx context.Context, r *Request) (*Reply, error) {
	call, err := c.callV3(r)
	if err != nil {
		return nil, &Error{Method: r.Method, Err: err, unsent: true}
	}
	req, err := http.NewRequest(call.verb, call.url.String(), strings.NewReader(call.body))
	if err != nil {
		return nil, invalid(r.Method, "the gateway makes no valid URL")
	}
	if err := c.authorize(req, call); err != nil {
		return nil, &Error{Method: r.Method, Err: err, unsent: true}
	}
	got, failure := c.send(ctx, r.Method, req)
	if failure != nil {
		return nil, failure
	}
	return c.openV3(ctx, r, got)
}

func (c *Client) callV3(r *Request) (*v3Call, error) {
	u, err := url.Parse(c.gateway)
	if err != nil {
		return nil, fmt.Errorf("%w: gateway", ErrInvalid)
	}
	fields, err := fieldsV3(r)
	if err != nil {
		return nil, err
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/gateway.do"), "/") + "/v3/" + strings.ReplaceAll(r.Method, ".", "/")
	call := &v3Call{verb: r.HTTPMethod, url: u}
	query := url.Values{}
	if r.AuthToken != "" {
		query.Set("auth_token", r.AuthToken)
	}
	if call.verb == "" {
		call.verb = verbV3(r.Method)
	}
	if call.verb == http.MethodGet {
		for name, value := range fields {
			query.Set(name, textV3(value))
		}
	} else if len(fields) > 0 {
		if call.body, err = encodeContent(fields); err != nil {
			return nil, err
		}
		if c.encrypting {
			call.body = c.content.encrypt(call.body)
		}
	}
	u.RawQuery = query.Encode()
	return call, nil
}

func verbV3(method string) string {
	switch method {
	case methodBillURL, methodTransferQuery:
		return http.MethodGet
	}
	return http.MethodPost
}

// fieldsV3 puts what V2 has outside of biz_content beside it, where V3 wants it.
func fieldsV3(r *Request) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	content, err := r.content()
	if err != nil {
		return nil, err
	}
	if content != "" {
		if err := json.Unmarshal([]byte(content), &fields); err != nil {
			return nil, fmt.Errorf("%w: content is not a JSON object", ErrInvalid)
		}
	}
	add := func(name, value string) {
		if value != "" {
			// A string can always be encoded.
			text, _ := encodeContent(value)
			fields[name] = json.RawMessage(text)
		}
	}
	add("notify_url", r.NotifyURL)
	add("return_url", r.ReturnURL)
	for name, value := range r.Params {
		add(name, value)
	}
	return fields, nil
}

func textV3(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// authorize signs a call into its headers.
func (c *Client) authorize(req *http.Request, call *v3Call) error {
	auth := "app_id=" + c.appID
	if certs := c.keys.certs; certs != nil {
		auth += ",app_cert_sn=" + certs.appSN
		req.Header.Set("alipay-root-cert-sn", certs.rootSN)
	}
	auth += ",nonce=" + randomHex() + ",timestamp=" + strconv.FormatInt(c.now().UnixMilli(), 10)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n%s\n%s\n", auth, call.verb, call.url.RequestURI(), call.body)
	if c.appAuthToken != "" {
		fmt.Fprintf(&b, "%s\n", c.appAuthToken)
		req.Header.Set("alipay-app-auth-token", c.appAuthToken)
	}
	if c.signType != RSA2 {
		return fmt.Errorf("%w: V3 needs RSA2", ErrInvalid)
	}
	signature, err := c.sign(b.Bytes())
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "ALIPAY-SHA256withRSA "+auth+",sign="+signature)
	req.Header.Set("alipay-request-id", randomHex())
	req.Header.Set("Accept", "application/json")
	switch {
	case call.body == "":
	case c.encrypting:
		req.Header.Set("alipay-encrypt-type", "AES")
		req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	default:
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return nil
}

func randomHex() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
