package alipay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/paypush/paypush/alipay"
)

func ExampleClient_BillURL() {
	client, done := exampleClient(`{"code":"40004","msg":"Business Failed","sub_code":"NO_BILL_DATA"}`)
	defer done()
	_, err := client.BillURL(context.Background(), alipay.BillQuery{Type: alipay.BillTrade, Date: "2026-03-01"})
	fmt.Println(errors.Is(err, alipay.NoBillData))
	// Output: true
}

func ExampleNewBillReader() {
	const file = "#支付宝业务明细查询\r\n支付宝交易号,商户订单号,业务类型,订单金额（元）\r\n" +
		"2026030122001400000000000001\t,20260301000001\t,交易,12.34\r\n" +
		"2026030122001400000000000001\t,20260301000001\t,退款,-2.34\r\n#业务明细列表结束\r\n"
	bill, err := alipay.NewBillReader(strings.NewReader(file))
	if err != nil {
		panic(err)
	}
	for row, err := range bill.Rows() {
		if err != nil {
			panic(err)
		}
		fmt.Println(row.OutTradeNo, row.Amount, row.Refund())
	}
	// Output:
	// 20260301000001 12.34 false
	// 20260301000001 -2.34 true
}

func ExampleClient_Do() {
	client, done := exampleClient(`{"code":"10000","msg":"Success","order_status":"paid"}`)
	defer done()
	var answer struct {
		Status string `json:"order_status"`
	}
	reply, err := client.Do(context.Background(), alipay.Request{
		Method:  "alipay.commerce.example.query",
		Content: map[string]string{"out_order_no": "1"},
	}, &answer)
	if err != nil {
		panic(err)
	}
	fmt.Println(reply.Code, answer.Status)
	// Output: 10000 paid
}
