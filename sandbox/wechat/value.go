package wechat

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The forms of values, compiled once.
var (
	numberForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	letterForm = regexp.MustCompile(`^[A-Za-z]+$`)
	stringForm = regexp.MustCompile(`^[\x20-\x7e]+$`)
	amountForm = regexp.MustCompile(`^[¥￥$€£]?[0-9]{1,12}(\.[0-9]+)?元?$`)
	phoneForm  = regexp.MustCompile(`^[0-9+()#*\- ]+$`)
	momentForm = regexp.MustCompile(`^` + oneMoment + `( ?~ ?` + oneMoment + `)?$`)
)

const (
	datePart  = `[0-9]{4}([-/.][0-9]{1,2}[-/.][0-9]{1,2}|年[0-9]{1,2}月([0-9]{1,2}日)?)`
	clockPart = `[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?`
	oneMoment = `(` + datePart + `( ?` + clockPart + `)?|` + clockPart + `)`
)

// fits tells whether a value is legal for a typed keyword such as thing7.
// Types whose limits the platform does not publish take everything.
func fits(key, value string) bool {
	n := utf8.RuneCountInString(value)
	switch strings.TrimRight(key, "0123456789") {
	case "thing", "const":
		return n <= 20
	case "number":
		return n <= 32 && numberForm.MatchString(value)
	case "letter":
		return n <= 32 && letterForm.MatchString(value)
	case "symbol":
		return n <= 5 && !strings.ContainsAny(value, "\r\n") && !hasLetterOrDigit(value)
	case "character_string":
		return n <= 32 && stringForm.MatchString(value)
	case "time", "date":
		return momentForm.MatchString(value)
	case "amount":
		return amountForm.MatchString(value)
	case "phone_number":
		return n <= 17 && phoneForm.MatchString(value)
	case "car_number":
		return n <= 8
	case "name":
		return fitsName(value, n)
	case "phrase":
		return n <= 5 && onlyHan(value)
	}
	return true
}

// fitsName takes ten characters, or twenty when none of them is Chinese.
func fitsName(value string, n int) bool {
	if strings.ContainsFunc(value, unicode.IsDigit) {
		return false
	}
	if strings.ContainsFunc(value, isHan) {
		return n <= 10
	}
	return n <= 20
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func onlyHan(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !isHan(r) })
}

func hasLetterOrDigit(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
