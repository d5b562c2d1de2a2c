package alipay

import (
	"encoding/json"
	"fmt"
	"strings"
)

// frame is a gateway reply taken apart. content holds the exact bytes that were
// signed: the value of the "..._response" key, braces or quotes included.
type frame struct {
	key       string
	content   []byte
	signature string
	certSN    string
}

// splitFrame cuts a reply to method into its parts without re-encoding anything.
// It accepts any order of keys and any space between them, and refuses a reply
// that has two candidates for what was signed. In a GBK reply the second byte of
// a character may look like a backslash, hence the flag.
func splitFrame(body []byte, method string, gbk bool) (frame, error) {
	var f frame
	want := strings.ReplaceAll(method, ".", "_") + "_response"
	s := scanner{data: body, gbk: gbk}
	err := s.object(func(key string, value []byte) error {
		switch key {
		case want, "error_response", "null_response":
			if f.key != "" {
				return fmt.Errorf("%w: reply has both %q and %q", ErrMalformed, f.key, key)
			}
			f.key, f.content = key, value
		case "sign":
			return once(&f.signature, value)
		case "alipay_cert_sn":
			return once(&f.certSN, value)
		}
		return nil
	})
	if err == nil && f.key == "" {
		err = fmt.Errorf("%w: reply has no %q", ErrMalformed, want)
	}
	return f, err
}

func once(dst *string, value []byte) error {
	if *dst != "" {
		return fmt.Errorf("%w: reply repeats a key", ErrMalformed)
	}
	if err := json.Unmarshal(value, dst); err != nil {
		return fmt.Errorf("%w: reply has a key of the wrong type", ErrMalformed)
	}
	return nil
}

// scanner walks over the top level of a JSON object and finds where values end.
// It doesn't judge what is inside a value; that is decoded after verification.
type scanner struct {
	data []byte
	pos  int
	gbk  bool
}

func (s *scanner) object(member func(key string, value []byte) error) error {
	if !s.take('{') {
		return s.fail()
	}
	if s.take('}') {
		return s.end()
	}
	for {
		s.space()
		start := s.pos
		if !s.text() {
			return s.fail()
		}
		var key string
		if json.Unmarshal(s.data[start:s.pos], &key) != nil || !s.take(':') {
			return s.fail()
		}
		s.space()
		start = s.pos
		if !s.value() {
			return s.fail()
		}
		if err := member(key, s.data[start:s.pos]); err != nil {
			return err
		}
		if s.take('}') {
			return s.end()
		}
		if !s.take(',') {
			return s.fail()
		}
	}
}

func (s *scanner) end() error {
	if s.space(); s.pos != len(s.data) {
		return s.fail()
	}
	return nil
}

func (s *scanner) fail() error {
	return fmt.Errorf("%w: reply is not a JSON object (byte %d)", ErrMalformed, s.pos)
}

func (s *scanner) space() {
	for s.pos < len(s.data) && strings.IndexByte(" \t\r\n", s.data[s.pos]) >= 0 {
		s.pos++
	}
}

func (s *scanner) take(ch byte) bool {
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != ch {
		return false
	}
	s.pos++
	return true
}

// value moves behind a string, an object or array with its brackets balanced, or
// a bare word.
func (s *scanner) value() bool {
	if s.pos >= len(s.data) {
		return false
	}
	switch s.data[s.pos] {
	case '"':
		return s.text()
	case '{', '[':
		return s.nested()
	}
	start := s.pos
	for s.pos < len(s.data) && strings.IndexByte(",]} \t\r\n", s.data[s.pos]) < 0 {
		s.pos++
	}
	return s.pos > start
}

func (s *scanner) nested() bool {
	depth := 0
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case '"':
			if !s.text() {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if s.pos++; depth == 0 {
			return true
		}
	}
	return false
}

func (s *scanner) text() bool {
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		return false
	}
	for s.pos++; s.pos < len(s.data); s.pos++ {
		switch ch := s.data[s.pos]; {
		case ch == '"':
			s.pos++
			return true
		case ch == '\\' || s.gbk && ch > 0x80:
			s.pos++
		}
	}
	return false
}
