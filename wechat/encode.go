package wechat

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// encode writes JSON the way phones show it right: raw UTF-8, with < > & left
// alone and no trailing newline. Some clients print an escape literally, and
// links with escapes arrive broken.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if bytes.Contains(out, []byte(`\u2028`)) || bytes.Contains(out, []byte(`\u2029`)) ||
		bytes.Contains(out, []byte(`\ufffd`)) {
		out = unescape(out)
	}
	return out, nil
}

// unescape puts back the three characters that encoding/json escapes in spite
// of SetEscapeHTML(false), leaving escaped backslashes alone.
func unescape(in []byte) []byte {
	out := make([]byte, 0, len(in))
	for i := 0; i < len(in); i++ {
		if in[i] != '\\' || i+1 >= len(in) {
			out = append(out, in[i])
			continue
		}
		r := rune(-1)
		if in[i+1] == 'u' && i+6 <= len(in) {
			r = escaped(string(in[i+2 : i+6]))
		}
		if r < 0 {
			out = append(out, in[i], in[i+1])
			i++
			continue
		}
		out = utf8.AppendRune(out, r)
		i += 5
	}
	return out
}

func escaped(hex string) rune {
	switch hex {
	case "2028":
		return '\u2028'
	case "2029":
		return '\u2029'
	case "fffd":
		return utf8.RuneError
	}
	return -1
}
