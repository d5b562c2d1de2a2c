package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// Account is a merchant account whose platform draws up bills.
type Account struct {
	Biller   pay.Biller
	Merchant string // the platform's name for who is behind it; accounts of one merchant share their bills
	Terms    Terms
}

// Config is what a [Service] works with. Every field but Keep and Log is needed.
type Config struct {
	Store    Store
	Money    Money
	Accounts map[string]Account         // by name; those without bills are left out
	Now      func() time.Time           // business time, by which days end and bills fall due
	Real     func() time.Time           // real time, by which leases end
	NewID    func(prefix string) string //
	Keep     time.Duration              // business time that a bill's lines are kept after they were compared; 0 for ever
	Log      *slog.Logger
}

// Service reconciles. It holds no state of its own besides what [Config] gave
// it, and is safe for any number of goroutines and of nodes over one store.
type Service struct {
	Config
	holder string
}

// New makes a service.
func New(c Config) *Service {
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	return &Service{Config: c, holder: c.NewID("nod")}
}

// Reader gives read access, for pages and the API.
func (s *Service) Reader() Reader { return s.Store }

// Bills reports whether an account's platform draws up bills.
func (s *Service) Bills(account string) bool { return s.Accounts[account].Biller != nil }

// keptYears is how long platforms keep bills.
const keptYears = 6

// Begin asks for the reconciliation of a day: the bill is fetched and compared
// soon, by whichever node is free. A day that was reconciled before is begun
// again and keeps its id, and its differences their history; one that is under
// way goes on. It fails with [pay.ErrNoAccount], [ErrDayNotOver], [ErrDayTooOld]
// and [ErrLinesGone].
func (s *Service) Begin(ctx context.Context, account string, day pay.Day) (Reconciliation, error) {
	now := s.Now()
	switch today := pay.DayOf(now); {
	case !s.Bills(account):
		return Reconciliation{}, pay.ErrNoAccount
	case day >= today:
		return Reconciliation{}, ErrDayNotOver
	case day.Start().Before(now.AddDate(-keptYears, 0, 0)):
		return Reconciliation{}, ErrDayTooOld
	}
	var r Reconciliation
	err := s.Store.Update(ctx, func(tx Tx) (err error) {
		if err := s.gone(ctx, tx, account, day); err != nil {
			return err
		}
		r = s.planned(account, day, now)
		added, err := tx.InsertReconciliation(ctx, r)
		if err != nil || added {
			return err
		}
		if r, err = tx.ReconciliationOf(ctx, account, day); err != nil {
			return err
		}
		if r.DueAt = now; r.Status == Waiting || r.Status == Finished {
			r.Status, r.Tries, r.Failure = Waiting, 0, ""
		}
		if err := tx.UpdateReconciliation(ctx, r); err != nil {
			return err
		}
		r.Version++
		return nil
	})
	return r, fault.Wrap("reconcile.Begin", err)
}

// planned is a reconciliation that nobody has begun.
func (s *Service) planned(account string, day pay.Day, due time.Time) Reconciliation {
	return Reconciliation{ID: s.NewID("rec"), Account: account, Day: day, Status: Waiting, DueAt: due, Version: 1, CreatedAt: s.Now()}
}

// raise adds an event about an object to tx.
func (s *Service) raise(ctx context.Context, tx Tx, t event.Type, object string, version int64, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return tx.AddEvent(ctx, event.Event{ID: s.NewID("evt"), Type: t, Object: object, Version: version, Data: b, At: s.Now()})
}
