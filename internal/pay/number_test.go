package pay

import (
	"strings"
	"testing"
	"time"
)

// Invariant 11: an order's first payment bears its number, later ones a
// suffix, and every number is one that all platforms take.
func TestInvariant11PaymentNumbers(t *testing.T) {
	orders := []string{"20261122ABCDEFGHIJKLMN", strings.Repeat("a", 8), strings.Repeat("9", 32), strings.Repeat("Z", 31), strings.Repeat("x", 30)}
	for _, order := range orders {
		seen := map[string]bool{}
		for n := 1; n <= 120; n++ {
			got := paymentNumber(order, n)
			if n == 1 && got != order {
				t.Errorf("first payment of %q bears %q", order, got)
			}
			if !GoodNumber(got) {
				t.Errorf("payment %d of %q bears %q, which platforms refuse", n, order, got)
			}
			if seen[got] {
				t.Errorf("payment %d of %q bears %q again", n, order, got)
			}
			seen[got] = true
		}
	}
	long1, long2 := strings.Repeat("A", 31)+"1", strings.Repeat("A", 31)+"2"
	if paymentNumber(long1, 2) == paymentNumber(long2, 2) {
		t.Error("two long numbers that begin alike got the same second payment")
	}
}

func TestInvariant11GoodNumber(t *testing.T) {
	for s, want := range map[string]bool{"12345678": true, "abcdEFGH1234": true, strings.Repeat("a", 32): true,
		"1234567": false, strings.Repeat("a", 33): false, "1234-5678": false, "1234_5678": false, "订单订单订单订单": false, "": false} {
		if got := GoodNumber(s); got != want {
			t.Errorf("GoodNumber(%q) = %v", s, got)
		}
	}
}

func TestNewNumbersAreGoodAndNotReadings(t *testing.T) {
	now := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for range 1000 {
		n := newNumber(now)
		if !GoodNumber(n) || seen[n] {
			t.Fatalf("number %q is bad or repeated", n)
		}
		if !strings.HasPrefix(n, "20261123") { // the day in China
			t.Fatalf("number %q does not begin with the day in China", n)
		}
		seen[n] = true
	}
}

func TestQueriesSlowDownAndHitTheExpiry(t *testing.T) {
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	p := Payment{ExpiresAt: start.Add(2 * time.Hour)}
	end := p.ExpiresAt.Add(afterExpiry)
	now, last, hitEnd := start, time.Duration(0), false
	for range 40 {
		next := p.nextQuery(now)
		wait := next.Sub(now)
		if wait <= 0 || wait > slowestQuery {
			t.Fatalf("query %d waits %s", p.Queries, wait)
		}
		if next.Equal(end) {
			hitEnd = true
		} else if now.Before(end) && wait < last {
			t.Fatalf("query %d waits %s after %s", p.Queries, wait, last)
		}
		if now.Before(end) && next.After(end) {
			t.Fatalf("the query right after the expiry was jumped over")
		}
		now, last = next, wait
		p.Queries++
	}
	if !hitEnd {
		t.Error("no query at the expiry")
	}
}
