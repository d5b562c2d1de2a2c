package main

import (
	"context"
	"path/filepath"
	"time"
)

const (
	startupLimit  = 300   // milliseconds
	startupOrders = 5_000 // that the database holds
	startups      = 9
)

// startup starts the server on data that exists, again and again, and reports
// the median time from the start of the process to the first 200 from /readyz.
func startup(ctx context.Context, l *lab, report func(line)) error {
	box, url, err := l.sandbox(ctx)
	if err != nil {
		return err
	}
	defer box.kill()
	folder, err := l.folder()
	if err != nil {
		return err
	}
	if err := seed(ctx, "sqlite:"+filepath.Join(folder, "paypush.db"), numbers(startupOrders)); err != nil {
		return err
	}
	var took []float64
	for round := range startups + 1 {
		ms, err := l.startOnce(ctx, url, folder)
		if err != nil {
			return err
		}
		if round > 0 { // the first start brings the file into the system's cache
			took = append(took, ms)
		}
	}
	r := limit(median(took), startupLimit, "ms")
	r.Engine = "sqlite"
	report(r)
	return nil
}

func (l *lab) startOnce(ctx context.Context, sandbox, folder string) (ms float64, err error) {
	address, err := freeAddress()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	p, err := start(l.binary, "serve", "--sandbox", sandbox, "--listen", address, "--data", folder)
	if err != nil {
		return 0, err
	}
	if err := p.answers(ctx, "http://"+address+"/readyz"); err != nil {
		p.kill()
		return 0, err
	}
	ms = float64(time.Since(began)) / float64(time.Millisecond)
	return ms, p.stop()
}
