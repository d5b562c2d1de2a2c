package wechat

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The rules of the single keyword types. Each answers what is wrong, or
// nothing.

func longest(v string, limit int) string {
	if utf8.RuneCountInString(v) > limit {
		return fmt.Sprintf("is longer than %d characters", limit)
	}
	return ""
}

func only(v string, limit int, what string, ok func(rune) bool) string {
	if fault := longest(v, limit); fault != "" {
		return fault
	}
	if strings.IndexFunc(v, func(r rune) bool { return !ok(r) }) >= 0 {
		return "may hold only " + what
	}
	return ""
}

func checkNumber(v string) string {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(v, "-"), ".")
	if !digits(whole) || point && !digits(fraction) {
		return "is not a number"
	}
	if len(whole)+len(fraction) > 32 {
		return "is longer than 32 digits"
	}
	return ""
}

// checkAmount takes one currency sign, up to twelve digits, decimals and 元.
func checkAmount(v string) string {
	v = strings.TrimSuffix(v, "元")
	if r, n := utf8.DecodeRuneInString(v); unicode.Is(unicode.Sc, r) {
		v = v[n:]
	}
	whole, fraction, point := strings.Cut(strings.ReplaceAll(v, ",", ""), ".")
	if !digits(whole) || point && !digits(fraction) {
		return "is not an amount"
	}
	if len(whole) > 12 {
		return "is longer than 12 digits"
	}
	return ""
}

const dateRunes = "0123456789 年月日-/.~～"

func checkTime(v string) string {
	if !strings.ContainsAny(v, "0123456789") || !strings.ContainsAny(v, ":时") || !madeOf(v, dateRunes+":时分秒") {
		return "is not a time such as 2026-01-02 15:04"
	}
	return ""
}

func checkDate(v string) string {
	if !strings.ContainsAny(v, "0123456789") || !strings.ContainsAny(v, "年月日-/.") || !madeOf(v, dateRunes+":时分秒") {
		return "is not a date such as 2026年1月2日"
	}
	return ""
}

func madeOf(v, set string) bool {
	return strings.IndexFunc(v, func(r rune) bool { return !strings.ContainsRune(set, r) }) < 0
}

// nameLimit is 20, or 10 for a name with any Chinese in it.
func nameLimit(v string) int {
	if strings.ContainsFunc(v, isHan) {
		return 10
	}
	return 20
}

func digits(v string) bool {
	return v != "" && strings.IndexFunc(v, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func isHan(r rune) bool    { return unicode.Is(unicode.Han, r) }
func notHan(r rune) bool   { return !isHan(r) && r >= ' ' }
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isMark(r rune) bool   { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
func isDial(r rune) bool   { return r >= '0' && r <= '9' || strings.ContainsRune("+-() ,*#", r) }
