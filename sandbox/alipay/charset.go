package alipay

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset is one of the two encodings that the gateway speaks.
type charset bool

const (
	utf8Charset charset = false
	gbkCharset  charset = true
)

// charsetOf reads the charset parameter in any case; a missing one is GBK, as
// on the real gateway.
func charsetOf(name string) (cs charset, ok bool) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8":
		return utf8Charset, true
	case "gbk", "gb2312", "gb18030", "":
		return gbkCharset, true
	}
	return utf8Charset, false
}

func (c charset) name() string {
	if c == gbkCharset {
		return "GBK"
	}
	return "utf-8"
}

// decode turns received bytes into Go text; bytes that are not of the charset
// become replacement characters.
func (c charset) decode(raw string) string {
	if c == utf8Charset || isASCII(raw) {
		return strings.ToValidUTF8(raw, "\uFFFD")
	}
	text, err := simplifiedchinese.GBK.NewDecoder().String(raw)
	if err != nil {
		return strings.ToValidUTF8(raw, "\uFFFD")
	}
	return text
}

// encode turns Go text into bytes to be sent; what GBK cannot write becomes a
// substitute.
func (c charset) encode(text string) string {
	if c == utf8Charset || isASCII(text) {
		return text
	}
	raw, err := encoding.ReplaceUnsupported(simplifiedchinese.GBK.NewEncoder()).String(text)
	if err != nil {
		return text
	}
	return raw
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
