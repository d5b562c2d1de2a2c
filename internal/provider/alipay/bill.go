package alipay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	client "github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

var _ pay.Biller = (*Account)(nil)

// Bill follows alipay.data.dataservice.bill.downloadurl.query for the trade
// bill. The archive passes through a file of the system's temporary folder,
// which is gone afterwards.
func (a *Account) Bill(ctx context.Context, day pay.Day, each func(pay.BillLine) error) error {
	file, err := os.CreateTemp("", "paypush-bill-*.zip")
	if err != nil {
		return fault.Wrap("alipay.Bill", err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // it is the system's to clean then
	defer file.Close()           //nolint:errcheck // nothing of it is needed any more
	archive, err := a.client.FetchBill(ctx, client.BillQuery{Type: client.BillTrade, Date: string(day)}, file)
	if err == nil {
		err = readBill(ctx, archive, day, each)
	}
	switch {
	case errors.Is(err, client.NoBillData):
		return nil
	case errors.Is(err, client.BillNotExist):
		return pay.ErrBillNotReady.Because("alipay.Bill "+string(day), err)
	case errors.Is(err, client.ErrMalformed), errors.Is(err, io.ErrUnexpectedEOF):
		return pay.ErrBillMalformed.Because("alipay.Bill "+string(day), err)
	}
	return translate("alipay.Bill", err)
}

func readBill(ctx context.Context, archive *client.BillArchive, day pay.Day, each func(pay.BillLine) error) error {
	rows, err := archive.Details()
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // it was only read
	if !rows.From.IsZero() && !rows.From.Equal(day.Start()) {
		return fmt.Errorf("%w: the bill begins at %s", client.ErrMalformed, rows.From)
	}
	for row, err := range rows.Rows() {
		if err != nil {
			return err
		}
		if err := each(lineOf(row)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// lineOf gives a row the domain's form. The document does not settle the sign
// of the fee, and its kind tells which way the money went, so all signs go.
func lineOf(row *client.BillRow) pay.BillLine {
	l := pay.BillLine{Line: row.Line, Kind: pay.BillTrade, Number: row.OutTradeNo, TradeNo: row.TradeNo,
		Amount: unsigned(row.Amount), Received: unsigned(row.Received), Fee: unsigned(row.Fee), At: row.Completed}
	if row.Refund() {
		l.Kind, l.RequestNo = pay.BillRefund, row.RefundNo
	}
	return l
}

func unsigned(f client.Fen) pay.Amount { return pay.Amount(max(f, -f)) }
