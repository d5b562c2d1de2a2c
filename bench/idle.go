package main

import (
	"context"
	"time"
)

const (
	idleLimit = 80 // megabytes
	idleFor   = 5 * time.Second
)

// idleRSS reports the memory that `paypush dev`, server and sandbox in one
// process, holds when nobody has asked it for anything for five seconds. The
// ratio is the limit by the value, and 1 wherever the limit is kept.
func idleRSS(ctx context.Context, l *lab, report func(line)) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	box, err := freeAddress()
	if err != nil {
		return err
	}
	folder, err := l.folder()
	if err != nil {
		return err
	}
	p, err := start(l.binary, "dev", "--listen", address, "--sandbox-listen", box, "--data", folder)
	if err != nil {
		return err
	}
	defer p.kill()
	if err := p.answers(ctx, "http://"+address+"/readyz"); err != nil {
		return err
	}
	if _, err := introduction(ctx, p, folder); err != nil {
		return err
	}
	select {
	case <-time.After(idleFor):
	case <-ctx.Done():
		return ctx.Err()
	}
	held, err := p.megabytes("VmRSS")
	if err != nil {
		return err
	}
	report(limit(held, idleLimit, "MB"))
	return nil
}
