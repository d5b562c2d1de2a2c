package local_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/job/local"
	"github.com/paypush/paypush/internal/store"
)

// TestSchedule lets a job fail for a day and looks at when it ran, and then at
// how long its key stays known.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		db, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "jobs.db"), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		var ran []time.Time
		gone := make(chan struct{}, 100)
		r := local.New(db.Jobs(), map[string]job.Handler{"send": func(context.Context, job.Job) error {
			ran = append(ran, time.Now())
			gone <- struct{}{}
			return errors.New("not today")
		}}, job.Options{})
		if err := r.Start(ctx); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		add := func() {
			if err := r.Enqueue(ctx, job.Job{Kind: "send", Key: "k"}); err != nil {
				t.Fatal(err)
			}
		}
		add()
		for range 25 {
			<-gone
		}
		for i := 1; i < len(ran); i++ {
			least := min(2*time.Hour, time.Second<<(i-1))
			if wait := ran[i].Sub(ran[i-1]); wait < least || wait > least+least/4+time.Second {
				t.Errorf("wait %d was %s, want %s and up to a quarter more", i, wait, least)
			}
		}
		if day := time.Since(begin); day < 24*time.Hour {
			t.Errorf("it gave up after %s", day)
		}
		time.AfterFunc(24*time.Hour, func() { gone <- struct{}{} })
		<-gone
		add() // known for a day at least
		time.AfterFunc(3*time.Hour, func() { gone <- struct{}{} })
		<-gone
		if len(ran) != 25 {
			t.Fatalf("it ran %d times", len(ran))
		}
		add() // swept away by now
		<-gone
		if err := r.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
