package alipay

import (
	"net/http"
	"strconv"
)

// Notice ids are 34 digits: the day, a fixed part, random digits, and the
// serial number of the trade, by which notify_verify finds them again.
const (
	noticeIDLength = 34
	noticeIDFixed  = "00222"
)

func noticeID(at moment, tradeNo string) string {
	day := at.time().In(china()).Format("20060102")
	serial := tradeNo[tradeNoLength-serialDigits:]
	return day + noticeIDFixed + randomDigits(noticeIDLength-len(day)-len(noticeIDFixed)-len(serial)) + serial
}

// serveNotifyVerify answers the older way to check a notice: true while it is
// not acknowledged yet, false otherwise.
func (p *Platform) serveNotifyVerify(w http.ResponseWriter, all params) {
	genuine := all["partner"] == p.account.sellerID && p.isPending(all["notify_id"])
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	_, _ = w.Write([]byte(strconv.FormatBool(genuine)))
}

func (p *Platform) isPending(id string) bool {
	if len(id) != noticeIDLength {
		return false
	}
	t := p.ledger.bySerial(id[noticeIDLength-serialDigits:])
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range t.Notices {
		if n.ID == id {
			return !n.Acked
		}
	}
	return false
}
