package main

import (
	"context"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

// receive puts genuine notices of so many days ago into a database, which it
// makes where there is none: receive 3 400 data/paypush.db.
func receive(ts *testscript.TestScript, _ bool, args []string) {
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	days, err := strconv.Atoi(args[1])
	ts.Check(err)
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+ts.MkAbs(args[2]), store.Options{})
	ts.Check(err)
	ts.Check(db.Migrate(ctx))
	at := time.Now().UTC().Add(-time.Duration(days) * 24 * time.Hour)
	ts.Check(db.Ledger().Update(ctx, func(tx pay.Tx) error {
		for range count {
			name := id.New("ntc")
			n := pay.Notice{ID: name, Account: "alipay", BodyHash: name, Body: []byte("out_trade_no=T1"), Verdict: pay.VerdictSettled, ReceivedAt: at, LastAt: at}
			if err := tx.InsertNotice(ctx, n); err != nil {
				return err
			}
		}
		return nil
	}))
	ts.Check(db.Close())
}
