package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

const (
	seedAmount  = 1234 // fen
	seedSubject = "一杯咖啡 a cup of coffee"
	seedChannel = "alipay.page"
)

// unsigned is a provider that signs nothing, so that orders can be placed
// faster than RSA allows. The links it gives are thrown away.
type unsigned struct{ pay.Provider }

func (unsigned) Link(context.Context, pay.Payment, string, string) (string, error) { return "", nil }

// seed makes a sandbox database with an order for each of the numbers, with one
// payment under way, through the domain and the store as the server would. No
// payment is due to be asked about while a benchmark runs.
func seed(ctx context.Context, database string, numbers []string) (err error) {
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := errors.Join(db.Migrate(ctx), db.Stamp(ctx, "sandbox")); err != nil {
		return err
	}
	service := pay.NewService(pay.Config{Store: db.Ledger(), Due: db.Ledger(), Rejects: db.Ledger(),
		Providers: map[string]pay.Provider{"alipay": unsigned{}}, Channels: []string{seedChannel},
		Now: now, NewID: id.New, Lifetime: 2 * time.Hour})
	errs := make([]error, 64)
	var all sync.WaitGroup
	for worker := range errs {
		all.Go(func() {
			for i := worker; i < len(numbers) && errs[worker] == nil; i += len(errs) {
				errs[worker] = place(ctx, service, numbers[i])
			}
		})
	}
	all.Wait()
	return first(errs)
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func place(ctx context.Context, s *pay.Service, number string) error {
	d, err := s.Draft(ctx, pay.NewOrder{Number: number, Amount: seedAmount, Subject: seedSubject, Channel: seedChannel})
	if err != nil {
		return err
	}
	d.Payment.NextQueryAt = now().Add(time.Hour)
	_, _, err = s.Place(ctx, d)
	return err
}

// number is the out_trade_no of the nth order.
func number(n int) string { return "BENCH" + strconv.Itoa(10_000_000+n) }

func numbers(count int) []string {
	all := make([]string, count)
	for n := range all {
		all[n] = number(n)
	}
	return all
}

// settled makes sure that every order with one of the numbers is paid, in a
// database that no server has open any more.
func settled(ctx context.Context, database string, numbers []string) (err error) {
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, n := range numbers {
		o, err := db.Ledger().OrderByNumber(ctx, n)
		if err != nil {
			return err
		}
		if o.Status != pay.OrderPaid {
			return fmt.Errorf("order %s was answered success and is %s", n, o.Status)
		}
	}
	return nil
}
