package alipay_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const billHead = "#支付宝业务明细查询\r\n#账号：[20880000000000010156]\r\n" +
	"#起始日期：[2026年03月01日 00:00:00]   终止日期：[2026年03月02日 00:00:00]\r\n" +
	"#-----------------------------------------业务明细列表----------------------------------------\r\n" +
	"支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）," +
	"商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）," +
	"卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\r\n"

const billPaid = "2026030122001400000000000001\t,20260301000001\t,交易,%s,2026-03-01 12:00:00,2026-03-01 12:05:06,,,,,*友(buy***@example.com)," +
	"12.34,12.00,0.00,0.00,0.34,0.00,0.00,,0.00,0.00,,-0.07,0.00,备注\r\n"

const billRefunded = "2026030122001400000000000001\t,20260301000001\t,退款,茶,2026-03-01 12:00:00,2026-03-01 13:00:00,,,,,*友(buy***@example.com)," +
	"-2.34,-2.34,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,R1\t,0.00,0.00,\r\n"

const billFoot = "#-----------------------------------------业务明细列表结束------------------------------------\r\n" +
	"#交易合计：1笔，商家实收共12.00元，商家优惠共0.00元\r\n#退款合计：1笔，商家实收退款共-2.34元，商家优惠退款共0.00元\r\n" +
	"#导出时间：[2026年03月02日 09:00:00]\r\n"

func gbk(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func archive(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"summary", "details", "other"} {
		content, ok := files[name]
		if !ok {
			continue
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: gbk(t, name+"_明细.csv"), NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFetchBill(t *testing.T) {
	file := archive(t, map[string]string{
		"summary": gbk(t, "#支付宝业务汇总查询\r\n门店编号,合计\r\n合计,1\r\n#结束\r\n"),
		"details": gbk(t, billHead+fmt.Sprintf(billPaid, "茶")+billRefunded+billFoot),
	})
	bills := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(file) }))
	defer bills.Close()
	c := serve(t, platform().Gateway(func(call alipaytest.Call) string {
		if call.Content != `{"bill_type":"trade","bill_date":"2026-03-01"}` {
			t.Errorf("content = %s", call.Content)
		}
		return fmt.Sprintf(`{"code":"10000","msg":"Success","bill_download_url":%q}`, bills.URL+"/downloadBillFile.resource?token=t")
	}), nil)
	store, err := os.Create(filepath.Join(t.TempDir(), "bill.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	bill, err := c.FetchBill(t.Context(), alipay.BillQuery{Type: alipay.BillTrade, Date: "2026-03-01"}, store)
	if err != nil {
		t.Fatal(err)
	}
	if names := bill.Names(); len(names) != 2 || names[1] != "details_明细.csv" {
		t.Errorf("names = %q", names)
	}
	details, err := bill.Details()
	if err != nil {
		t.Fatal(err)
	}
	defer details.Close()
	checkDetails(t, details)
	summary, err := bill.Summary()
	if err != nil {
		t.Fatal(err)
	}
	defer summary.Close()
	row, err := summary.Read()
	if err != nil || row.Cell("合计") != "1" {
		t.Errorf("summary = %+v, %v", row, err)
	}
}

func checkDetails(t *testing.T, b *alipay.BillReader) {
	t.Helper()
	from := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC)
	if b.Account != "20880000000000010156" || !b.From.Equal(from) || b.To.Sub(b.From) != 24*time.Hour || len(b.Columns) != 25 {
		t.Errorf("account %q from %v to %v, %d columns", b.Account, b.From, b.To, len(b.Columns))
	}
	paid, err := b.Read()
	if err != nil {
		t.Fatal(err)
	}
	if paid.Refund() || paid.TradeNo != "2026030122001400000000000001" || paid.OutTradeNo != "20260301000001" ||
		paid.Amount != 1234 || paid.Received != 1200 || paid.AlipayDiscount != 34 || paid.Fee != -7 || paid.Subject != "茶" ||
		!paid.Completed.Equal(time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC)) || paid.Line != 6 || paid.Remark != "备注" {
		t.Errorf("paid = %+v", paid)
	}
	if paid.Cell("对方账户") != paid.Counterparty || paid.Cell("订单金额") != "12.34" || paid.Cell("no") != "" {
		t.Errorf("cells %q %q", paid.Cell("对方账户"), paid.Cell("订单金额"))
	}
	refund, err := b.Read()
	if err != nil || !refund.Refund() || refund.Amount != -234 || refund.RefundNo != "R1" {
		t.Errorf("refund = %+v, %v", refund, err)
	}
	if _, err := b.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("end = %v", err)
	}
	if len(b.Notes) != 4 || !strings.HasPrefix(b.Notes[1], "交易合计：1笔") {
		t.Errorf("notes = %q", b.Notes)
	}
}

func TestBillSubjects(t *testing.T) {
	for cell, want := range map[string]string{
		"茶": "茶", `"a,b"`: "a,b", `"a ""b"" c"`: `a "b" c`, `"open`: `"open`, `a "b" c`: `a "b" c`, `"a" b`: `"a" b`, `""`: "", "#1": "#1",
	} {
		text := gbk(t, billHead+fmt.Sprintf(billPaid, cell)+billFoot)
		b, err := alipay.NewBillReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		row, err := b.Read()
		if err != nil || row.Subject != want || row.Remark != "备注" {
			t.Errorf("%s: %+v, %v", cell, row, err)
		}
	}
}

func TestBillFaults(t *testing.T) {
	good := fmt.Sprintf(billPaid, "茶")
	tests := map[string]struct {
		text string
		rows int
		errs []error
	}{
		"empty day":       {billHead + billFoot, 0, nil},
		"cut off":         {billHead + good, 1, []error{io.ErrUnexpectedEOF}},
		"cut in a row":    {billHead + good + good[:40], 1, []error{alipay.ErrMalformed, io.ErrUnexpectedEOF}},
		"bad amount":      {billHead + strings.Replace(good, "12.34", "1x", 1) + good + billFoot, 1, []error{alipay.ErrMalformed}},
		"one cell more":   {billHead + fmt.Sprintf(billPaid, "a,b") + good + billFoot, 1, []error{alipay.ErrMalformed}},
		"row behind end":  {billHead + billFoot + good, 0, []error{alipay.ErrMalformed}},
		"endless line":    {billHead + strings.Repeat("x", 2<<20), 0, []error{alipay.ErrMalformed}},
		"plain line ends": {strings.ReplaceAll(billHead+good+billFoot, "\r", ""), 1, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := alipay.NewBillReader(strings.NewReader(gbk(t, tt.text)))
			if err != nil {
				t.Fatal(err)
			}
			rows, errs := 0, []error(nil)
			for _, err := range b.Rows() {
				if err != nil {
					errs = append(errs, err)
				} else {
					rows++
				}
			}
			if rows != tt.rows || len(errs) != len(tt.errs) {
				t.Fatalf("%d rows, errors %v", rows, errs)
			}
			for i := range errs {
				if !errors.Is(errs[i], tt.errs[i]) {
					t.Errorf("error %d = %v, want %v", i, errs[i], tt.errs[i])
				}
			}
		})
	}
	for _, text := range []string{"", "#only\r\n#marks\r\n"} {
		if _, err := alipay.NewBillReader(strings.NewReader(text)); !errors.Is(err, alipay.ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := alipay.OpenBill(strings.NewReader("no zip"), 6); !errors.Is(err, alipay.ErrMalformed) {
		t.Errorf("no archive: %v", err)
	}
}

func TestBillInUTF8(t *testing.T) {
	for _, mark := range []string{"", "\xef\xbb\xbf"} {
		b, err := alipay.NewBillReader(strings.NewReader(mark + billHead + fmt.Sprintf(billPaid, "茶") + billRefunded + billFoot))
		if err != nil {
			t.Fatal(err)
		}
		checkDetails(t, b)
	}
}

func TestDownloadBillFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for _, link := range []string{server.URL + "/gone?token=hidden", server.URL + "/empty?token=hidden", "file:///etc/hidden", "%", "http://127.0.0.1:1/?token=hidden"} {
		if _, err := newClient(t, nil).DownloadBill(t.Context(), link, io.Discard); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", link, err)
		}
	}
}

// manyRows is a bill of n rows that is never whole in memory.
func manyRows(t testing.TB, n int) io.Reader {
	row := gbk(t, fmt.Sprintf(billPaid, "茶"))
	return io.MultiReader(strings.NewReader(gbk(t, billHead)), &repeat{text: row, left: n}, strings.NewReader(gbk(t, billFoot)))
}

type repeat struct {
	text string
	left int
	rest string
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestMillionLinesInFlatMemory(t *testing.T) {
	b, err := alipay.NewBillReader(manyRows(t, 1_000_000))
	if err != nil {
		t.Fatal(err)
	}
	var before, now runtime.MemStats
	rows, total := 0, alipay.Fen(0)
	for row, err := range b.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows, total = rows+1, total+row.Amount
		switch {
		case rows == 1000:
			runtime.GC()
			runtime.ReadMemStats(&before)
		case rows%250_000 == 0:
			runtime.GC()
			runtime.ReadMemStats(&now)
			if now.HeapAlloc > before.HeapAlloc+1<<20 {
				t.Fatalf("after %d rows the heap has grown by %d bytes", rows, now.HeapAlloc-before.HeapAlloc)
			}
		}
	}
	if rows != 1_000_000 || total != 1234_000_000 {
		t.Errorf("%d rows, %s yuan", rows, total)
	}
}

func FuzzBill(f *testing.F) {
	f.Add([]byte(gbk(f, billHead+fmt.Sprintf(billPaid, `"a,b"`)+billRefunded+billFoot)))
	f.Add([]byte("#\nA,B\n\"1\",\"2\n#"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := alipay.NewBillReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		for row, err := range b.Rows() {
			if err == nil && row.Line == 0 {
				t.Error("a row without a line")
			}
		}
		if _, err := alipay.OpenBill(bytes.NewReader(data), int64(len(data))); err != nil && !errors.Is(err, alipay.ErrMalformed) {
			t.Errorf("open: %v", err)
		}
	})
}

func BenchmarkBill(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r, err := alipay.NewBillReader(manyRows(b, 10_000))
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range r.Rows() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
