package service_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/test/harness"
)

// business is the time by which the platform's days end.
func (c *contract) business() time.Time {
	c.t.Helper()
	var clock struct {
		Now time.Time `json:"now"`
	}
	c.box.Must(c.t, http.MethodGet, "/sandbox/clock", nil, &clock)
	return clock.Now
}

// toMorning moves the world to ten in the morning of the next day in China, and
// waits until the server knows.
func (c *contract) toMorning() {
	c.t.Helper()
	now := c.business()
	c.advance(c.t, pay.DayOf(now).End().Add(10*time.Hour).Sub(now).Round(time.Second).String())
	harness.Eventually(c.t, "the server's clock has followed", func() bool { return c.newOrder(c.t, 1).ExpiresAt.After(c.business()) })
}

func (c *contract) reconciliations() {
	c.toMorning()
	day := pay.DayOf(c.business())
	o := c.paidOrder(c.t, 2000)
	back := c.good("create-refund", "", `{"amount":100,"reason":"退货"}`, o.ID)
	c.waitRefund(c.t, id(back), "succeeded")
	c.box.Must(c.t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": []map[string]any{
		{"at": "alipay.bill", "kind": "bill_missing", "rate": 1, "path": " refund"}, {"at": "alipay.bill", "kind": "bill_extra", "rate": 1, "path": o.Number + " pay"}}}, nil)
	create := c.ops["create-reconciliation"]
	for _, body := range []string{`{}`, `{"date":"yesterday"}`, `{"date":"1999-01-01"}`, fmt.Sprintf(`{"date":%q}`, day), `{"date":"2001-01-01"}`} {
		c.bad(create, http.StatusUnprocessableEntity, create.path, body)
	}
	c.bad(create, http.StatusNotFound, create.path, fmt.Sprintf(`{"account":"moon","date":%q}`, day.Add(-1)))
	c.toMorning()
	r := c.good("create-reconciliation", "", fmt.Sprintf(`{"date":%q}`, day))
	harness.Eventually(c.t, "the day is reconciled", func() bool {
		return c.good("get-reconciliation", "", "", id(r))["status"] == "finished"
	})
	if list := c.good("list-reconciliations", fmt.Sprintf("?account=alipay&limit=1&from=%s&until=%s", day, day), ""); len(list["data"].([]any)) != 1 {
		c.t.Errorf("the list is %v", list)
	}
	c.bad(c.ops["list-reconciliations"], http.StatusUnprocessableEntity, "/v1/reconciliations?from=x", "")
	c.differences(id(r))
	c.box.Must(c.t, http.MethodDelete, "/sandbox/faults", nil, nil)
}

func (c *contract) differences(reconciliation string) {
	found := map[string]string{}
	for _, one := range c.good("list-differences", "?limit=100&state=open", "", reconciliation)["data"].([]any) {
		d := one.(map[string]any)
		found[fmt.Sprint(d["kind"], " ", d["of"])] = id(d)
	}
	stranger, refund := found["missing_here trade"], found["missing_there refund"]
	if stranger == "" || refund == "" {
		c.t.Fatalf("found %v", found)
	}
	c.good("assign-difference", "", `{"owner":"小李"}`, stranger)
	c.good("query-difference", "", "", stranger)
	c.bad(c.ops["refund-difference"], http.StatusConflict, c.ops["refund-difference"].at(stranger), "")
	c.good("ignore-difference", "", `{"note":"别的系统"}`, stranger)
	c.bad(c.ops["ignore-difference"], http.StatusConflict, c.ops["ignore-difference"].at(stranger), `{"note":"x"}`)
	c.bad(c.ops["ignore-difference"], http.StatusUnprocessableEntity, c.ops["ignore-difference"].at(stranger), `{"note":" "}`)
	c.bad(c.ops["query-difference"], http.StatusConflict, c.ops["query-difference"].at(stranger), "")
	c.good("reopen-difference", "", `{"note":"再看"}`, stranger)
	c.bad(c.ops["reopen-difference"], http.StatusConflict, c.ops["reopen-difference"].at(stranger), `{"note":"x"}`)
	c.bad(c.ops["assign-difference"], http.StatusUnprocessableEntity, c.ops["assign-difference"].at(stranger), fmt.Sprintf(`{"owner":%q}`, strings.Repeat("x", 65)))
	repeat := c.ops["refund-difference"]
	first := c.call(repeat, repeat.at(refund), "", "Idempotency-Key", "d1")
	again := c.call(repeat, repeat.at(refund), "", "Idempotency-Key", "d1")
	if first.status != http.StatusOK || again.body != first.body || !strings.Contains(first.body, `"resolved"`) {
		c.t.Errorf("sent again: %d %s\nagain: %d %s", first.status, first.body, again.status, again.body)
	}
	repeat.succeeded = true
	if d := c.good("get-difference", "", "", refund); len(d["history"].([]any)) < 2 {
		c.t.Errorf("the history is %v", d)
	}
}
