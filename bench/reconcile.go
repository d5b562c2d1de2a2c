package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/paypush/paypush/alipay/alipaytest"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/remote"
)

const (
	billedPayments = 1_000_000
	billedFloor    = 10_000 // rows a second
	billedMemory   = 150    // megabytes
)

// reconcileMillion has a server fetch a bill of a million lines and hold it
// against a million payments. One line is a stranger's, one has another
// amount, and one is missing, and the server must find these three. The time
// is that of the whole day: fetched, unpacked, stored and compared.
func reconcileMillion(ctx context.Context, l *lab, report func(line)) error {
	folder, err := l.folder()
	if err != nil {
		return err
	}
	day := pay.DayOf(now()).Add(-40) // older than what a server plans by itself
	path := filepath.Join(folder, "bill.zip")
	if err := writeBill(path, day); err != nil {
		return err
	}
	box, err := newStandIn()
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // it only reads
	box.mux.HandleFunc("GET /bill", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })
	box.mux.Handle("/gateway.do", box.platform.Gateway(func(alipaytest.Call) string {
		return fmt.Sprintf(`{"code":"10000","msg":"Success","bill_download_url":%q}`, box.url+"/bill")
	}))
	return l.onBoth(ctx, func(engine, database string) error {
		r, err := l.reconcileDay(ctx, box, database, day)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) reconcileDay(ctx context.Context, box *standIn, database string, day pay.Day) (r line, err error) {
	folder, err := l.folder()
	if err != nil {
		return r, err
	}
	if database == "" {
		database = "sqlite:" + filepath.Join(folder, "paypush.db")
	}
	began := time.Now()
	if err := seedPaid(ctx, database, day); err != nil {
		return r, err
	}
	say("%d payments were stored in %.0fs", billedPayments, time.Since(began).Seconds())
	s, err := l.serve(ctx, box.url, folder, database)
	if err != nil {
		return r, err
	}
	defer s.kill()
	if err := s.quiet(ctx); err != nil {
		return r, err
	}
	began = time.Now()
	done, err := reconciled(ctx, s, day)
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, s.out)
	}
	rate := float64(done.Lines) / time.Since(began).Seconds()
	sayTime("the server", s.process, int(done.Lines))
	r = line{Value: rate, Unit: "rows/s", Bound: billedFloor, Ratio: rate / billedFloor}
	if r.RSS, err = s.megabytes("VmHWM"); err == nil && r.RSS > billedMemory {
		err = fmt.Errorf("the server took %.0f MB, more than %d", r.RSS, billedMemory)
	}
	return r, errors.Join(err, s.stop())
}

// reconciled has the server reconcile the day, waits for the end, and checks
// what it found.
func reconciled(ctx context.Context, s *server, day pay.Day) (remote.Reconciliation, error) {
	client := remote.New("http://"+s.address, "", s.key)
	r, err := client.Reconcile(ctx, "", string(day))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for err == nil && r.Status != "finished" && r.Failure == "" {
		select {
		case <-tick.C:
			r, err = client.Reconciliation(ctx, r.ID)
		case <-s.done:
			err = errors.New("the server ended")
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	switch {
	case err != nil:
		return r, err
	case r.Status != "finished" || r.Found != 3 || r.Open != 3 || r.Lines != billedPayments || r.Ledger.Trades != billedPayments:
		return r, fmt.Errorf("the reconciliation is %s", r.JSON)
	}
	return r, nil
}
