package alipay

import (
	"errors"
	"fmt"
	"strings"
)

// fen is an amount of money in hundredths of a yuan.
type fen int64

// maxAmount is the most that one trade may cost: 100 million yuan.
const maxAmount fen = 100_000_000 * 100

var (
	errAmount   = errors.New("not an amount in yuan with at most two decimals")
	errTooLarge = errors.New("more than 100000000 yuan")
)

// parseFen reads yuan with at most two decimals, such as 12, 12.3 or 12.34. It
// takes neither signs nor exponents nor an amount of zero.
func parseFen(text string) (fen, error) {
	whole, cents, dotted := strings.Cut(text, ".")
	if dotted && (cents == "" || len(cents) > 2) || len(text) > 32 {
		return 0, errAmount
	}
	cents += strings.Repeat("0", 2-len(cents))
	var sum fen
	if whole == "" {
		return 0, errAmount
	}
	for _, c := range whole + cents {
		if c < '0' || c > '9' {
			return 0, errAmount
		}
		// The clamp keeps long numbers from overflowing; the rest of them
		// still has to be digits.
		sum = min(sum*10+fen(c-'0'), maxAmount+1)
	}
	if sum > maxAmount {
		return 0, errTooLarge
	}
	if sum == 0 {
		return 0, errAmount
	}
	return sum, nil
}

// String writes yuan with two decimals, as the platform does.
func (f fen) String() string {
	if f < 0 {
		return "-" + (-f).String()
	}
	return fmt.Sprintf("%d.%02d", int64(f)/100, int64(f)%100)
}
