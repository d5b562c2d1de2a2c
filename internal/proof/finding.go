package proof

// Code says what is wrong; it is stable.
type Code string

// The codes.
const (
	OrderStatus      Code = "order_status"
	OrderTimes       Code = "order_times"
	OrderTwice       Code = "order_settled_twice"
	OrderUnsettled   Code = "order_paid_without_payment"
	OrderUnpaid      Code = "order_settled_but_not_paid"
	OrderUnwatched   Code = "order_never_expires"
	OrderAttempts    Code = "order_payment_missing"
	OrderEvents      Code = "order_events"
	PaymentStatus    Code = "payment_status"
	PaymentTimes     Code = "payment_times"
	PaymentMoney     Code = "payment_money"
	PaymentUnwatched Code = "payment_never_asked"
	SurplusUnclear   Code = "surplus_unclear"
	SurplusEvents    Code = "surplus_events"
	RefundStatus     Code = "refund_status"
	RefundTimes      Code = "refund_times"
	RefundUnwatched  Code = "refund_never_sent"
	RefundStranger   Code = "refund_of_another_order"
	RefundSums       Code = "refund_sums"
	RefundTooMuch    Code = "refund_too_much"
	RefundEvents     Code = "refund_events"
	NoticeVerdict    Code = "notice_verdict"
	NoticeTwice      Code = "notice_settled_twice"
	EventOrphan      Code = "event_without_object"
	EventGap         Code = "event_number_missing"
	EventTwice       Code = "event_number_twice"
	EventLast        Code = "event_number_last"
	MessageTwice     Code = "message_twice"
	MessageUnpaid    Code = "message_for_unpaid_order"
	BillOpen         Code = "bill_differences_open"
	BillCount        Code = "bill_differences_miscounted"
	BillSums         Code = "bill_sums_differ"
	TruthMissing     Code = "platform_unknown_here"
	TruthPaid        Code = "platform_paid_differs"
	TruthRefunded    Code = "platform_refunded_differs"
	TruthSums        Code = "platform_sums_differ"
	TruthAbsent      Code = "platform_does_not_know"
	TruthTwice       Code = "platform_message_twice"
)

// Finding is one thing that does not fit.
type Finding struct {
	Code     Code   `json:"code"`
	Object   string `json:"object"`          // the id to look at
	Order    string `json:"order,omitempty"` // the order that it belongs to
	Detail   string `json:"detail"`          // what was found, with figures
	English  string `json:"english"`         // what it means
	Chinese  string `json:"chinese"`         // the same
	Advice   string `json:"advice"`          // what to do
	AdviceZH string `json:"advice_chinese"`  // the same

	key string // what to read again to see whether it is still so
}

func find(c Code, object, order, detail string) Finding {
	m := meaning(c)
	return Finding{Code: c, Object: object, key: object, Order: order, Detail: detail, English: m.english, Chinese: m.chinese,
		Advice: m.advice.english, AdviceZH: m.advice.chinese}
}

type advice struct{ english, chinese string }

type sense struct {
	english, chinese string
	advice           advice
}

func meaning(c Code) sense {
	timeline := advice{"Read the order's payments, notices and events, and ask the platform about its numbers.", "查看订单的付款、通知与事件，并向平台查询这些单号。"}
	money := advice{"Stop refunds of this payment and compare it with the platform's bill before anything else.", "先停止该笔付款的退款，并与平台账单核对。"}
	work := advice{"Restart the server; if it stays, report it with these ids.", "重启服务；若仍存在，请附上这些编号报告。"}
	feed := advice{"Receivers may have missed an event: let them read the feed again from before this number.", "接收方可能漏收事件：请从此序号之前重新读取。"}
	ask := advice{"Run the audit again after a few minutes; if it stays, ask the platform about the number and settle it by hand.", "几分钟后再次审计；若仍存在，向平台查询该单号并人工处理。"}
	bill := advice{"Look at the differences of this reconciliation and deal with each, or reconcile the day again.", "查看这次对账的差异并逐条处理，或重新对账。"}
	return map[Code]sense{
		OrderStatus:      {"The order is in no known state.", "订单状态未知。", timeline},
		OrderTimes:       {"The order's times do not fit its state.", "订单时间与状态不符。", timeline},
		OrderTwice:       {"More than one payment settles the order.", "一个订单被多笔付款结清。", money},
		OrderUnsettled:   {"The order is paid, but no payment settles it.", "订单已付，却没有结清它的付款。", timeline},
		OrderUnpaid:      {"A payment settles the order, which is not paid.", "有付款结清了订单，订单却未标为已付。", timeline},
		OrderUnwatched:   {"The order is pending and will never expire.", "订单待付且永不过期。", work},
		OrderAttempts:    {"The order has begun more or fewer payments than are stored.", "订单发起的付款数与留存的不符。", timeline},
		OrderEvents:      {"The order's events do not fit its state.", "订单事件与状态不符。", feed},
		PaymentStatus:    {"The payment is in no known state.", "付款状态未知。", timeline},
		PaymentTimes:     {"The payment's times do not fit its state.", "付款时间与状态不符。", timeline},
		PaymentMoney:     {"The payment's amounts do not fit its state.", "付款金额与状态不符。", money},
		PaymentUnwatched: {"The payment may be paid, and the platform will never be asked.", "付款可能成功，却不会再查询平台。", work},
		SurplusUnclear:   {"The money came, and it is not said what for.", "款已到账，却未说明归属。", money},
		SurplusEvents:    {"The surplus was told never, twice, or without being one.", "多余款项的事件缺失、重复或不应存在。", feed},
		RefundStatus:     {"The refund is in no known state.", "退款状态未知。", timeline},
		RefundTimes:      {"The refund's times do not fit its state.", "退款时间与状态不符。", timeline},
		RefundUnwatched:  {"The refund is open, and will never be sent.", "退款未完成，却不会再发送。", work},
		RefundStranger:   {"The refund's payment belongs to another order.", "退款对应的付款属于其他订单。", money},
		RefundSums:       {"What is reserved and refunded does not fit the refunds.", "预留与已退金额与退款记录不符。", money},
		RefundTooMuch:    {"More goes back than came.", "退款超过实付金额。", money},
		RefundEvents:     {"The refund's events do not fit its state.", "退款事件与状态不符。", feed},
		NoticeVerdict:    {"The notice's verdict does not fit its payment.", "通知的结论与付款不符。", timeline},
		NoticeTwice:      {"Two notices settled one payment.", "两条通知结清了同一笔付款。", timeline},
		EventOrphan:      {"An event tells of something that is not there.", "事件所指的对象不存在。", timeline},
		EventGap:         {"A number of the feed is missing.", "事件序号缺失。", feed},
		EventTwice:       {"A number of the feed was given twice.", "事件序号重复。", feed},
		EventLast:        {"The last number given is not the highest.", "最后发出的序号不是最大的。", feed},
		MessageTwice:     {"Two messages are stored for one order.", "一个订单存有两条消息。", advice{"See in the message list whether the person got both.", "在消息列表中查看对方是否收到两条。"}},
		MessageUnpaid:    {"A receipt is stored for an order that is not paid.", "未付订单存有付款回执。", timeline},
		BillOpen:         {"The ledger and the bill of a day differ, and nobody has explained it.", "账本与当日账单有未处理的差异。", bill},
		BillCount:        {"The count of open differences is wrong.", "未处理差异的计数不对。", work},
		BillSums:         {"The sums of the ledger and the bill differ, though no line does.", "账本与账单合计不符，逐条却无差异。", bill},
		TruthMissing:     {"The platform took money under a number that is not ours.", "平台收到了我方没有的单号的款项。", ask},
		TruthPaid:        {"The platform took another sum than the ledger says.", "平台实收与账本不符。", ask},
		TruthRefunded:    {"The platform gave back another sum than the ledger says.", "平台已退与账本不符。", ask},
		TruthSums:        {"The platform's sums are not the ledger's.", "平台合计与账本不符。", ask},
		TruthAbsent:      {"The ledger has money that the platform never took.", "账本记有平台未收的款项。", ask},
		TruthTwice:       {"People got the same message twice.", "有人重复收到同一消息。", advice{"Look at the messages with more than one try.", "查看多次尝试发送的消息。"}},
	}[c]
}
