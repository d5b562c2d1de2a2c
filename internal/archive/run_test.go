package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store/storetest"
)

const day = 24 * time.Hour

func TestOldRowsMoveIntoFilesByMonthAndYoungOnesStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		old := s.paid()
		s.told(5)
		s.Now = s.Now.Add(3 * day) // another month
		for range 4 {
			s.paid()
		}
		s.handled()
		s.Now = s.Now.Add(50 * day)
		s.paid()
		s.told(2)
		s.handled()
		s.note()
		a := s.archiver(s.DB.Archives())
		n, err := a.Count(t.Context(), archive.Notices, s.Now.Add(-30*day))
		if err != nil || n != 5 {
			t.Fatalf("%d, %v", n, err)
		}
		s.Good(a.Run(t.Context(), all(s.Now.Add(-30*day))))
		s.whole()
		here, filed := s.rows(), s.filed()
		for k := range s.ever {
			if here[k] == (filed[k] > 0) || filed[k] > 1 {
				t.Errorf("%s: in its table %t, in %d files", k, here[k], filed[k])
			}
		}
		notices, err := s.DB.Archives().Archives(t.Context(), archive.Notices, 0, 10)
		s.Good(err)
		if len(notices) != 2 || notices[0].File != "notices/2026-01/notices-000001.jsonl.gz" || notices[0].Rows != 1 ||
			notices[1].File != "notices/2026-02/notices-000002.jsonl.gz" || notices[1].Removed != 4 || notices[1].EndedAt.IsZero() {
			t.Errorf("%+v", notices)
		}
		if line := string(s.lines(notices[0])[0]); len(line) < 100 || line[:7] != `{"id":"` {
			t.Errorf("a notice is filed as %s", line)
		}
		if left, err := os.ReadDir(filepath.Join(s.folder, "incoming")); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		_, err = s.Money.Reader().Order(t.Context(), old.Order.ID)
		s.Good(err)
		// A notice that comes again is kept again, and settles nothing.
		again, err := s.Money.Receive(t.Context(), s.Platform.Notice(old.Payment.Number))
		if err != nil || again != pay.VerdictRepeated {
			t.Errorf("%v, %v", again, err)
		}
		s.whole()
	})
}

func TestRunningAgainMovesNothingTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		s.paid()
		s.handled()
		s.note()
		s.Now = s.Now.Add(40 * day)
		for range 3 {
			s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
		}
		s.whole()
		for k, n := range s.filed() {
			if n != 1 {
				t.Errorf("%s is in %d files", k, n)
			}
		}
	})
}

// What somebody still works on stays, and so does every event behind one that
// our own readers have not handled.
func TestRowsAtWorkStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		s.paid()
		s.handled()
		waiting := s.paid() // its events are not handled
		s.Exec(`UPDATE notices SET ask_at = 1 WHERE payment_id = $1`, waiting.Payment.ID)
		s.Exec(`UPDATE messages SET status = 'queued', done_at = 0 WHERE key = $1`, "order.paid:"+waiting.Order.ID)
		s.told(3)
		s.Exec(`INSERT INTO campaign_chunks (campaign_no, first, size, due_at, holder, lease_until, sent, failed, skipped, unknown)
			VALUES (1, 0, 3, 1, '', 0, 0, 0, 0, 0)`)
		for range 2 {
			_, err := s.DB.Outbox().Number(t.Context())
			s.Good(err)
		}
		s.note()
		s.Now = s.Now.Add(40 * day)
		s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
		s.whole()
		count := map[string]int{}
		for _, table := range archive.Tables() {
			var n int
			s.Good(s.Raw.QueryRow(`SELECT count(*) FROM ` + string(table)).Scan(&n))
			count[string(table)] = n
		}
		if count["notices"] != 1 || count["messages"] != 1 || count["campaign_deliveries"] != 3 || count["events"] == 0 {
			t.Errorf("left: %v", count)
		}
	})
}

// Rows that change after they were written to a file stay, and are archived
// again as they are then.
func TestARowThatChangesMeanwhileIsNotDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		d := s.paid()
		s.paid()
		s.handled()
		s.note()
		s.Now = s.Now.Add(40 * day)
		on := &meddling{Store: s.DB.Archives(), begun: func() {
			s.Exec(`UPDATE notices SET deliveries = deliveries + 1 WHERE payment_id = $1`, d.Payment.ID)
		}}
		s.Good(s.archiver(on).Run(t.Context(), all(s.Now)))
		s.whole()
		notices, err := s.DB.Archives().Archives(t.Context(), archive.Notices, 0, 10)
		s.Good(err)
		if len(notices) != 2 || notices[0].Rows != 2 || notices[0].Removed != 1 || notices[1].Rows != 1 || notices[1].Removed != 1 {
			t.Errorf("%+v", notices)
		}
	})
}

// meddling has something happen after the first archive has begun.
type meddling struct {
	archive.Store
	begun func()
}

func (m *meddling) Begin(ctx context.Context, l archive.Lease, a archive.Archive) (archive.Archive, error) {
	a, err := m.Store.Begin(ctx, l, a)
	if a.No == 1 && a.Table == archive.Notices {
		m.begun()
	}
	return a, err
}

func TestOneProcessArchivesAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		s.paid()
		s.handled()
		s.note()
		s.Now = s.Now.Add(40 * day)
		other := archive.Lease{Holder: "other", Until: time.Now().Add(time.Minute)}
		mine, err := s.DB.Archives().LeaseArchives(t.Context(), other)
		if err != nil || !mine {
			t.Fatalf("%t, %v", mine, err)
		}
		if err := s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)); !errors.Is(err, archive.ErrBusy) {
			t.Errorf("beside another: %v", err)
		}
		if _, err := s.DB.Archives().Begin(t.Context(), archive.Lease{Holder: "frozen"}, archive.Archive{Table: archive.Notices}); !errors.Is(err, archive.ErrLost) {
			t.Errorf("after it was taken over: %v", err)
		}
		s.Good(s.DB.Archives().ReleaseArchives(t.Context(), "other"))
		s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
		s.whole()
	})
}

func TestRecipientsThatAreArchivedAreNotAnEmptyList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := openShop(t, url)
		s.told(3)
		s.Now = s.Now.Add(day)
		s.told(3)
		read := func(no int64) error {
			found, err := s.DB.Campaigns().Deliveries(context.Background(), push.DeliveryFilter{No: no, After: -1, Limit: 10})
			if err == nil && len(found) != 3 {
				t.Errorf("campaign %d has %d recipients", no, len(found))
			}
			return err
		}
		s.Good(errors.Join(read(1), read(2)))
		s.Good(s.archiver(s.DB.Archives()).Run(t.Context(), all(s.Now)))
		if err := read(1); !errors.Is(err, push.ErrArchived) {
			t.Errorf("archived: %v", err)
		}
		s.Good(read(2))
	})
}
