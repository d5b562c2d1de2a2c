package alipay

import (
	"fmt"
	"strings"
	"time"
)

// BillRow is one line of a bill. Its fields are those of a trade bill; the cells of
// any other bill are read by [BillRow.Cell]. Amounts of refunds are negative.
type BillRow struct {
	// Line counts from 1, marked lines included.
	Line int
	// TradeNo is Alipay's number, OutTradeNo the merchant's.
	TradeNo, OutTradeNo string
	// Kind is 交易 for a payment and 退款 for a refund; see [BillRow.Refund].
	Kind string
	// RefundNo is the out_request_no of a refund.
	RefundNo string
	// Subject is the order's.
	Subject string
	// Created and Completed are in UTC.
	Created, Completed time.Time
	// StoreID, StoreName, Operator and Terminal are the merchant's own names.
	StoreID, StoreName, Operator, Terminal string
	// Counterparty is the buyer's account, masked.
	Counterparty string
	// Amount is what the order asked for, Received what the merchant received.
	Amount, Received Fen
	// RedPacket, Points, AlipayDiscount, MerchantDiscount, Voucher, MerchantRedPacket
	// and Card are parts of the payment by where they came from.
	RedPacket, Points, AlipayDiscount, MerchantDiscount, Voucher, MerchantRedPacket, Card Fen
	VoucherName                                                                           string
	// Fee is what Alipay charges, negative when charged; Split is profit sharing.
	Fee, Split Fen
	Remark     string

	columns, cells []string
}

// Refund reports that the row is about money that went back.
func (r *BillRow) Refund() bool { return strings.Contains(r.Kind, "退款") }

// Cell answers the text under a heading, as "商户订单号"; without such a heading it
// is the empty string. A heading may be asked for without its unit （元）.
func (r *BillRow) Cell(column string) string {
	for i, name := range r.columns {
		if name == column || billColumn(name) == column {
			return r.cells[i]
		}
	}
	return ""
}

// billLayout has, for each column of a file, the kind of its place in a BillRow.
type billLayout []billPlace

type billPlace struct {
	text   func(*BillRow) *string
	amount func(*BillRow) *Fen
	time   func(*BillRow) *time.Time
}

func layoutOf(columns []string) billLayout {
	layout := make(billLayout, len(columns))
	for i, name := range columns {
		layout[i] = billPlaceOf(billColumn(name))
	}
	return layout
}

// billColumn is a heading without its unit, which is spelt in two ways.
func billColumn(name string) string {
	name = strings.TrimSuffix(name, "（元）")
	return strings.TrimSuffix(name, "(元)")
}

func (r *BillRow) read(layout *billLayout) (err error) {
	for i, place := range *layout {
		cell := r.cells[i]
		if cell == "" {
			continue
		}
		switch {
		case place.text != nil:
			*place.text(r) = cell
		case place.amount != nil:
			*place.amount(r), err = ParseFen(strings.TrimPrefix(cell, "+"))
		case place.time != nil:
			*place.time(r), err = parseTime(cell)
		}
		if err != nil {
			return fmt.Errorf("%w: column %s", ErrMalformed, r.columns[i])
		}
	}
	return nil
}

func billPlaceOf(column string) billPlace {
	if f := billTextPlace(column); f != nil {
		return billPlace{text: f}
	}
	if f := billAmount(column); f != nil {
		return billPlace{amount: f}
	}
	switch column {
	case "创建时间":
		return billPlace{time: func(r *BillRow) *time.Time { return &r.Created }}
	case "完成时间":
		return billPlace{time: func(r *BillRow) *time.Time { return &r.Completed }}
	}
	return billPlace{}
}

func billTextPlace(column string) func(*BillRow) *string {
	switch column {
	case "支付宝交易号":
		return func(r *BillRow) *string { return &r.TradeNo }
	case "商户订单号":
		return func(r *BillRow) *string { return &r.OutTradeNo }
	case "业务类型":
		return func(r *BillRow) *string { return &r.Kind }
	case "退款批次号/请求号":
		return func(r *BillRow) *string { return &r.RefundNo }
	case "商品名称":
		return func(r *BillRow) *string { return &r.Subject }
	case "门店编号":
		return func(r *BillRow) *string { return &r.StoreID }
	case "门店名称":
		return func(r *BillRow) *string { return &r.StoreName }
	case "操作员":
		return func(r *BillRow) *string { return &r.Operator }
	case "终端号":
		return func(r *BillRow) *string { return &r.Terminal }
	case "对方账户":
		return func(r *BillRow) *string { return &r.Counterparty }
	case "券名称":
		return func(r *BillRow) *string { return &r.VoucherName }
	case "备注":
		return func(r *BillRow) *string { return &r.Remark }
	}
	return nil
}

func billAmount(column string) func(*BillRow) *Fen {
	switch column {
	case "订单金额":
		return func(r *BillRow) *Fen { return &r.Amount }
	case "商家实收":
		return func(r *BillRow) *Fen { return &r.Received }
	case "支付宝红包":
		return func(r *BillRow) *Fen { return &r.RedPacket }
	case "集分宝":
		return func(r *BillRow) *Fen { return &r.Points }
	case "支付宝优惠":
		return func(r *BillRow) *Fen { return &r.AlipayDiscount }
	case "商家优惠":
		return func(r *BillRow) *Fen { return &r.MerchantDiscount }
	case "券核销金额":
		return func(r *BillRow) *Fen { return &r.Voucher }
	case "商家红包消费金额":
		return func(r *BillRow) *Fen { return &r.MerchantRedPacket }
	case "卡消费金额":
		return func(r *BillRow) *Fen { return &r.Card }
	case "服务费":
		return func(r *BillRow) *Fen { return &r.Fee }
	case "分润":
		return func(r *BillRow) *Fen { return &r.Split }
	}
	return nil
}
