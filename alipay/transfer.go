package alipay

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Transfer pays money from the merchant's account to somebody's
// (alipay.fund.trans.uni.transfer). Real apps need certificate mode for it.
type Transfer struct {
	// OutBizNo is the merchant's number of the transfer, at most 64 characters. The
	// same number moves money once.
	OutBizNo string `json:"out_biz_no"`
	// TransAmount is at least 10 fen to an account, 1 fen in a red packet.
	TransAmount Fen `json:"trans_amount"`
	// ProductCode is "TRANS_ACCOUNT_NO_PWD", also when empty, or "STD_RED_PACKET".
	ProductCode string `json:"product_code"`
	// BizScene is "DIRECT_TRANSFER", also when empty, or "PERSONAL_COLLECTION".
	BizScene string `json:"biz_scene"`
	// OrderTitle is what the payee reads.
	OrderTitle string `json:"order_title"`
	// Payee is who gets the money.
	Payee Payee `json:"payee_info"`
	// Remark is a note of at most 200 characters.
	Remark string `json:"remark,omitempty"`
	// BusinessParams is JSON agreed with Alipay, as {"payer_show_name":"..."}.
	BusinessParams string `json:"business_params,omitempty"`
	// SceneName and SceneReports tell what the transfer is for, where the contract
	// asks for it.
	SceneName    string                `json:"transfer_scene_name,omitempty"`
	SceneReports []TransferSceneReport `json:"transfer_scene_report_infos,omitempty"`
}

// Payee is who gets the money of a transfer.
type Payee struct {
	// Identity is of the kind that IdentityType names: "ALIPAY_USER_ID" (2088...),
	// "ALIPAY_LOGON_ID" (phone or e-mail) or "ALIPAY_OPEN_ID".
	Identity     string `json:"identity"`
	IdentityType string `json:"identity_type"`
	// Name is the real name; it is needed with a logon id and checked when given.
	Name string `json:"name,omitempty"`
}

// TransferSceneReport is one statement on what a transfer is for.
type TransferSceneReport struct {
	InfoType    string `json:"info_type"`
	InfoContent string `json:"info_content"`
}

// Transferred is what Alipay knows of a transfer.
type Transferred struct {
	Reply
	// OutBizNo is the merchant's number, OrderID and PayFundOrderID are Alipay's.
	OutBizNo       string `json:"out_biz_no"`
	OrderID        string `json:"order_id"`
	PayFundOrderID string `json:"pay_fund_order_id"`
	// Status is SUCCESS, or for bank cards also DEALING, FAIL and REFUND; a query also
	// knows WAIT_PAY and CLOSED.
	Status    string `json:"status"`
	SubStatus string `json:"sub_status"`
	// Amount is what was moved.
	Amount Fen `json:"-"`
	// Time is when the money moved, in UTC.
	Time time.Time `json:"-"`
	// ErrorCode and FailReason say why a transfer failed, in the answer to a query.
	ErrorCode  string `json:"error_code"`
	FailReason string `json:"fail_reason"`
}

// Succeeded reports that the money has arrived.
func (t *Transferred) Succeeded() bool { return t.Status == "SUCCESS" }

// UnmarshalJSON reads the platform's form of the answer.
func (t *Transferred) UnmarshalJSON(b []byte) error {
	type plain Transferred
	w := struct {
		*plain
		Amount      Fen   `json:"amount"`
		TransAmount Fen   `json:"trans_amount"`
		TransDate   stamp `json:"trans_date"`
		PayDate     stamp `json:"pay_date"`
	}{plain: (*plain)(t)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	if t.Amount = w.TransAmount; t.Amount == 0 {
		t.Amount = w.Amount
	}
	if t.Time = w.TransDate.Time; t.Time.IsZero() {
		t.Time = w.PayDate.Time
	}
	return nil
}

// Transfer moves money once for each OutBizNo; the same number with other data is
// [TransferInconsistent]. After an error that is Unknown ask [Client.TransferQuery]
// or repeat the very same transfer. A nil error is a transfer that Succeeded or is
// under way; one that the answer calls failed is an error. Refusals have no prefix:
// [PayerBalance], PAYEE_NOT_EXIST, PAYEE_ACCOUNT_STATUS_ERROR, EXCEED_LIMIT_... and
// PRODUCT_NOT_SIGN among others.
func (c *Client) Transfer(ctx context.Context, t Transfer) (*Transferred, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	out := new(Transferred)
	reply, err := c.Do(ctx, Request{Method: methodTransfer, Content: &t}, out)
	if err != nil {
		return nil, err
	}
	if out.Status == "FAIL" {
		return nil, &Error{Method: methodTransfer, HTTPStatus: http.StatusOK, Code: codeFailed, Msg: "Business Failed",
			SubCode: out.ErrorCode, SubMsg: out.FailReason, TraceID: reply.TraceID, Verified: true, Raw: bounded(reply.Raw)}
	}
	return out, nil
}

func (t *Transfer) check() error {
	if t.ProductCode == "" {
		t.ProductCode = "TRANS_ACCOUNT_NO_PWD"
	}
	if t.BizScene == "" {
		t.BizScene = "DIRECT_TRANSFER"
	}
	least := Fen(1)
	if t.ProductCode == "TRANS_ACCOUNT_NO_PWD" {
		least = 10
	}
	switch {
	case t.OutBizNo == "" || len(t.OutBizNo) > 64:
		return invalid(methodTransfer, "OutBizNo needs 1 to 64 characters")
	case t.TransAmount < least || t.TransAmount > MaxAmount:
		return invalid(methodTransfer, "TransAmount %s is not within %s and %s yuan", t.TransAmount, least, MaxAmount)
	case t.OrderTitle == "":
		return invalid(methodTransfer, "OrderTitle is needed")
	case t.Payee.Identity == "" || t.Payee.IdentityType == "":
		return invalid(methodTransfer, "Payee needs an identity and its type")
	}
	return nil
}

// TransferQuery asks for a transfer by one of its numbers
// (alipay.fund.trans.common.query).
type TransferQuery struct {
	OutBizNo       string `json:"out_biz_no,omitempty"`
	OrderID        string `json:"order_id,omitempty"`
	PayFundOrderID string `json:"pay_fund_order_id,omitempty"`
	// ProductCode and BizScene are those of the transfer; both have its defaults.
	ProductCode string `json:"product_code"`
	BizScene    string `json:"biz_scene"`
}

// TransferQuery answers what became of a transfer; a nil error says only that it
// was found. A transfer that never arrived at Alipay is [OrderNotExist].
func (c *Client) TransferQuery(ctx context.Context, q TransferQuery) (*Transferred, error) {
	if q.OutBizNo == "" && q.OrderID == "" && q.PayFundOrderID == "" {
		return nil, invalid(methodTransferQuery, "a number of the transfer is needed")
	}
	if q.ProductCode == "" {
		q.ProductCode = "TRANS_ACCOUNT_NO_PWD"
	}
	if q.BizScene == "" {
		q.BizScene = "DIRECT_TRANSFER"
	}
	out := new(Transferred)
	if _, err := c.Do(ctx, Request{Method: methodTransferQuery, Content: &q}, out); err != nil {
		return nil, err
	}
	return out, nil
}
