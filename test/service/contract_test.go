package service_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/test/schema"
)

// contract holds every answer of the API against its own description.
type contract struct {
	*pair
	t   *testing.T
	doc schema.Document
	ops map[string]*operation // by id

	keys int // how many idempotency keys were used
}

// operation is one that is described.
type operation struct {
	id, method, path string
	described        map[string]any
	succeeded        bool
	refused          map[int]bool
}

func newContract(t *testing.T, adjust ...func(*config.Config)) *contract {
	c := &contract{pair: newPair(t, adjust...), t: t, ops: map[string]*operation{}}
	a := c.send(t, http.MethodGet, "/openapi.json", "")
	v, err := schema.Decode([]byte(a.body))
	if err != nil {
		t.Fatal(err)
	}
	c.doc = v.(map[string]any)
	for path, item := range c.doc["paths"].(map[string]any) {
		for method, described := range item.(map[string]any) {
			op := &operation{method: strings.ToUpper(method), path: path, described: described.(map[string]any), refused: map[int]bool{}}
			op.id = op.described["operationId"].(string)
			c.ops[op.id] = op
		}
	}
	return c
}

// at fills an operation's path with parts, in their order.
func (o *operation) at(parts ...string) string {
	path := o.path
	for _, p := range parts {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + p + path[to+1:]
	}
	return path
}

func (o *operation) hasBody() bool { return o.described["requestBody"] != nil }

// call sends a request to an operation and holds the answer against what is
// described. target is the path with its query.
func (c *contract) call(o *operation, target, body string, headers ...string) answer {
	c.t.Helper()
	a := c.send(c.t, o.method, target, body, headers...)
	c.hold(o, a)
	return a
}

// good is call for what must succeed; the body, too, is held against its
// description. It returns the answer's JSON.
func (c *contract) good(id, query, body string, parts ...string) map[string]any {
	c.t.Helper()
	o := c.ops[id]
	if o == nil {
		c.t.Fatalf("%s is not described", id)
	}
	if body != "" {
		c.fits(o, "the request", o.described["requestBody"], "application/json", body)
	}
	target, key := o.at(parts...)+query, []string(nil)
	if o.method == http.MethodPost {
		c.keys++
		key = []string{"Idempotency-Key", fmt.Sprint("contract-", c.keys)}
	}
	a := c.call(o, target, body, key...)
	if a.status >= 300 {
		c.t.Fatalf("%s: %d %s", id, a.status, a.body)
	}
	if key != nil {
		c.repeats(o, target, body, a, key)
	}
	o.succeeded = true
	var v map[string]any
	if a.body != "" {
		if err := json.Unmarshal([]byte(a.body), &v); err != nil {
			c.t.Fatal(err)
		}
	}
	return v
}

// repeats sends a POST that succeeded once more under its key: the first
// answer comes again, and to another body none.
func (c *contract) repeats(o *operation, target, body string, first answer, key []string) {
	c.t.Helper()
	again := c.call(o, target, body, key...)
	if again.status != first.status || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" ||
		first.header.Get("Idempotent-Replayed") != "" {
		c.t.Errorf("%s under one key: %d %s\nthen: %d %s", o.id, first.status, first.body, again.status, again.body)
	}
	if o.hasBody() {
		a := c.call(o, target, " "+cmp.Or(body, "{}"), key...)
		if a.status != http.StatusConflict || a.problem.Code != "idempotency_key_reused" {
			c.t.Errorf("%s under the same key with another body: %d %s", o.id, a.status, a.body)
		}
	}
}

// describesKey reports whether an operation says that it takes a key, and how
// its answers tell that they are given again.
func (c *contract) describesKey(o *operation) bool {
	parameters, _ := o.described["parameters"].([]any)
	takes := slices.ContainsFunc(parameters, func(p any) bool {
		d, err := c.doc.Resolve(p)
		return err == nil && d["in"] == "header" && d["name"] == "Idempotency-Key"
	})
	for status, answer := range o.described["responses"].(map[string]any) {
		d, err := c.doc.Resolve(answer)
		headers, _ := d["headers"].(map[string]any)
		if status < "300" && (err != nil || headers["Idempotent-Replayed"] == nil) {
			return false
		}
	}
	return takes
}

// bad is call for what must be refused with a status.
func (c *contract) bad(o *operation, httpStatus int, target, body string, headers ...string) {
	c.t.Helper()
	a := c.call(o, target, body, headers...)
	if a.status != httpStatus || a.problem.Code == "" {
		c.t.Errorf("%s %s with %.60q %v: %d %s, want %d", o.method, target, body, headers, a.status, a.body, httpStatus)
	}
	o.refused[a.status] = true
}

// hold checks an answer's status, media type, body and headers.
func (c *contract) hold(o *operation, a answer) {
	c.t.Helper()
	responses := o.described["responses"].(map[string]any)
	described, ok := responses[strconv.Itoa(a.status)]
	if !ok {
		c.t.Errorf("%s answered %d, which is not described: %s", o.id, a.status, a.body)
		return
	}
	if a.header.Get("X-Request-Id") == "" {
		c.t.Errorf("%s answered %d without a request id", o.id, a.status)
	}
	if a.status >= 400 {
		c.holdProblem(o.method+" "+o.path, a)
	}
	c.fits(o, "answer "+strconv.Itoa(a.status), described, a.header.Get("Content-Type"), a.body)
}

// fits checks one body against the content that is described for it.
func (c *contract) fits(o *operation, what string, described any, kind, body string) {
	c.t.Helper()
	d, err := c.doc.Resolve(described)
	if err != nil {
		c.t.Fatal(err)
	}
	content, _ := d["content"].(map[string]any)
	if len(content) == 0 {
		if body != "" {
			c.t.Errorf("%s: %s has a body, which is not described: %s", o.id, what, body)
		}
		return
	}
	kind, _, _ = strings.Cut(kind, ";")
	media, ok := content[kind].(map[string]any)
	if !ok {
		c.t.Errorf("%s: %s is %q, which is not described", o.id, what, kind)
		return
	}
	if strings.HasPrefix(kind, "text/") {
		body = strconv.Quote(body)
	}
	v, err := schema.Decode([]byte(body))
	if err != nil {
		c.t.Errorf("%s: %s is not JSON: %v: %s", o.id, what, err, body)
		return
	}
	for _, f := range c.doc.Validate(media["schema"], v) {
		c.t.Errorf("%s: %s breaks its description: %s\n%s", o.id, what, f, body)
	}
}

// holdProblem checks what every problem has, described operation or not.
func (c *contract) holdProblem(what string, a answer) {
	c.t.Helper()
	var p struct{ Type, Title, Detail string }
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		c.t.Errorf("%s: %d %q: %v", what, a.status, a.body, err)
		return
	}
	if a.header.Get("Content-Type") != "application/problem+json" || p.Type != "/docs/errors#"+a.problem.Code || a.problem.Code == "" ||
		a.problem.Status != a.status || p.Title != http.StatusText(a.status) || p.Detail == "" ||
		a.problem.RequestID == "" || a.problem.RequestID != a.header.Get("X-Request-Id") {
		c.t.Errorf("%s: not a whole problem: %d %v %s", what, a.status, a.header, a.body)
	}
}

func id(v map[string]any) string { return fmt.Sprint(v["id"]) }

// TestInvariant19AnswersKeepToTheDescription calls every operation that
// /openapi.json describes, with input that is taken and input that is refused,
// and holds every answer against it; every POST is repeated under its key. A
// new operation fails it until it is called here.
func TestInvariant19AnswersKeepToTheDescription(t *testing.T) {
	c := newContract(t, func(conf *config.Config) { conf.Money.ApproveAbove, conf.Money.Late = "5.00", "hold" })
	c.orders()
	c.refunds()
	c.surpluses()
	c.notices()
	c.people()
	c.members()
	c.webhooks()
	c.campaigns()
	c.reconciliations()
	for _, o := range c.ops {
		c.abuse(o)
		if o.method == http.MethodPost && !c.describesKey(o) {
			t.Errorf("%s is a POST without Idempotency-Key and Idempotent-Replayed", o.id)
		}
		if !o.succeeded {
			t.Errorf("%s is described, but was never called with success", o.id)
		}
		if !o.refused[http.StatusUnauthorized] || len(o.refused) < 3 {
			t.Errorf("%s was refused with %v only", o.id, o.refused)
		}
	}
	c.beyond()
}
