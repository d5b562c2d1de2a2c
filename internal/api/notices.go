package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/paypush/paypush/internal/pay"
)

// How much of a notice's body is shown, in bytes.
const (
	bodyInList = 2 << 10
	bodyAlone  = 64 << 10
)

// Notice is what a platform posted, as callers see it.
type Notice struct {
	ID         string              `json:"id" example:"ntc_0199"`
	Account    string              `json:"account" doc:"The merchant account whose address was called"`
	Verdict    pay.Verdict         `json:"verdict" enum:"settled,surplus,repeated,noted,mismatched" doc:"What became of it"`
	Reason     string              `json:"reason,omitempty" doc:"Why it did not settle: amount, account, payment, ..."`
	Number     string              `json:"out_trade_no,omitempty" doc:"The number in it"`
	Payment    string              `json:"payment,omitempty" doc:"The payment that it is about, pay_...; absent where none matched"`
	Finding    string              `json:"finding,omitempty" doc:"What the platform said when it was asked about a number that is not ours"`
	Deliveries int64               `json:"deliveries" doc:"How often these very bytes came"`
	ReceivedAt time.Time           `json:"received_at" doc:"The first time"`
	LastAt     time.Time           `json:"last_at" doc:"The last time"`
	Remote     string              `json:"remote" doc:"Who posted it first"`
	Body       string              `json:"body" doc:"As it came; at most 2 KiB of it in lists and 64 KiB alone"`
	Encoding   string              `json:"body_encoding" enum:"utf-8,base64" doc:"base64 where the bytes are no UTF-8"`
	Bytes      int                 `json:"body_bytes" doc:"The length of the whole body"`
	Cut        bool                `json:"body_cut" doc:"Whether body is only its beginning"`
	Header     map[string][]string `json:"header,omitempty" doc:"Given for one notice, not in lists"`
}

func viewNotice(n pay.Notice, most int) Notice {
	body := n.Body[:min(len(n.Body), most)]
	v := Notice{ID: n.ID, Account: n.Account, Verdict: n.Verdict, Reason: n.Reason, Number: n.Number, Payment: n.PaymentID,
		Finding: n.Finding, Deliveries: n.Deliveries, ReceivedAt: n.ReceivedAt, LastAt: n.LastAt, Remote: n.Remote,
		Encoding: "utf-8", Bytes: len(n.Body), Cut: len(body) < len(n.Body)}
	if v.Cut && utf8.Valid(n.Body) {
		for !utf8.Valid(body) { // the cut went through a character
			body = body[:len(body)-1]
		}
	}
	if v.Body = string(body); !utf8.Valid(body) {
		v.Body, v.Encoding = base64.StdEncoding.EncodeToString(body), "base64"
	}
	return v
}

func (a *API) registerNotices() {
	huma.Register(a.huma, a.operation("list-notices", http.MethodGet, "/v1/notices",
		"What platforms posted, with its verdict, newest first; forged ones are only counted", http.StatusOK), a.listNotices)
	huma.Register(a.huma, a.operation("get-notice", http.MethodGet, "/v1/notices/{id}", "Get a notice as it came",
		http.StatusOK, http.StatusNotFound), a.getNotice)
}

type listNoticesInput struct {
	Paged
	Verdict string `query:"verdict" enum:"settled,surplus,repeated,noted,mismatched"`
	Account string `query:"account" maxLength:"64" doc:"Only those that came to this merchant account"`
	Payment string `query:"payment" maxLength:"64" doc:"Only those about this payment, pay_..."`
	Number  string `query:"out_trade_no" maxLength:"64" doc:"Only those with this number, whether or not it is ours"`
}

type listNoticesOutput struct{ Body Page[Notice] }

func (a *API) listNotices(ctx context.Context, in *listNoticesInput) (*listNoticesOutput, error) {
	before, err := in.behind("ntc")
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	found, err := a.Pay.Reader().NoticePage(ctx, pay.NoticeSearch{Verdict: pay.Verdict(in.Verdict), Account: in.Account,
		PaymentID: in.Payment, Number: in.Number, Before: before, Limit: in.Limit})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &listNoticesOutput{pageOf(found, in.Limit, func(n pay.Notice) Notice { return viewNotice(n, bodyInList) },
		func(n pay.Notice) string { return n.ID })}, nil
}

type noticeInput struct {
	ID string `path:"id" maxLength:"64"`
}

type noticeOutput struct{ Body Notice }

func (a *API) getNotice(ctx context.Context, in *noticeInput) (*noticeOutput, error) {
	n, err := a.Pay.Reader().Notice(ctx, in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &noticeOutput{viewNotice(n, bodyAlone)}
	out.Body.Header = n.Header
	return out, nil
}
