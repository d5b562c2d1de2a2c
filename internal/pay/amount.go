package pay

import (
	"strconv"
	"strings"

	"github.com/paypush/paypush/internal/fault"
)

// Amount is a sum of money in fen, a hundredth of a yuan. It is never a
// float, and it is text only on the wire.
type Amount int64

// The least and the most that one order may ask, which is what Alipay takes:
// 0.01 to 100,000,000.00 yuan.
const (
	MinAmount Amount = 1
	MaxAmount Amount = 100_000_000_00
)

var errAmount = fault.Input("/amount", "amount_invalid",
	"The amount must be 0.01 to 100000000.00 yuan with at most two decimals, in plain digits such as 12.30.")

// ParseYuan reads a sum that a person typed in yuan: plain ASCII digits, with
// at most two decimals after a point. Signs, exponents, separators and blanks
// inside are refused. It returns [fault.Invalid] with code "amount_invalid"
// for anything else and for a sum out of range.
func ParseYuan(s string) (Amount, error) {
	yuan, cents, point := strings.Cut(strings.Trim(s, " "), ".")
	if !digits(yuan, 1, 9) || point && !digits(cents, 1, 2) {
		return 0, errAmount
	}
	n, err := strconv.ParseInt(yuan+(cents + "00")[:2], 10, 64)
	if err != nil {
		return 0, errAmount
	}
	return Amount(n), Amount(n).Check()
}

func digits(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Check reports whether one order may ask for the amount.
func (a Amount) Check() error {
	if a < MinAmount || a > MaxAmount {
		return errAmount
	}
	return nil
}

// Yuan writes the amount in yuan with two decimals, such as "12.30".
func (a Amount) Yuan() string {
	sign := ""
	n := int64(a)
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	for len(s) < 3 {
		s = "0" + s
	}
	return sign + s[:len(s)-2] + "." + s[len(s)-2:]
}
