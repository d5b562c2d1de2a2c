package wechat

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// CheckValue says what the platform would not take in a keyword of a category
// template, in English, or nothing when the value may pass. The key's name
// without its number is the type, such as thing of thing7. Keys of other kinds
// are not judged: those of old templates have no rules, and some types have no
// documented ones.
//
// It follows 模板消息参数值内容限制说明.
func CheckValue(key, value string) string {
	kind := strings.TrimRight(key, "0123456789")
	check := checkOf(kind)
	if check == nil || kind == key {
		return ""
	}
	if value == "" && kind != "const" {
		return "is empty"
	}
	if !utf8.ValidString(value) {
		return "is not UTF-8"
	}
	return check(value)
}

// Check reports every keyword the platform would refuse with 47003, as one
// error that is ErrInvalid, or nil. SendTemplate asks it first.
func (t Template) Check() error { return checkData("template.send", t.Data) }

func checkData(op string, data map[string]Value) error {
	var faults []string
	for key, v := range data {
		if fault := CheckValue(key, v.Value); fault != "" {
			faults = append(faults, key+" "+fault)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.Sort(faults)
	return invalid(op, "%s", strings.Join(faults, "; "))
}

// FitValue cuts a value to what its key's type can hold and takes line breaks
// out, ending a cut text with an ellipsis. It does not change types that
// cannot be cut without becoming wrong, such as numbers and times.
func FitValue(key, value string) string {
	limit := 0
	switch strings.TrimRight(key, "0123456789") {
	case "thing", "const":
		limit = 20
	case "name":
		limit = nameLimit(value)
	default:
		return value
	}
	value = strings.Join(strings.Fields(value), " ")
	if runes := []rune(value); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return value
}

func checkOf(kind string) func(string) string {
	switch kind {
	case "thing", "const":
		return func(v string) string { return longest(v, 20) }
	case "number":
		return checkNumber
	case "letter":
		return func(v string) string { return only(v, 32, "letters", isLetter) }
	case "symbol":
		return func(v string) string { return only(v, 5, "symbols", isMark) }
	case "character_string":
		return func(v string) string { return only(v, 32, "digits, letters and symbols", notHan) }
	case "time":
		return checkTime
	case "date":
		return checkDate
	case "amount":
		return checkAmount
	case "phone_number":
		return func(v string) string { return only(v, 17, "digits and signs", isDial) }
	case "car_number":
		return func(v string) string { return longest(v, 8) }
	case "name":
		return func(v string) string { return longest(v, nameLimit(v)) }
	case "phrase":
		return func(v string) string { return only(v, 5, "Chinese characters", isHan) }
	}
	return nil
}
