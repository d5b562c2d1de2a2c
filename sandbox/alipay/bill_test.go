package alipay_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/paypush/paypush/sandbox/world"
)

func chinaDay(t time.Time) string {
	return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02")
}

// tomorrow moves the clock to ten in the morning of the next day in China.
func (b *bench) tomorrow() {
	now := b.world.Now().In(time.FixedZone("", 8*3600))
	y, m, d := now.Date()
	b.world.Advance(time.Date(y, m, d+1, 10, 0, 0, 0, now.Location()).Sub(now))
}

func (b *bench) bill(date string) answer {
	b.t.Helper()
	return b.do("alipay.data.dataservice.bill.downloadurl.query", map[string]any{"bill_type": "trade", "bill_date": date})
}

// download fetches a bill and returns its files, decoded, by the kind in their
// names.
func (b *bench) download(t *testing.T, address string) (detail, summary string) {
	t.Helper()
	resp := b.browse(address)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the download answered %d %s: %v", resp.StatusCode, raw, err)
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.File {
		name, err := simplifiedchinese.GBK.NewDecoder().String(file.Name)
		if err != nil || !file.NonUTF8 {
			t.Errorf("the name %q is not plain GBK: %v", file.Name, err)
		}
		from, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(simplifiedchinese.GBK.NewDecoder().Reader(from))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "汇总") {
			summary = string(text)
		} else {
			detail = string(text)
		}
	}
	return detail, summary
}

func TestBillsOfADay(t *testing.T) {
	b := newBench(t)
	b.tomorrow()
	b.paid("o1", "100")
	b.paid("o2", "0.01")
	b.openLink(order("open", "5"), nil)
	b.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "30", "out_request_no": "r1", "refund_reason": "少了,一件"}).want(t, "10000", "")
	today := chinaDay(b.world.Now())
	b.bill(today).want(t, "40004", "INVAILID_ARGUMENTS")
	b.tomorrow()
	b.bill(chinaDay(b.world.Now().AddDate(-1, 0, 0))).want(t, "40004", "NO_BILL_DATA")
	a := b.bill(today)
	a.want(t, "10000", "")
	detail, summary := b.download(t, a.field("bill_download_url"))
	lines := strings.Split(strings.TrimSpace(detail), "\r\n")
	if len(lines) != 12 || lines[0] != "#支付宝业务明细查询" || !strings.HasPrefix(lines[1], "#账号：[2088") {
		t.Fatalf("the detail is %s", detail)
	}
	if n := strings.Count(lines[4], ","); n != 24 {
		t.Errorf("the heading has %d commas", n)
	}
	first, last := strings.Split(lines[5], ","), strings.Split(lines[7], ",")
	if len(first) != 25 || len(last) != 25 {
		t.Fatalf("rows have %d and %d cells", len(first), len(last))
	}
	for i, want := range map[int]string{1: "o1\t", 2: "交易", 11: "100.00", 12: "100.00", 21: "", 22: "-0.60"} {
		if first[i] != want {
			t.Errorf("cell %d of the payment is %q", i+1, first[i])
		}
	}
	for i, want := range map[int]string{1: "o1\t", 2: "退款", 11: "-30.00", 21: "r1\t", 22: "0.18", 24: "少了，一件"} {
		if last[i] != want {
			t.Errorf("cell %d of the refund is %q", i+1, last[i])
		}
	}
	if lines[9] != "#交易合计：2笔，商家实收共100.01元，商家优惠共0.00元" || lines[10] != "#退款合计：1笔，商家实收退款共-30.00元，商家优惠退款共0.00元" {
		t.Errorf("the sums are %q", lines[9:11])
	}
	if !strings.HasPrefix(summary, "#支付宝业务汇总查询") || !strings.Contains(summary, "合计,,2,1,70.01,") {
		t.Errorf("the summary is %s", summary)
	}
}

func TestWhatABillIsRefusedFor(t *testing.T) {
	b := newBench(t)
	tests := []struct{ name, kind, date, sub string }{
		{"no date", "trade", "", "INVAILID_ARGUMENTS"},
		{"a date that is none", "trade", "2026-13-40", "INVAILID_ARGUMENTS"},
		{"no type", "", "2026-01-01", "INVAILID_ARGUMENTS"},
		{"another type", "signcustomer", "2026-01-01", "TYPE_NOT_SUPPORTED"},
		{"the future", "trade", "2100-01-01", "INVAILID_ARGUMENTS"},
		{"long ago", "trade", "2010-01-01", "INVAILID_ARGUMENTS"},
		{"this month", "trade", b.world.Now().Format("2006-01"), "INVAILID_ARGUMENTS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.do("alipay.data.dataservice.bill.downloadurl.query", map[string]any{"bill_type": tt.kind, "bill_date": tt.date}).want(t, "40004", tt.sub)
		})
	}
}

func TestABillIsBuiltAtNine(t *testing.T) {
	b := newBench(t)
	b.tomorrow()
	b.paid("o1", "1")
	paid := chinaDay(b.world.Now())
	b.world.Advance(22 * time.Hour)
	b.bill(paid).want(t, "40004", "BILL_NOT_EXIST")
	b.world.Advance(2 * time.Hour)
	b.bill(paid).want(t, "10000", "")
}

func TestABillLinkLivesHalfAMinute(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "1")
	paid := chinaDay(b.world.Now())
	b.tomorrow()
	link := b.bill(paid).field("bill_download_url")
	for _, address := range []string{strings.Replace(link, "token=", "token=0", 1), strings.Replace(link, paid, "2026-01-01", 1)} {
		resp := b.browse(address)
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("a forged link answered %d", resp.StatusCode)
		}
	}
	b.world.Advance(31 * time.Second)
	resp := b.browse(link)
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("an old link answered %d", resp.StatusCode)
	}
}

func TestBillFaults(t *testing.T) {
	tests := []struct {
		kind  string
		rows  int
		other string
	}{{"bill_missing", 0, "-"}, {"bill_extra", 2, ",-0.03,"}, {"bill_amount", 1, ",5.01,"}, {"bill_fee", 1, ",-0.04,"}, {"bill_state", 2, ",7.00,"}}
	b := newBench(t)
	b.paid("o1", "5")
	b.openLink(order("open", "7"), nil)
	paid := chinaDay(b.world.Now())
	b.tomorrow()
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			b.faults(world.Fault{At: "alipay.bill", Kind: tt.kind, Rate: 1})
			defer b.world.ClearFaults()
			detail, _ := b.download(t, b.bill(paid).field("bill_download_url"))
			if rows := strings.Count(detail, ",交易,"); rows != tt.rows || !strings.Contains(detail, tt.other) {
				t.Errorf("the bill is %s", detail)
			}
		})
	}
}
