package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

func trail(t *testing.T, db *store.DB) {
	o, who := anOrder(serial()), audit.MemberActor+id.New("mem")
	ctx := audit.Note(audit.By(context.Background(), who), audit.Entry{Action: audit.OrderClose, Object: o.ID, Was: "pending", Became: "关闭"})
	insert := func(ctx context.Context, o pay.Order, then error) error {
		return db.Ledger().Update(ctx, func(tx pay.Tx) error {
			return errors.Join(tx.InsertOrder(ctx, o), then)
		})
	}
	read := func(f audit.Filter) []audit.Entry {
		f.Limit = 100
		all, err := db.Trail().Entries(context.Background(), f)
		good(t, err)
		return all
	}
	undone := errors.New("undone")
	fails(t, insert(ctx, o, undone), undone)
	same(t, "entries of what was undone", len(read(audit.Filter{Object: o.ID})), 0)
	good(t, insert(ctx, o, nil))
	good(t, insert(ctx, anOrder(serial()), nil)) // a second transaction of the same request
	all := read(audit.Filter{Actor: who})
	same(t, "entries", len(all), 1)
	e := all[0]
	if time.Since(e.At) > time.Minute || e.ID == "" {
		t.Fatalf("entry %+v", e)
	}
	e.At, e.ID = time.Time{}, ""
	same(t, "entry", e, audit.Entry{Actor: who, Action: audit.OrderClose, Object: o.ID, Was: "pending", Became: "关闭"})
	same(t, "by object", read(audit.Filter{Object: o.ID}), all)
	same(t, "newest", read(audit.Filter{})[0].ID, all[0].ID)
	same(t, "before it", len(read(audit.Filter{Actor: who, Before: all[0].ID})), 0)
	namedWhenMade(t, db, who)
}

// namedWhenMade notes a thing that has no id yet, and a count of failures that
// must not carry the note away.
func namedWhenMade(t *testing.T, db *store.DB, who string) {
	ctx := audit.Note(audit.By(context.Background(), who), audit.Entry{Action: audit.KeyCreate})
	good(t, db.Throttle(nil).Fail(ctx, id.New("throttled")))
	_, made, err := db.Keys().Create(ctx, "shop", member.RoleOperator, "")
	good(t, err)
	all, err := db.Trail().Entries(context.Background(), audit.Filter{Object: made.ID, Limit: 10})
	good(t, err)
	same(t, "entries of a key", len(all), 1)
}
