package alipay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/paypush/paypush/sandbox/world"
)

const tradeKind = "alipay.trade"

// ledger holds all trades. Its own lock guards only the index; each trade has
// a lock of its own, and no lock is held while something is signed.
type ledger struct {
	world *world.World
	// aged is told of a locked trade that time has closed or finished.
	aged func(*trade)

	mu     sync.RWMutex
	byOut  map[string]*trade
	routes routes
	// all holds the trades by the serial number that ends their trade_no.
	all []*trade
}

func newLedger(w *world.World, aged func(*trade)) *ledger {
	return &ledger{world: w, aged: aged, byOut: map[string]*trade{}}
}

// load reads the trades of the journal and shows each to recall.
func (l *ledger) load(recall func(*record)) error {
	return l.world.Load(tradeKind, func(_ string, raw json.RawMessage) error {
		t := &trade{record: record{route: new(route)}}
		if err := json.Unmarshal(raw, &t.record); err != nil {
			return err
		}
		serial, ok := serialOf(t.TradeNo)
		if !ok {
			return fmt.Errorf("trade %q has no serial number", t.TradeNo)
		}
		if grow := serial + 1 - len(l.all); grow > 0 {
			l.all = append(l.all, make([]*trade, grow)...)
		}
		t.restore(&l.routes)
		l.all[serial] = t
		l.byOut[t.OutTradeNo] = t
		recall(&t.record)
		return nil
	})
}

const (
	tradeNoLength = 28
	serialDigits  = 9
)

// tradeNo makes a number of 28 digits: the day, a fixed part as on the real
// platform, random digits, and the serial number.
func tradeNo(at moment, serial int) string {
	day := at.time().In(china()).Format("20060102")
	return day + "2200" + randomDigits(tradeNoLength-12-serialDigits) + fmt.Sprintf("%0*d", serialDigits, serial)
}

func serialOf(tradeNo string) (int, bool) {
	if len(tradeNo) != tradeNoLength {
		return 0, false
	}
	n, err := strconv.ParseUint(tradeNo[tradeNoLength-serialDigits:], 10, 31)
	return int(n), err == nil
}

// bySerial finds a trade by the digits that end its trade_no.
func (l *ledger) bySerial(digits string) *trade {
	n, err := strconv.ParseUint(digits, 10, 31)
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err != nil || int(n) >= len(l.all) {
		return nil
	}
	return l.all[n]
}

// byNumber finds a trade by either number; trade_no wins when both are given.
func (l *ledger) byNumber(tradeNo, outTradeNo string) *trade {
	if tradeNo == "" {
		l.mu.RLock()
		defer l.mu.RUnlock()
		return l.byOut[outTradeNo]
	}
	if len(tradeNo) != tradeNoLength {
		return nil
	}
	if t := l.bySerial(tradeNo[tradeNoLength-serialDigits:]); t != nil && t.TradeNo == tradeNo {
		return t
	}
	return nil
}

// obtain returns the trade of an order number, locked, and whether it has just
// been made from what fresh returns.
func (l *ledger) obtain(outTradeNo string, fresh func(serial int) record) (t *trade, isNew bool) {
	l.mu.Lock()
	if t = l.byOut[outTradeNo]; t != nil {
		l.mu.Unlock()
		l.lock(t)
		return t, false
	}
	defer l.mu.Unlock()
	t = &trade{record: fresh(len(l.all))}
	t.mu.Lock()
	l.all = append(l.all, t)
	l.byOut[outTradeNo] = t
	return t, true
}

// lock takes a trade's lock and lets time have its effect on it.
func (l *ledger) lock(t *trade) {
	t.mu.Lock()
	if t.age(l.now()) {
		l.aged(t)
		l.keep(t)
	}
}

// restore replaces texts of a trade from the journal by the copies that trades
// share.
func (t *trade) restore(all *routes) {
	t.route = all.share(*t.route)
	for _, state := range []string{stateWaiting, stateSuccess, stateFinished, stateClosed} {
		if t.State == state {
			t.State = state
		}
		for _, n := range t.Notices {
			n.restore(state)
		}
	}
}

// keep writes a locked trade to the journal.
func (l *ledger) keep(t *trade) {
	if err := l.world.Put(tradeKind, t.OutTradeNo, &t.record); err != nil {
		l.world.Logger().Error("alipay sandbox: a trade was not kept", "out_trade_no", t.OutTradeNo, "err", err)
	}
	l.world.Publish(topicTrades)
}

func (l *ledger) now() moment { return momentOf(l.world.Now()) }

// newest returns the trades from the newest to the oldest, unlocked.
func (l *ledger) newest() []*trade {
	found := l.oldest()
	slices.Reverse(found)
	return found
}

// oldest returns the trades from the oldest to the newest, unlocked.
func (l *ledger) oldest() []*trade {
	l.mu.RLock()
	defer l.mu.RUnlock()
	found := make([]*trade, 0, len(l.all))
	for _, t := range l.all {
		if t != nil {
			found = append(found, t)
		}
	}
	return found
}

// topicTrades is published whenever a trade has changed.
const topicTrades = "alipay.trades"
