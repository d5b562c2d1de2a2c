package alipay

import "time"

// text answers the field of a notice that holds a text parameter, or nil.
func (n *Notice) text(name string) *string {
	switch name {
	case "notify_id":
		return &n.ID
	case "notify_type":
		return &n.Type
	case "app_id":
		return &n.AppID
	case "auth_app_id":
		return &n.AuthAppID
	case "trade_no":
		return &n.TradeNo
	case "out_trade_no":
		return &n.OutTradeNo
	case "out_biz_no":
		return &n.OutRequestNo
	case "seller_id":
		return &n.SellerID
	case "seller_email":
		return &n.SellerEmail
	case "buyer_id":
		return &n.BuyerID
	case "buyer_open_id":
		return &n.BuyerOpenID
	case "buyer_logon_id":
		return &n.BuyerLogonID
	case "subject":
		return &n.Subject
	case "body":
		return &n.Body
	}
	return nil
}

// amount answers the field of a notice that holds an amount parameter, or nil.
func (n *Notice) amount(name string) *Fen {
	switch name {
	case "total_amount":
		return &n.TotalAmount
	case "receipt_amount":
		return &n.ReceiptAmount
	case "buyer_pay_amount":
		return &n.BuyerPayAmount
	case "point_amount":
		return &n.PointAmount
	case "invoice_amount":
		return &n.InvoiceAmount
	case "refund_fee":
		return &n.RefundFee
	case "send_back_fee":
		return &n.SendBackFee
	}
	return nil
}

// time answers the field of a notice that holds a time parameter, or nil.
func (n *Notice) time(name string) *time.Time {
	switch name {
	case "gmt_create":
		return &n.Created
	case "gmt_payment":
		return &n.PaidAt
	case "gmt_refund":
		return &n.RefundedAt
	case "gmt_close":
		return &n.ClosedAt
	case "notify_time":
		return &n.Sent
	}
	return nil
}
