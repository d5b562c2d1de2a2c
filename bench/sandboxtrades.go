package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paypush/paypush/alipay"
)

const (
	trades      = 1_000_000
	tradesLimit = 1000 // megabytes
)

// sandboxTrades starts the sandbox over the journal of a million paid trades
// and reports the memory that it holds, as the system counts it.
func sandboxTrades(ctx context.Context, l *lab, report func(line)) error {
	folder, err := l.folder()
	if err != nil {
		return err
	}
	if err := l.oneTrade(ctx, folder); err != nil {
		return err
	}
	if err := copyTrade(filepath.Join(folder, "world.jsonl")); err != nil {
		return err
	}
	began := time.Now()
	box, url, err := l.sandbox(ctx, "--data", folder)
	if err != nil {
		return err
	}
	defer box.kill()
	say("%d trades were read in %.1fs", trades, time.Since(began).Seconds())
	if err := box.quiet(ctx); err != nil {
		return err
	}
	held, err := box.megabytes("VmRSS")
	if err != nil {
		return err
	}
	r := limit(held, tradesLimit, "MB")
	if r.RSS, err = box.megabytes("VmHWM"); err != nil {
		return err
	}
	if err := paidTrade(ctx, url, tradeNumber(trades-1)); err != nil {
		return err
	}
	report(r)
	return box.stop()
}

// oneTrade leaves a journal with one paid trade.
func (l *lab) oneTrade(ctx context.Context, folder string) error {
	box, url, err := l.sandbox(ctx, "--data", folder)
	if err != nil {
		return err
	}
	defer box.kill()
	c, err := boxAccount(ctx, url)
	if err != nil {
		return err
	}
	if err := payTrade(ctx, url, c); err != nil {
		return err
	}
	return box.stop()
}

func tradeNumber(n int) string { return fmt.Sprintf("BENCH%08d", 20_000_000+n) }

// copyTrade adds as many copies of the journal's last line about the trade as
// are wanted, each with numbers of its own.
func copyTrade(path string) (err error) {
	journal, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var model string
	for l := range bytes.Lines(journal) {
		if bytes.Contains(l, []byte(`"k":"alipay.trade"`)) && bytes.Contains(l, []byte(paidNumber)) {
			model = string(l)
		}
	}
	_, rest, found := strings.Cut(model, `"trade_no":"`)
	if !found {
		return errors.New("the journal holds no trade")
	}
	tradeNo, _, _ := strings.Cut(rest, `"`)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	for n := range trades {
		own := fmt.Sprintf("%s%09d", tradeNo[:len(tradeNo)-9], n)
		line := strings.ReplaceAll(strings.ReplaceAll(model, paidNumber, tradeNumber(n)), tradeNo, own)
		if _, err := w.WriteString(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// paidTrade wants the sandbox to say that a trade is paid.
func paidTrade(ctx context.Context, url, number string) error {
	c, err := boxAccount(ctx, url)
	if err != nil {
		return err
	}
	client, err := alipay.New(c)
	if err != nil {
		return err
	}
	t, err := client.Query(ctx, alipay.Query{TradeRef: alipay.TradeRef{OutTradeNo: number}})
	if err == nil && !t.Status.Paid() {
		err = fmt.Errorf("trade %s is %s", number, t.Status)
	}
	return err
}
