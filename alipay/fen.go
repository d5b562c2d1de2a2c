package alipay

import (
	"errors"
	"fmt"
	"strconv"
)

// Fen is an amount of money in hundredths of a yuan. On the wire it is a
// decimal number of yuan with two places, as "12.34".
type Fen int64

// MaxAmount is the largest total Alipay accepts for one trade, 100,000,000.00 yuan.
const MaxAmount Fen = 100_000_000_00

var errAmount = errors.New("not an amount in yuan")

// String writes the amount in yuan with two decimals, as "12.34" or "-0.05".
func (f Fen) String() string {
	return string(f.appendYuan(make([]byte, 0, 24)))
}

func (f Fen) appendYuan(b []byte) []byte {
	n := uint64(f)
	if f < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendUint(b, n/100, 10)
	return append(b, '.', byte('0'+n/10%10), byte('0'+n%10))
}

// ParseFen reads an amount in yuan such as "12.34", "12.3", "12" or "-0.05".
// Places after the second must be zero. Exponents, signs other than one leading
// minus, spaces and separators are errors, as is an amount beyond 15 digits.
func ParseFen(s string) (Fen, error) {
	digits := s
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		digits = s[1:]
	}
	n, ok := parseYuan(digits)
	if !ok {
		return 0, fmt.Errorf("alipay: %w: %.32q", errAmount, s)
	}
	if negative {
		n = -n
	}
	return n, nil
}

func parseYuan(s string) (Fen, bool) {
	var n Fen
	point := -1
	whole := 0
	for i := 0; i < len(s); i++ {
		ch := s[i]
		switch {
		case ch == '.' && point < 0 && i > 0:
			point = i
		case ch < '0' || ch > '9':
			return 0, false
		case point < 0:
			whole++
			n = n*10 + Fen(ch-'0')
		case i-point <= 2:
			n = n*10 + Fen(ch-'0')
		case ch != '0':
			return 0, false
		}
		if whole > 15 {
			return 0, false
		}
	}
	switch places := len(s) - point - 1; {
	case whole == 0 || point >= 0 && places == 0:
		return 0, false
	case point < 0:
		n *= 100
	case places == 1:
		n *= 10
	}
	return n, true
}

// MarshalJSON writes the amount as a JSON string in yuan, as the platform does.
func (f Fen) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 24), '"')
	return append(f.appendYuan(b), '"'), nil
}

// UnmarshalJSON reads a JSON string or number in yuan. Null and the empty string
// leave the amount as it is, since the platform sends both for "none".
func (f *Fen) UnmarshalJSON(b []byte) error {
	s := string(b)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if s == "" || s == "null" {
		return nil
	}
	n, err := ParseFen(s)
	if err != nil {
		return err
	}
	*f = n
	return nil
}
