package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestGatherServesWhoCameMeanwhileTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rounds [][]int
		begin := make(chan struct{})
		g := &gather[int]{most: 3, leaders: 1, serve: func(round []int) {
			rounds = append(rounds, round)
			<-begin
		}}
		left, leave := context.WithCancel(t.Context())
		errs := make([]error, 6)
		for i := range errs {
			ctx := t.Context()
			if i == 2 {
				ctx = left
			}
			go func() { errs[i] = g.do(ctx, i) }()
			synctest.Wait()
		}
		leave() // he waits still, so he is let go at once
		synctest.Wait()
		close(begin)
		synctest.Wait()
		if len(rounds) != 3 || len(rounds[0]) != 1 || len(rounds[1]) != 2 || len(rounds[2]) != 2 {
			t.Errorf("rounds %v", rounds)
		}
		for i, err := range errs {
			if gone := errors.Is(err, context.Canceled); gone != (i == 2) {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if g.leading != 0 {
			t.Error("somebody leads nobody")
		}
	})
}

func TestStatementsForManyRows(t *testing.T) {
	b := newBulk("INSERT INTO t VALUES /*row*/($1, 0, $2)/*row*/ ON CONFLICT DO NOTHING")
	if b[1] != "INSERT INTO t VALUES ($1, 0, $2), ($3, 0, $4), ($5, 0, $6), ($7, 0, $8) ON CONFLICT DO NOTHING" {
		t.Error(b[1])
	}
	if got := sqliteText(b[0]); got != "INSERT INTO t VALUES (?, 0, ?) ON CONFLICT DO NOTHING" {
		t.Error(got)
	}
	if got := sqliteText("VALUES (CAST($1 AS BYTEA), CAST($2 AS TEXT))"); got != "VALUES (?, ?)" {
		t.Error(got)
	}
	for _, q := range []statement{"SELECT $2, $1", "SELECT $1, $1", "SELECT $2"} {
		if got := sqliteText(q); got != string(q) {
			t.Error(got)
		}
	}
}
