package alipay

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Order is what is sold, the same for every way to pay for it. The number, the
// total and the subject are needed.
//
// Sending the same number again with the same data is harmless while the trade is
// unpaid; other data is refused with [ContextInconsistent], a paid number with
// [TradeHasSuccess], a closed one with [TradeHasClose]. A closed number is spent.
//
// Every way to pay may also refuse with [InvalidParameter], ACQ.ACCESS_FORBIDDEN (no
// contract for the product), ACQ.TOTAL_FEE_EXCEED, ACQ.BUYER_SELLER_EQUAL,
// ACQ.EXIST_FORBIDDEN_WORD (in the subject), ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR,
// ACQ.SELLER_BEEN_BLOCKED and the merchant's limits, as ACQ.BEYOND_PAY_RESTRICTION.
// By page they are shown to the payer; otherwise they are errors. [SystemError]
// leaves the outcome unknown.
type Order struct {
	// OutTradeNo is the merchant's number of the trade, at most 64 letters, digits
	// and underscores, unique for the merchant.
	OutTradeNo string `json:"out_trade_no"`
	// TotalAmount is what is to be paid, from 1 fen to [MaxAmount].
	TotalAmount Fen `json:"total_amount"`
	// Subject is the title the payer reads, at most 256 characters.
	Subject string `json:"subject"`
	// Body is a description of at most 128 characters, repeated in notice and bill.
	Body string `json:"body,omitempty"`
	// TimeExpire is when the unpaid trade closes, 1 minute to 15 days ahead. It is the
	// only bound on a page pay link that nobody has opened; the zero time leaves it
	// to Alipay (15 days for pages and apps, 3 hours face to face).
	TimeExpire time.Time `json:"-"`
	// TimeoutExpress is the older, relative form: "30m", "2h", "15d", or "1c" for
	// midnight. TimeExpire wins over it.
	TimeoutExpress string `json:"timeout_express,omitempty"`
	// PassbackParams is a text that comes back in notices. It is URL-encoded here,
	// as the platform asks, and its encoded form may have at most 512 bytes.
	PassbackParams string `json:"-"`
	// SellerID is the payee, 2088 and 12 digits, when it is not the account that
	// signed the contract. Page pay does not know it.
	SellerID string `json:"seller_id,omitempty"`
	// StoreID, OperatorID and TerminalID are the merchant's own names of a shop, a
	// person and a till.
	StoreID    string `json:"store_id,omitempty"`
	OperatorID string `json:"operator_id,omitempty"`
	TerminalID string `json:"terminal_id,omitempty"`
	// MerchantOrderNo is a second number of the merchant, at most 32 characters.
	MerchantOrderNo string `json:"merchant_order_no,omitempty"`
	// GoodsDetail lists what is bought, at most 150 items.
	GoodsDetail []GoodsDetail `json:"goods_detail,omitempty"`
	// ExtendParams carries instalments, the service provider and the like.
	ExtendParams *ExtendParams `json:"extend_params,omitempty"`
	// BusinessParams are agreed with Alipay case by case, as mc_create_trade_ip.
	BusinessParams map[string]string `json:"business_params,omitempty"`
	// EnablePayChannels and DisablePayChannels name the only, or the forbidden, ways
	// to pay. Only one of them may be given.
	EnablePayChannels  []string `json:"-"`
	DisablePayChannels []string `json:"-"`
	// QueryOptions asks for further fields in the answer.
	QueryOptions []string `json:"query_options,omitempty"`
	// Extra are further business fields by their platform names, as "settle_info" or
	// "royalty_info", encoded as JSON. A name that is set otherwise is refused.
	Extra map[string]any `json:"-"`
}

// GoodsDetail is one item of what is bought.
type GoodsDetail struct {
	// GoodsID, GoodsName and Quantity are needed; Price is of one piece.
	GoodsID   string `json:"goods_id"`
	GoodsName string `json:"goods_name"`
	Quantity  int64  `json:"quantity"`
	Price     Fen    `json:"price"`
	// The rest is optional.
	AlipayGoodsID  string `json:"alipay_goods_id,omitempty"`
	GoodsCategory  string `json:"goods_category,omitempty"`
	CategoriesTree string `json:"categories_tree,omitempty"`
	Body           string `json:"body,omitempty"`
	ShowURL        string `json:"show_url,omitempty"`
	OutItemID      string `json:"out_item_id,omitempty"`
	OutSkuID       string `json:"out_sku_id,omitempty"`
}

// ExtendParams are business extensions of an order.
type ExtendParams struct {
	// SysServiceProviderID is the service provider's number, for its commission.
	SysServiceProviderID string `json:"sys_service_provider_id,omitempty"`
	// HBFQNum is the number of Huabei instalments, HBFQSellerPercent the share of
	// their fee, in percent, that the seller bears.
	HBFQNum           string `json:"hb_fq_num,omitempty"`
	HBFQSellerPercent string `json:"hb_fq_seller_percent,omitempty"`
	CardType          string `json:"card_type,omitempty"`
	// SpecifiedSellerName is shown to the payer instead of the contract's name.
	SpecifiedSellerName string `json:"specified_seller_name,omitempty"`
	// RoyaltyFreeze "true" holds the money until it is split.
	RoyaltyFreeze      string `json:"royalty_freeze,omitempty"`
	CreditExtInfo      string `json:"credit_ext_info,omitempty"`
	IndustryRefluxInfo string `json:"industry_reflux_info,omitempty"`
}

// orderExtra are the fields of an Order that are not spelt as they are typed, and
// the product by which it is paid.
type orderExtra struct {
	ProductCode string `json:"product_code,omitempty"`
	TimeExpire  string `json:"time_expire,omitempty"`
	Passback    string `json:"passback_params,omitempty"`
	Enable      string `json:"enable_pay_channels,omitempty"`
	Disable     string `json:"disable_pay_channels,omitempty"`
}

func (o *Order) extra(product string) orderExtra {
	return orderExtra{
		ProductCode: product,
		TimeExpire:  formatTime(o.TimeExpire),
		Passback:    url.QueryEscape(o.PassbackParams),
		Enable:      strings.Join(o.EnablePayChannels, ","),
		Disable:     strings.Join(o.DisablePayChannels, ","),
	}
}

// check refuses what Alipay would refuse in front of the payer.
func (o *Order) check(method string, now time.Time) error {
	switch {
	case o.OutTradeNo == "" || len(o.OutTradeNo) > 64:
		return invalid(method, "OutTradeNo needs 1 to 64 characters")
	case o.TotalAmount < 1 || o.TotalAmount > MaxAmount:
		return invalid(method, "TotalAmount %s is not within 0.01 and %s yuan", o.TotalAmount, MaxAmount)
	case o.Subject == "" || utf8.RuneCountInString(o.Subject) > 256:
		return invalid(method, "Subject needs 1 to 256 characters")
	case !utf8.ValidString(o.Subject) || !utf8.ValidString(o.Body):
		return invalid(method, "Subject or Body is not UTF-8")
	case utf8.RuneCountInString(o.Body) > 128:
		return invalid(method, "Body has more than 128 characters")
	case !o.TimeExpire.IsZero() && !o.TimeExpire.After(now):
		return invalid(method, "TimeExpire has passed")
	case len(o.EnablePayChannels) > 0 && len(o.DisablePayChannels) > 0:
		return invalid(method, "only one of EnablePayChannels and DisablePayChannels may be given")
	}
	return nil
}
