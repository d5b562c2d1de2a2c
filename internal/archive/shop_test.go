package archive_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// shop is a ledger made by the services themselves, with archives beside it.
type shop struct {
	*testing.T
	now      time.Time
	url      string // of the database
	folder   string
	platform *paytest.Platform
	db       *store.DB
	money    *pay.Service
	mail     *push.Service
	raw      *sql.DB
	campaign int64
	ever     map[string]bool // every row that there ever was, by table and key
}

func openShop(t *testing.T, url string) *shop {
	s := &shop{T: t, url: url, now: time.Date(2026, 1, 30, 4, 5, 6, 0, time.UTC), folder: filepath.Join(t.TempDir(), "archive"), ever: map[string]bool{}}
	clock := func() time.Time { return s.now }
	s.platform = paytest.New("alipay", clock)
	s.db = storetest.Open(t, url, store.Options{})
	l := s.db.Ledger()
	s.money = pay.NewService(pay.Config{Store: l, Due: l, Rejects: l, Providers: map[string]pay.Provider{"alipay": s.platform},
		Listeners: map[string]pay.Listener{"alipay": s.platform}, Channels: []string{"alipay.page"},
		Now: clock, NewID: id.New, Lifetime: time.Hour, Policy: pay.DefaultPolicy()})
	s.mail = push.NewService(push.Config{Store: s.db.Messages(), People: s.db.Messages(),
		Channels: map[string]push.Channel{"wechat": new(pushtest.Channel)}, WeChat: "wechat", Now: clock, NewID: id.New})
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", path+"?_pragma=busy_timeout(10000)"
	}
	var err error
	s.raw, err = sql.Open(driver, address)
	s.good(err)
	t.Cleanup(func() { s.raw.Close() })
	return s
}

func (s *shop) good(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// paid is an order that was paid, with its notice, events and a receipt.
func (s *shop) paid() pay.Draft {
	s.Helper()
	ctx := context.Background()
	d, err := s.money.Draft(ctx, pay.NewOrder{Amount: 1230, Subject: "茶 <&>", Channel: "alipay.page"})
	s.good(err)
	_, _, err = s.money.Place(ctx, d)
	s.good(err)
	_, err = s.money.Receive(ctx, s.platform.Pay(d.Payment.Number, d.Order.Amount))
	s.good(err)
	m, err := s.mail.Draft(ctx, push.NewMessage{Key: "order.paid:" + d.Order.ID, To: push.To{OpenID: "openid"}, Text: "谢谢"})
	s.good(err)
	_, err = s.mail.Place(ctx, m)
	s.good(err)
	_, err = s.mail.Deliver(ctx, m.ID)
	s.good(err)
	return d
}

// told is a campaign that has ended, with recipients.
func (s *shop) told(recipients int) {
	s.Helper()
	s.campaign++
	s.run(`INSERT INTO campaigns (id, no, title, kind, account, audience, template, template_version, vals, text, link, rate, start_at, if_missed,
		quiet_from, quiet_to, gap, status, hold_until, hold_reason, version, created_at, started_at, done_at)
		VALUES ($1, $2, '', '', '', '', '', 0, '', '', '', 0, 0, '', 0, 0, 0, 'done', 0, '', 1, 0, 0, $3)`,
		fmt.Sprintf("cmp_%d", s.campaign), s.campaign, s.now.UnixMicro())
	for n := range recipients {
		s.run(`INSERT INTO campaign_deliveries (campaign_no, n, recipient, status, way, code, detail, platform_id, attempts, first_try_at, due_at, done_at)
			VALUES ($1, $2, $3, 'sent', 'template', '', '', '', 1, 1, 0, 1)`, s.campaign, n, fmt.Sprintf("o%d", n))
	}
}

// handled has the dispatcher number and handle every event.
func (s *shop) handled() {
	s.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = s.db.Outbox().Number(context.Background())
		s.good(err)
	}
	last, err := s.db.Outbox().Last(context.Background())
	s.good(err)
	s.good(s.db.Outbox().Advance(context.Background(), "dispatch", last))
}

func (s *shop) run(q string, args ...any) {
	s.Helper()
	if _, err := s.raw.Exec(q, args...); err != nil {
		s.Fatalf("%s: %v", q, err)
	}
}

// keys are how a row of a table is named in a test.
var keys = map[archive.Table]string{archive.Notices: "id", archive.Events: "id", archive.Messages: "id",
	archive.Recipients: "campaign_no || '/' || n"}

// rows are those in the tables.
func (s *shop) rows() map[string]bool {
	s.Helper()
	all := map[string]bool{}
	for t, key := range keys {
		found, err := s.raw.Query(`SELECT ` + key + ` FROM ` + string(t))
		s.good(err)
		for found.Next() {
			var k string
			s.good(found.Scan(&k))
			all[string(t)+" "+k] = true
		}
		s.good(found.Err())
	}
	return all
}

// filed are the rows in files that the index names, and how often.
func (s *shop) filed() map[string]int {
	s.Helper()
	all := map[string]int{}
	for _, t := range archive.Tables() {
		made, err := s.db.Archives().Archives(context.Background(), t, 0, 1000)
		s.good(err)
		for _, a := range made {
			for _, line := range s.lines(a) {
				var k struct {
					ID       string `json:"id"`
					Campaign int64  `json:"campaign_no"`
					N        int64  `json:"n"`
				}
				s.good(json.Unmarshal(line, &k))
				if t == archive.Recipients {
					k.ID = fmt.Sprintf("%d/%d", k.Campaign, k.N)
				}
				all[string(t)+" "+k.ID]++
			}
		}
	}
	return all
}

// lines are the rows of a file; none where it is not in its place yet.
func (s *shop) lines(a archive.Archive) (all [][]byte) {
	s.Helper()
	f, err := os.Open(filepath.Join(s.folder, filepath.FromSlash(a.File)))
	if os.IsNotExist(err) && a.EndedAt.IsZero() && a.Removed == 0 {
		return nil
	}
	s.good(err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	s.good(err)
	r := bufio.NewScanner(z)
	for r.Scan() {
		all = append(all, append([]byte(nil), r.Bytes()...))
	}
	s.good(r.Err())
	return all
}

// note remembers all rows that there are.
func (s *shop) note() {
	for k := range s.rows() {
		s.ever[k] = true
	}
}

// kept fails where a row is neither in its table nor in a file.
func (s *shop) kept() {
	s.Helper()
	here, filed := s.rows(), s.filed()
	for k := range s.ever {
		if !here[k] && filed[k] == 0 {
			s.Errorf("%s is lost", k)
		}
	}
}

// whole fails where a row is lost, or the audit or the archives are not clean.
func (s *shop) whole() {
	s.Helper()
	s.kept()
	_, err := proof.Check(context.Background(), s.db.Books(), func(f proof.Finding) error {
		s.Errorf("audit: %s %s: %s", f.Code, f.Object, f.Detail)
		return nil
	})
	s.good(err)
	s.good(s.archiver(s.db.Archives()).Verify(context.Background(), func(v archive.Verdict) error {
		if v.Err != nil || v.Stray {
			s.Errorf("archive %+v", v)
		}
		return nil
	}))
}

// archiver works in small steps.
func (s *shop) archiver(on archive.Store) *archive.Archiver {
	return archive.New(archive.Config{Store: on, Folder: s.folder, Holder: id.New("arc"), Batch: 2, Most: 5})
}

func all(before time.Time) map[archive.Table]time.Time {
	m := map[archive.Table]time.Time{}
	for _, t := range archive.Tables() {
		m[t] = before
	}
	return m
}
