package config

import (
	"errors"
	"strconv"
	"strings"
)

// FeePerMillion is the account's agreed fee in millionths of a payment, 0
// where none was named. Check has to have found it good.
func (a Alipay) FeePerMillion() int64 {
	n, err := a.feeRate()
	if err != nil {
		return 0
	}
	return n
}

var errFeeRate = errors.New("no percentage")

// feeRate reads a percentage of at most ten with at most four decimals.
func (a Alipay) feeRate() (int64, error) {
	if a.FeeRate == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(a.FeeRate, ".")
	if len(part) > 4 || len(whole) > 2 || whole == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, errFeeRate
	}
	n, err := strconv.ParseInt(whole+(part + "0000")[:4], 10, 64)
	if err != nil || n > 10_0000 {
		return 0, errFeeRate
	}
	return n, nil
}
