package alipay_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

func ExampleClient_ParseNotice() {
	client, done := exampleClient("")
	defer done()
	handler := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
		if err != nil {
			return
		}
		notice, err := client.ParseNotice(body)
		if err != nil {
			io.WriteString(w, alipay.Fail)
			return
		}
		// Compare the amount with the order and store the effects before answering.
		fmt.Println(notice.OutTradeNo, notice.TotalAmount, notice.Paid())
		io.WriteString(w, alipay.Success)
	}
	body := platform().Notice(alipaytest.PaidNotice("20260301000001", 1234, time.Now()))
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest(http.MethodPost, "/notify/alipay", bytes.NewReader(body)))
	fmt.Println(w.Body)
	// Output:
	// 20260301000001 12.34 true
	// success
}

func ExampleClient_ParseReturn() {
	client, done := exampleClient("")
	defer done()
	query := platform().ReturnQuery(alipaytest.ReturnFields("20260301000001", 1234, time.Now()))
	back, err := client.ParseReturn(query)
	if err != nil {
		panic(err)
	}
	fmt.Println("show what is known of order", back.OutTradeNo)
	// Output: show what is known of order 20260301000001
}
