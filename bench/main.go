// Command bench measures the program against its bounds and prints one line of
// JSON for each measurement on standard output; progress and errors go to
// standard error. `make bench ONLY=a,b` runs some of them. The README beside it
// says what each line means.
//
// It is not for proving anything right: it fails only where a measurement could
// not be made or the server did not do what was measured. No time makes it fail.
//
// The rule that surprises: a measurement and its bound take turns in short
// slices within one run, because a machine that is shared gives different
// figures from one minute to the next. Only their ratio can be compared.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// benchmark is one entry of the table. It reports every line that it has.
type benchmark struct {
	name string
	run  func(ctx context.Context, l *lab, report func(line)) error
}

func benchmarks() []benchmark {
	return []benchmark{
		{"startup", startup},
		{"idle_rss", idleRSS},
		{"pay_create", payCreate},
		{"notify_ingest", notifyIngest},
		{"notify_replay", notifyReplay},
		{"order_read", orderRead},
		{"webhook_send", webhookSend},
		{"sandbox_query", sandboxQuery},
		{"sandbox_trades", sandboxTrades},
		{"growth", growth},
		{"nodes", nodes},
		{"alipay_pagepay", alipayPagePay},
		{"alipay_notice", alipayNotice},
		{"wechat_send", wechatSend},
		{"sandbox_wechat", sandboxWeChat},
		{"wechat_token", wechatToken},
		{"reconcile_million", reconcileMillion},
		{"campaign_plan", campaignPlan},
		{"campaign_send", campaignSend},
		{"campaign_send_latency", campaignSendLatency},
		{"message_delay", messageDelay},
	}
}

// onDemand are those that take many minutes and run only where they are named.
func onDemand() []benchmark {
	return []benchmark{{"campaign_million", campaignMillion}}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 2 && os.Args[1] == childCommand {
		exit(child(ctx, os.Args[2], os.Args[3:]))
	}
	only := flag.String("only", "", "names, with commas between; empty for all")
	binary := flag.String("binary", "", "a paypush that was built already; empty to build one")
	engine := flag.String("engine", "", "sqlite or postgres; empty for both")
	length := flag.Duration("length", 10*time.Second, "how long one measurement and its bound take together, about")
	flag.Parse()
	exit(run(ctx, *only, *binary, *engine, *length))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run measures what was asked for. One that fails does not keep the others
// from being measured.
func run(ctx context.Context, only, binary, engine string, length time.Duration) error {
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	l, err := newLab(ctx, binary, engine, length)
	if err != nil {
		return err
	}
	var all []error
	for _, b := range chosen {
		began := time.Now()
		if err := b.run(ctx, l, func(r line) { all = append(all, r.print(b.name)) }); err != nil {
			all = append(all, fmt.Errorf("%s: %w", b.name, err))
		}
		say("%s took %.1fs", b.name, time.Since(began).Seconds())
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(append(all, l.close())...)
}

func choose(only string) ([]benchmark, error) {
	if only == "" {
		return benchmarks(), nil
	}
	all := append(benchmarks(), onDemand()...)
	var chosen []benchmark
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(all, func(b benchmark) bool { return b.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no benchmark %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// line is one line of the output.
type line struct {
	Name   string   `json:"name"`
	Value  float64  `json:"value"`
	Unit   string   `json:"unit"`
	Bound  float64  `json:"bound"`
	Ratio  float64  `json:"ratio"` // 1 at the bound, less when worse
	Engine string   `json:"engine,omitempty"`
	Allocs *float64 `json:"allocs,omitempty"`
	RSS    float64  `json:"rss_mb,omitempty"`  // of the measured process, at its highest
	Disk   float64  `json:"disk_mb,omitempty"` // that the database takes in the end
	P50    float64  `json:"p50_ms,omitempty"`
	P99    float64  `json:"p99_ms,omitempty"`
}

// limit is a line whose bound is a ceiling: its ratio is bound/value, and 1
// wherever the ceiling is kept, since being far below it is no more than kept.
func limit(value, bound float64, unit string) line {
	return line{Value: value, Unit: unit, Bound: bound, Ratio: min(1, bound/max(value, 1e-9))}
}

func (r line) print(name string) error {
	r.Name = cmp.Or(r.Name, name)
	for _, f := range []*float64{&r.Value, &r.Bound, &r.Ratio, &r.RSS, &r.Disk, &r.P50, &r.P99} {
		*f = round(*f)
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// say tells a person at the terminal how it goes.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
