package config

import "testing"

func TestFeeRate(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "0.6": 6000, "0.38": 3800, "1": 10_000, "10": 100_000, "0.0001": 1} {
		if got, err := (Alipay{FeeRate: text}).feeRate(); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"-1", "0.6%", ".6", "11", "10.0001", "0.00001", "1e1", "六", " 1"} {
		if got, err := (Alipay{FeeRate: text}).feeRate(); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}
