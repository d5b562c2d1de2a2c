package archive_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/store/storetest"
)

// shop is a ledger with archives beside it.
type shop struct {
	*storetest.Shop
	url      string // of the database
	folder   string
	campaign int64
	ever     map[string]bool // every row that there ever was, by table and key
}

func openShop(t *testing.T, url string) *shop {
	return &shop{Shop: storetest.OpenShop(t, url, time.Date(2026, 1, 30, 4, 5, 6, 0, time.UTC)),
		url: url, folder: filepath.Join(t.TempDir(), "archive"), ever: map[string]bool{}}
}

// paid is an order that was paid, with its notice, events and a receipt.
func (s *shop) paid() pay.Draft {
	s.Helper()
	d := s.Paid()
	_, err := s.Mail.Deliver(context.Background(), s.Receipt(d.Order.ID).ID)
	s.Good(err)
	return d
}

// told is a campaign that has ended, with recipients.
func (s *shop) told(recipients int) {
	s.Helper()
	s.campaign++
	s.Exec(`INSERT INTO campaigns (id, no, title, kind, account, audience, template, template_version, vals, text, link, rate, start_at, if_missed,
		quiet_from, quiet_to, gap, status, hold_until, hold_reason, version, created_at, started_at, done_at)
		VALUES ($1, $2, '', '', '', '', '', 0, '', '', '', 0, 0, '', 0, 0, 0, 'done', 0, '', 1, 0, 0, $3)`,
		fmt.Sprintf("cmp_%d", s.campaign), s.campaign, s.Now.UnixMicro())
	for n := range recipients {
		s.Exec(`INSERT INTO campaign_deliveries (campaign_no, n, recipient, status, way, code, detail, platform_id, attempts, first_try_at, due_at, done_at)
			VALUES ($1, $2, $3, 'sent', 'template', '', '', '', 1, 1, 0, 1)`, s.campaign, n, fmt.Sprintf("o%d", n))
	}
}

// handled has the dispatcher number and handle every event.
func (s *shop) handled() {
	s.Helper()
	s.Number()
	last, err := s.DB.Outbox().Last(context.Background())
	s.Good(err)
	s.Good(s.DB.Outbox().Advance(context.Background(), "dispatch", last))
}

// keys are how a row of a table is named in a test.
var keys = map[archive.Table]string{archive.Notices: "id", archive.Events: "id", archive.Messages: "id",
	archive.Recipients: "campaign_no || '/' || n"}

// rows are those in the tables.
func (s *shop) rows() map[string]bool {
	s.Helper()
	all := map[string]bool{}
	for t, key := range keys {
		found, err := s.Raw.Query(`SELECT ` + key + ` FROM ` + string(t))
		s.Good(err)
		for found.Next() {
			var k string
			s.Good(found.Scan(&k))
			all[string(t)+" "+k] = true
		}
		s.Good(found.Err())
	}
	return all
}

// filed are the rows in files that the index names, and how often.
func (s *shop) filed() map[string]int {
	s.Helper()
	all := map[string]int{}
	for _, t := range archive.Tables() {
		made, err := s.DB.Archives().Archives(context.Background(), t, 0, 1000)
		s.Good(err)
		for _, a := range made {
			for _, line := range s.lines(a) {
				var k struct {
					ID       string `json:"id"`
					Campaign int64  `json:"campaign_no"`
					N        int64  `json:"n"`
				}
				s.Good(json.Unmarshal(line, &k))
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
	s.Good(err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	s.Good(err)
	r := bufio.NewScanner(z)
	for r.Scan() {
		all = append(all, append([]byte(nil), r.Bytes()...))
	}
	s.Good(r.Err())
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

// moved fails where a row is still in its table, or in two files.
func (s *shop) moved(when string) {
	s.Helper()
	if here := s.rows(); len(here) > 0 {
		s.Fatalf("%s: left in the tables: %v", when, here)
	}
	for k, n := range s.filed() {
		if n != 1 {
			s.Fatalf("%s: %s is in %d files", when, k, n)
		}
	}
}

// whole fails where a row is lost, or the audit or the archives are not clean.
func (s *shop) whole() {
	s.Helper()
	s.kept()
	_, err := proof.Check(context.Background(), s.DB.Books(), func(f proof.Finding) error {
		s.Errorf("audit: %s %s: %s", f.Code, f.Object, f.Detail)
		return nil
	})
	s.Good(err)
	s.Good(s.archiver(s.DB.Archives()).Verify(context.Background(), func(v archive.Verdict) error {
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
