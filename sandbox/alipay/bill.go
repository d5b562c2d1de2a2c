package alipay

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// billLinkLife is how long a download link works, in the world's time.
	billLinkLife = 30 * time.Second
	// billHour is when yesterday's bill is ready, and billDay on which day of
	// the month the last month's is, both in China.
	billHour    = 9
	billDay     = 3
	oldestYears = 6
)

// period is what one bill covers: from, up to but without to.
type period struct {
	name     string
	from, to moment
	ready    moment
}

// billPeriod reads a bill_date, yyyy-MM-dd or yyyy-MM in China's zone.
func billPeriod(date string) (period, bool) {
	if day, err := time.ParseInLocation("2006-01-02", date, china()); err == nil {
		next := day.AddDate(0, 0, 1)
		return period{date, momentOf(day), momentOf(next), momentOf(next.Add(billHour * time.Hour))}, true
	}
	if month, err := time.ParseInLocation("2006-01", date, china()); err == nil {
		next := month.AddDate(0, 1, 0)
		return period{date, momentOf(month), momentOf(next), momentOf(next.AddDate(0, 0, billDay-1))}, true
	}
	return period{}, false
}

// billURL answers alipay.data.dataservice.bill.downloadurl.query. Its codes
// have no prefix.
func (p *Platform) billURL(c *call) reply {
	kind := c.biz.text("bill_type")
	span, ok := billPeriod(c.biz.text("bill_date"))
	now := p.ledger.now()
	oldest := momentOf(now.time().AddDate(-oldestYears, 0, 0))
	switch {
	case kind == "" || !ok || span.to > now || span.from < oldest:
		return refused(refuse("INVAILID_ARGUMENTS"), nil)
	case kind != "trade":
		return refused(refuse("TYPE_NOT_SUPPORTED"), nil)
	case now < span.ready:
		return refused(refuse("BILL_NOT_EXIST"), nil)
	case len(p.billLines(span)) == 0:
		return refused(refuse("NO_BILL_DATA"), nil)
	}
	until := strconv.FormatInt(int64(now.after(billLinkLife)), 10)
	q := url.Values{"bizType": {kind}, "billDate": {span.name}, "expires": {until}, "token": {p.billToken(span.name, until)}}
	return success(fields{"bill_download_url": p.origin() + "/downloadBillFile.resource?" + q.Encode()})
}

func (p *Platform) billToken(date, until string) string {
	mac := hmac.New(sha256.New, p.account.secret)
	_, _ = mac.Write([]byte("bill " + date + " " + until))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// serveBill hands out the file behind a link that is still young.
func (p *Platform) serveBill(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	until, err := strconv.ParseInt(q.Get("expires"), 10, 64)
	good := hmac.Equal([]byte(q.Get("token")), []byte(p.billToken(q.Get("billDate"), q.Get("expires"))))
	span, known := billPeriod(q.Get("billDate"))
	if err != nil || !good || !known || p.ledger.now() >= moment(until) {
		http.Error(w, "the link is not valid any more", http.StatusForbidden)
		return
	}
	hit := strikes{hit: p.world.Draw("alipay.bill", r.URL.Path), line: &p.post.answers}
	if !hit.before(w, r) {
		return
	}
	if _, bad := hit.errcode(); bad {
		http.Error(w, "the bill cannot be had", http.StatusForbidden)
		return
	}
	file, err := p.billFile(span)
	if err != nil {
		http.Error(w, "the bill cannot be written", http.StatusInternalServerError)
		return
	}
	hit.after()
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+p.account.sellerID+"_"+span.name+`.zip"`)
	_, _ = w.Write(file)
}
