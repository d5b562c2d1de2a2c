package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/proof"
)

type auditCommand struct {
	database
	Sandbox string `help:"Compare with the ledger of the sandbox at this address, too."`
	JSON    bool   `help:"Print a line of JSON for each finding, and one with what was looked at." name:"json"`
}

// errFindings makes the exit code 1.
var errFindings = errors.New("the books do not fit; see the findings above")

// Run holds the ledger against itself and against the sandbox. It writes
// nothing and may run beside a server. Without findings the exit code is 0.
func (c *auditCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return usageError{err}
	}
	office, err := c.office(ctx)
	if err != nil {
		return err
	}
	defer office.Close()
	out := auditPrinter{os.Stdout, c.JSON}
	tally, err := office.Prove(ctx, c.Sandbox, out.finding)
	if err != nil {
		return err
	}
	if err := out.tally(tally); err != nil || tally.Findings == 0 {
		return err
	}
	return errFindings
}

// check refuses what would look at nothing: another address than a sandbox's,
// and a database file that is not there and would be made.
func (c *auditCommand) check() error {
	if u, err := url.Parse(c.Sandbox); c.Sandbox != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("--sandbox must be an address such as http://127.0.0.1:8081")
	}
	conf, err := c.over(config.Default())
	if err != nil {
		return err
	}
	return exists(conf)
}

// exists refuses a database file that is not there and would be made.
func exists(conf config.Config) error {
	if path, ok := strings.CutPrefix(conf.DatabaseURL(), "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("there is no database: %w", err)
		}
	}
	return nil
}

// auditPrinter prints what an audit finds, for people or for programs.
type auditPrinter struct {
	to   io.Writer
	json bool
}

func (p auditPrinter) finding(f proof.Finding) error {
	if p.json {
		return json.NewEncoder(p.to).Encode(f)
	}
	order := ""
	if f.Order != "" && f.Order != f.Object {
		order = " (" + f.Order + ")"
	}
	_, err := fmt.Fprintf(p.to, "%s %s%s: %s\n  %s %s\n  → %s %s\n", f.Code, f.Object, order, f.Detail,
		f.Chinese, f.English, f.AdviceZH, f.Advice)
	return err
}

func (p auditPrinter) tally(t proof.Tally) error {
	if p.json {
		return json.NewEncoder(p.to).Encode(map[string]proof.Tally{"audit": t})
	}
	_, err := fmt.Fprintf(p.to, "%d orders, %d payments, %d refunds, %d notices, %d receipts, %d events (%d waiting), %d reconciled days, %d trades: %d findings\n"+
		"订单 %d，付款 %d，退款 %d，通知 %d，回执 %d，事件 %d（待编号 %d），对账日 %d，平台交易 %d：发现 %d 处\n",
		t.Orders, t.Payments, t.Refunds, t.Notices, t.Messages, t.Events, t.Waiting, t.Days, t.Trades, t.Findings,
		t.Orders, t.Payments, t.Refunds, t.Notices, t.Messages, t.Events, t.Waiting, t.Days, t.Trades, t.Findings)
	return err
}
