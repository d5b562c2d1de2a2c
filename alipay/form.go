package alipay

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	maxFormBytes  = 256 << 10
	maxFormParams = 256
)

// parseForm splits and decodes a form or query string, once, and sorts it by
// name. It does not look at any media type and keeps a percent sign that is not
// followed by two hexadecimal digits. A name that occurs twice is refused: two
// receivers could disagree on which value was signed.
func parseForm(s string) ([]param, error) {
	if len(s) > maxFormBytes {
		return nil, fmt.Errorf("%w: form of %d bytes", ErrMalformed, len(s))
	}
	count := strings.Count(s, "&") + 1
	if count > maxFormParams {
		return nil, fmt.Errorf("%w: form of %d parameters", ErrMalformed, count)
	}
	// The builder never grows past len(s), so pieces cut from it stay valid.
	var text strings.Builder
	text.Grow(len(s))
	params := make([]param, 0, count)
	for len(s) > 0 {
		var part string
		part, s, _ = strings.Cut(s, "&")
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		params = append(params, param{unescape(&text, name), unescape(&text, value)})
	}
	return params, sortParams(params)
}

// sortParams orders by name, byte by byte, and refuses a name given twice.
func sortParams(params []param) error {
	slices.SortFunc(params, func(a, b param) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(params); i++ {
		if params[i].name == params[i-1].name {
			return fmt.Errorf("%w: parameter %.64q occurs twice", ErrMalformed, params[i].name)
		}
	}
	return nil
}

func unescape(text *strings.Builder, s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	start := text.Len()
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			text.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			text.WriteByte(fromHex(s[i+1])<<4 | fromHex(s[i+2]))
			i += 2
		default:
			text.WriteByte(s[i])
		}
	}
	return text.String()[start:]
}

func isHex(ch byte) bool {
	return '0' <= ch && ch <= '9' || 'a' <= ch && ch <= 'f' || 'A' <= ch && ch <= 'F'
}

func fromHex(ch byte) byte {
	if ch <= '9' {
		return ch - '0'
	}
	return ch&^0x20 - 'A' + 10
}

// lookup finds a value in sorted parameters; a missing name is the empty string.
func lookup(params []param, name string) string {
	i, found := slices.BinarySearchFunc(params, name, func(p param, name string) int {
		return strings.Compare(p.name, name)
	})
	if !found {
		return ""
	}
	return params[i].value
}

func isGBK(charset string) bool {
	switch strings.ToLower(charset) {
	case "gbk", "gb2312", "gb18030":
		return true
	}
	return false
}

// fromGBK converts GBK bytes to UTF-8; bytes that are neither become U+FFFD.
func fromGBK(s string) string {
	text, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return text
}

// decodeCharset turns the values of verified parameters into UTF-8.
func decodeCharset(params []param) {
	if !isGBK(lookup(params, "charset")) {
		return
	}
	for i := range params {
		params[i].value = fromGBK(params[i].value)
	}
}
