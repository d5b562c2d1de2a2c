package webhook

import (
	"strings"
	"testing"
	"time"
)

// The vector that the Standard Webhooks reference libraries are tested with.
func TestSignGivesThePublishedSignature(t *testing.T) {
	const secret, want = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	got, err := Sign([]string{secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 999), []byte(`{"test": 2432232314}`))
	if err != nil || got != want {
		t.Errorf("%q %v", got, err)
	}
	both, err := Sign([]string{NewSecret(), secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil || !strings.HasSuffix(both, " "+want) || strings.Count(both, "v1,") != 2 {
		t.Errorf("two secrets: %q %v", both, err)
	}
	for _, bad := range []string{"", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!"} {
		if _, err := Sign([]string{bad}, "x", time.Unix(0, 0), nil); err == nil || strings.Contains(err.Error(), "c2hv") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSecretsOverlapWhenTheyRotate(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string {
		all := rotated([]secret{{Value: "old"}}, "new", now, now.Add(time.Hour))
		return strings.Join(signing(all, now.Add(d)), " ")
	}
	for d, want := range map[time.Duration]string{0: "new old", time.Hour - 1: "new old", time.Hour: "new"} {
		if got := at(d); got != want {
			t.Errorf("after %v: %s", d, got)
		}
	}
	if got := signing(rotated([]secret{{Value: "old"}}, "new", now, now), now); len(got) != 1 {
		t.Errorf("without overlap: %v", got)
	}
	all := []secret{{Value: "0"}}
	for i := range 20 {
		all = rotated(all, string(rune('a'+i)), now, now.Add(time.Hour))
	}
	if len(all) != maxSecrets || all[0].Value != "t" {
		t.Errorf("%d secrets, the first is %q", len(all), all[0].Value)
	}
}

func TestNextTryFillsThreeDaysAndThenGivesUp(t *testing.T) {
	for range 50 {
		made := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		now, end, tries, last := made, made.Add(Window), 0, time.Duration(0)
		for {
			tries++
			next, again := nextTry(tries, now, end, 0)
			if !again {
				break
			}
			wait := next.Sub(now)
			if wait <= 0 || wait > 10*time.Hour || wait < last*3/4 && next != end {
				t.Fatalf("wait %d is %v after %v", tries, wait, last)
			}
			now, last = next, wait
		}
		if !now.Equal(end) || tries < 12 || tries > 25 {
			t.Fatalf("%d tries, the last at %v", tries, now.Sub(made))
		}
	}
}

func TestNextTryRespectsRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		left, asked, least, most time.Duration
		again                    bool
	}{
		"shorter than ours":      {Window, time.Second, 5 * time.Second, 7 * time.Second, true},
		"longer than ours":       {Window, time.Hour, time.Hour, time.Hour, true},
		"absurd":                 {Window, 1000 * time.Hour, maxRetryAfter, maxRetryAfter, true},
		"beyond the end":         {time.Minute, time.Hour, 0, 0, false},
		"the end is near":        {time.Second, 0, time.Second, time.Second, true},
		"the end has come":       {0, 0, 0, 0, false},
		"the end is in the past": {-time.Hour, 0, 0, 0, false},
	} {
		next, again := nextTry(1, now, now.Add(c.left), c.asked)
		if wait := next.Sub(now); again != c.again || again && (wait < c.least || wait > c.most) {
			t.Errorf("%s: %v %v", name, wait, again)
		}
	}
}
