package alipay

// API names of the typed methods.
const (
	methodPagePay       = "alipay.trade.page.pay"
	methodWapPay        = "alipay.trade.wap.pay"
	methodAppPay        = "alipay.trade.app.pay"
	methodPrecreate     = "alipay.trade.precreate"
	methodPay           = "alipay.trade.pay"
	methodCreate        = "alipay.trade.create"
	methodQuery         = "alipay.trade.query"
	methodClose         = "alipay.trade.close"
	methodCancel        = "alipay.trade.cancel"
	methodRefund        = "alipay.trade.refund"
	methodRefundQuery   = "alipay.trade.fastpay.refund.query"
	methodBillURL       = "alipay.data.dataservice.bill.downloadurl.query"
	methodCertDownload  = "alipay.open.app.alipaycert.download"
	methodOAuthToken    = "alipay.system.oauth.token"
	methodUserInfo      = "alipay.user.info.share"
	methodMerchantToken = "alipay.open.auth.token.app"
	methodTransfer      = "alipay.fund.trans.uni.transfer"
	methodTransferQuery = "alipay.fund.trans.common.query"
)
