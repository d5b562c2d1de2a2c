package push

import (
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
)

// Param is the type of a template's value: how it is checked and written out.
type Param string

// The types of values.
const (
	ParamText   Param = "text"   // as it is
	ParamNumber Param = "number" // digits, with a sign and decimals
	ParamMoney  Param = "money"  // fen, written as yuan; what is yuan already stays
	ParamTime   Param = "time"   // RFC 3339, written as the time in China; what is so already stays
)

// ErrValues tells that values do not fit the parameters of their template.
var ErrValues = fault.Input("/data", "values_invalid",
	"The template's parameters need a value each: text of at most 200 characters, a number, money in fen, or a time as in 2026-03-01T09:00:00Z.")

var (
	numberFormat = regexp.MustCompile(`^-?[0-9]{1,32}(\.[0-9]{1,10})?$`)
	fenFormat    = regexp.MustCompile(`^[0-9]{1,18}$`)
	yuanFormat   = regexp.MustCompile(`^[0-9]{1,16}\.[0-9]{2}$`)
)

// localLayout is how people in China read a time.
const localLayout = "2006-01-02 15:04:05"

// fits reports whether a value is of the type.
func (p Param) fits(value string) bool {
	switch p {
	case ParamNumber:
		return numberFormat.MatchString(value)
	case ParamMoney:
		return fenFormat.MatchString(value) || yuanFormat.MatchString(value)
	case ParamTime:
		_, rfc := time.Parse(time.RFC3339Nano, value)
		_, local := time.Parse(localLayout, value)
		return rfc == nil || local == nil
	case ParamText:
		return value != "" && utf8.ValidString(value) && utf8.RuneCountInString(value) <= 200
	}
	return false
}

// write gives a value as people read it. What does not fit stays as it is.
func (p Param) write(value string) string {
	switch p {
	case ParamMoney:
		if fenFormat.MatchString(value) {
			return yuan(value)
		}
	case ParamTime:
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			return at.In(china).Format(localLayout)
		}
	}
	return value
}

// checkValues fails with [ErrValues] where a parameter has no value, or one
// of another type. A template without parameters takes whatever comes.
func (t Template) checkValues(values map[string]string) error {
	for name, p := range t.Params {
		if !p.fits(values[name]) {
			return ErrValues
		}
	}
	return nil
}

// Written gives values as people read them, each by the type of its parameter.
func (t Template) Written(values map[string]string) map[string]string {
	if len(t.Params) == 0 {
		return values
	}
	all := make(map[string]string, len(values))
	for name, v := range values {
		all[name] = t.Params[name].write(v)
	}
	return all
}
