package alipay

import "strings"

// Codes of the gateway. Everything else is a failure.
const (
	codeSuccess = "10000"
	codeWaiting = "10003"
	codeFailed  = "40004"
)

// SubCode is a reason as the platform names it. It is an error value, so that
// errors.Is(err, alipay.TradeNotExist) asks for it; any other name works as well:
// errors.Is(err, alipay.SubCode("ACQ.BUYER_ERROR")).
type SubCode string

// The sub codes a merchant's program most often has to act on.
const (
	// TradeNotExist: no such trade, or a page nobody opened, or a code nobody scanned.
	TradeNotExist SubCode = "ACQ.TRADE_NOT_EXIST"
	// TradeHasSuccess: the order number is already paid.
	TradeHasSuccess SubCode = "ACQ.TRADE_HAS_SUCCESS"
	// TradeHasClose: the order number belongs to a closed trade and can't be used again.
	TradeHasClose SubCode = "ACQ.TRADE_HAS_CLOSE"
	// TradeHasFinished: the trade is past the time in which it can be refunded.
	TradeHasFinished SubCode = "ACQ.TRADE_HAS_FINISHED"
	// TradeStatusError: the trade is not in a state that allows the call.
	TradeStatusError SubCode = "ACQ.TRADE_STATUS_ERROR"
	// ContextInconsistent: the order number was used before with other data.
	ContextInconsistent SubCode = "ACQ.CONTEXT_INCONSISTENT"
	// DiscordantRepeat: the refund number was used before with another amount.
	DiscordantRepeat SubCode = "ACQ.DISCORDANT_REPEAT_REQUEST"
	// RefundTooMuch: more than what is left of the trade.
	RefundTooMuch SubCode = "ACQ.REASON_TRADE_REFUND_FEE_ERR"
	// SellerBalance: the merchant's balance does not cover the refund.
	SellerBalance SubCode = "ACQ.SELLER_BALANCE_NOT_ENOUGH"
	// AuthCodeInvalid: the payment code is wrong, used or expired.
	AuthCodeInvalid SubCode = "ACQ.PAYMENT_AUTH_CODE_INVALID"
	// InvalidParameter: a business parameter is missing or wrong.
	InvalidParameter SubCode = "ACQ.INVALID_PARAMETER"
	// SystemError: Alipay does not know the outcome; repeat with the same numbers.
	SystemError SubCode = "ACQ.SYSTEM_ERROR"
	// UnknownError: gateway trouble, spelt as the platform spells it.
	UnknownError SubCode = "isp.unknow-error"
	// InvalidSignature: the gateway could not verify the request.
	InvalidSignature SubCode = "isv.invalid-signature"
	// InvalidAppID: the gateway does not know the app; that answer is unsigned.
	InvalidAppID SubCode = "isv.invalid-app-id"
	// AuthTokenInvalid: the service provider's token of a merchant is unknown.
	AuthTokenInvalid SubCode = "aop.invalid-app-auth-token"
	// AuthTokenExpired: the service provider's token of a merchant has expired.
	AuthTokenExpired SubCode = "aop.app-auth-token-time-out"
	// OAuthCodeInvalid: the authorization code is unknown, used or expired.
	OAuthCodeInvalid SubCode = "isv.code-invalid"
	// NoBillData: there was no trade on that day.
	NoBillData SubCode = "NO_BILL_DATA"
	// BillNotExist: the bill is not ready yet.
	BillNotExist SubCode = "BILL_NOT_EXIST"
	// PayerBalance: the payer of a transfer has too little money.
	PayerBalance SubCode = "PAYER_BALANCE_NOT_ENOUGH"
	// TransferInconsistent: the transfer number was used before with other data.
	TransferInconsistent SubCode = "PAYMENT_INFO_INCONSISTENCY"
	// OrderNotExist: no such transfer.
	OrderNotExist SubCode = "ORDER_NOT_EXIST"
)

// Error answers the sub code itself.
func (s SubCode) Error() string { return string(s) }

func (s SubCode) matches(code string) bool {
	return code != "" && bareCode(string(s)) == bareCode(code)
}

// bareCode strips the prefixes, which the platform adds, doubles and misspells.
func bareCode(s string) string {
	for {
		prefix, rest, found := strings.Cut(s, ".")
		switch prefix {
		case "ACQ", "AQC", "isv", "isp", "aop":
		default:
			return s
		}
		if !found {
			return s
		}
		s = rest
	}
}
