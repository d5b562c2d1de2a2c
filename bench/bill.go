package main

import (
	"archive/zip"
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

const (
	billTop = "#支付宝业务明细查询\r\n#账号：[20880000000000010156]\r\n#-----业务明细列表-----\r\n" +
		"支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）," +
		"支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\r\n"
	billRow = "20261001220014%014d\t,%s\t,交易,一杯咖啡,%s 12:00:00,%s 12:00:05,\t,,\t,\t,*友(buy***@example.com)\t,%s,%s," +
		"0.00,0.00,0.00,0.00,0.00,,0.00,0.00,,-0.07,0.00,\r\n"
	billFoot = "#-----业务明细列表结束-----\r\n#导出时间：[...]\r\n"
)

// writeBill writes the platform's archive of a day: a line for each payment
// but the last, and a stranger's.
func writeBill(path string, day pay.Day) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(file)
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: "details.csv", Method: zip.Deflate})
	if err == nil {
		err = writeLines(simplifiedchinese.GBK.NewEncoder().Writer(entry), day)
	}
	return errors.Join(err, archive.Close(), file.Close())
}

func writeLines(to io.Writer, day pay.Day) error {
	out := bufio.NewWriterSize(to, 64<<10)
	out.WriteString(billTop) //nolint:errcheck // the last write tells
	for n := range billedPayments {
		yuan, no := pay.Amount(seedAmount).Yuan(), number(n)
		switch n {
		case 7:
			yuan = "99.99"
		case billedPayments - 1:
			no = "STRANGER1"
		}
		fmt.Fprintf(out, billRow, n, no, day, day, yuan, yuan)
	}
	out.WriteString(billFoot) //nolint:errcheck // the last write tells
	return out.Flush()
}

// Rows are made in the database itself, since a million of them through the
// domain would take longer than what is measured.
const (
	seedRows   = `WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST($2 AS BIGINT))`
	seedOrders = seedRows + ` INSERT INTO orders (id, number, amount, subject, status, member_id, return_url, metadata, digest, attempts, version,
			created_at, expires_at, close_at, paid_at, closed_at)
		SELECT 'ord_000000000000000000000000' || (10000000 + i), 'BENCH' || (10000000 + i), 1234, 'x', 'paid', '', '', '', '', 1, 2,
			CAST($3 AS BIGINT), CAST($4 AS BIGINT) + i, 0, CAST($4 AS BIGINT) + i, 0 FROM n`
	seedPayments = seedRows + ` INSERT INTO payments (id, order_id, number, channel, account, amount, status, trade_no, buyer, paid_amount, settles, surplus,
			queries, next_query_at, version, created_at, expires_at, paid_at, closed_at, surplus_state, act_at, reserved, refunded)
		SELECT 'pay_000000000000000000000000' || (10000000 + i), 'ord_000000000000000000000000' || (10000000 + i), 'BENCH' || (10000000 + i),
			'alipay.page', 'alipay', 1234, 'succeeded', '', '', 1234, 1, '', 0, 0, 2,
			CAST($3 AS BIGINT), CAST($4 AS BIGINT) + i, CAST($4 AS BIGINT) + i, 0, '', 0, 0, 0 FROM n`
	seedStep = 100_000
)

// seedPaid makes a sandbox database of orders that were paid on a day, made
// today, so that the server finds nothing to reconcile by itself.
func seedPaid(ctx context.Context, database string, day pay.Day) error {
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Migrate(ctx), db.Stamp(ctx, "sandbox"), db.Close()); err != nil {
		return err
	}
	driver, address := "pgx", database
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		driver, address = "sqlite", path
	}
	raw, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	raw.SetMaxOpenConns(1)
	for first := 0; err == nil && first < billedPayments; first += seedStep {
		for _, q := range []string{seedOrders, seedPayments} {
			if _, err = raw.ExecContext(ctx, q, first, first+seedStep, now().UnixMicro(), day.Start().UnixMicro()); err != nil {
				break
			}
		}
	}
	if err == nil && driver == "pgx" {
		_, err = raw.ExecContext(ctx, "ANALYZE")
	}
	return errors.Join(err, raw.Close())
}
