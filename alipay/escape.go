package alipay

// param is one name and value of a form, unescaped.
type param struct{ name, value string }

const upperHex = "0123456789ABCDEF"

// appendEscaped percent-encodes everything but letters, digits and "-_.~". A
// space becomes %20, which query and form decoders read alike.
func appendEscaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if unreserved(ch) {
			b = append(b, ch)
			continue
		}
		b = append(b, '%', upperHex[ch>>4], upperHex[ch&15])
	}
	return b
}

func unreserved(ch byte) bool {
	switch {
	case 'a' <= ch && ch <= 'z', 'A' <= ch && ch <= 'Z', '0' <= ch && ch <= '9':
		return true
	}
	return ch == '-' || ch == '_' || ch == '.' || ch == '~'
}

// appendParam adds name=value to an encoded form.
func appendParam(b []byte, p param) []byte {
	if n := len(b); n > 0 && b[n-1] != '?' {
		b = append(b, '&')
	}
	b = append(b, p.name...)
	b = append(b, '=')
	return appendEscaped(b, p.value)
}
