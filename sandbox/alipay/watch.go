package alipay

import (
	"fmt"
	"net/http"
	"time"
)

// watchBeat is how often an idle stream says that it is still there.
const watchBeat = 20 * time.Second

// watchCashier is the stream by which an open cashier learns that somebody has
// paid on a phone, or that time is up. It ends with that.
func (p *Platform) watchCashier(w http.ResponseWriter, r *http.Request) {
	t := p.visited(w, r)
	if t == nil {
		return
	}
	t.mu.Unlock()
	news, stop := p.world.Subscribe(topicTrades)
	defer stop()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	beat := time.NewTicker(watchBeat)
	defer beat.Stop()
	for {
		if over := p.isOver(t); over {
			fmt.Fprintf(w, "event: over\ndata: 1\n\n")
			_ = out.Flush()
			return
		}
		fmt.Fprint(w, ": waiting\n\n")
		if out.Flush() != nil {
			return
		}
		select {
		case <-news:
		case <-beat.C:
		case <-r.Context().Done():
			return
		}
	}
}

func (p *Platform) isOver(t *trade) bool {
	p.ledger.lock(t)
	defer t.mu.Unlock()
	return t.State != stateWaiting
}
