package world

import (
	"slices"
	"testing"
)

func TestSetFaultsChecksItsRules(t *testing.T) {
	tests := []struct {
		name string
		rule Fault
		ok   bool
	}{
		{"a lost notice", Fault{At: "alipay.notify", Kind: "drop", Rate: 1}, true},
		{"a bill without a line", Fault{At: "alipay.bill", Kind: "bill_missing", Rate: 1}, true},
		{"a bill fault on a call", Fault{At: "alipay.gateway", Kind: "bill_missing", Rate: 1}, false},
		{"an unknown edge", Fault{At: "paypal.api", Kind: "drop", Rate: 1}, false},
		{"an unknown kind", Fault{At: "wechat.api", Kind: "explode", Rate: 1}, false},
		{"too often", Fault{At: "wechat.api", Kind: "drop", Rate: 1.5}, false},
		{"less than never", Fault{At: "wechat.api", Kind: "drop", Rate: -0.1}, false},
		{"a negative delay", Fault{At: "wechat.api", Kind: "latency", Rate: 1, Delay: -1}, false},
	}
	w := open(t, Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := w.SetFaults(1, []Fault{tt.rule}); (err == nil) != tt.ok {
				t.Errorf("SetFaults answered %v", err)
			}
		})
	}
}

func draws(w *World, n int) []int {
	var hits []int
	for i := range n {
		if len(w.Draw("alipay.notify", "/notify")) > 0 {
			hits = append(hits, i)
		}
	}
	return hits
}

func TestTheSameSeedStrikesTheSameCalls(t *testing.T) {
	w := open(t, Options{})
	rules := []Fault{{At: "alipay.notify", Kind: "drop", Rate: 0.3}}
	var runs [2][]int
	for i := range runs {
		if err := w.SetFaults(7, rules); err != nil {
			t.Fatal(err)
		}
		runs[i] = draws(w, 1000)
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Error("two runs with one seed differ")
	}
	if n := len(runs[0]); n < 200 || n > 400 {
		t.Errorf("a rate of 0.3 struck %d of 1000", n)
	}
}

func TestRulesStrikeOnlyWhereTheyBelong(t *testing.T) {
	w := open(t, Options{Seed: 1})
	if err := w.SetFaults(0, []Fault{{At: "wechat.api", Kind: "errcode", Code: 45009, Path: "/send", Rate: 1}}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/cgi-bin/message/template/send": 1, "/cgi-bin/token": 0} {
		if got := len(w.Draw("wechat.api", path)); got != want {
			t.Errorf("%s was struck %d times, want %d", path, got, want)
		}
	}
	if len(w.Draw("alipay.gateway", "/send")) != 0 {
		t.Error("another edge was struck")
	}
	w.ClearFaults()
	if len(w.Draw("wechat.api", "/send")) != 0 || w.Faults() != nil {
		t.Error("cleared rules still strike")
	}
}
