// Package logging makes the program's log: structured lines, as text or as
// JSON, each with the id of the request it belongs to.
//
// It decides nothing about what is worth a line. The rule that surprises: it
// is the last net, not the first. Whoever logs leaves secrets out; what slips
// through in a known shape (a key, a link that signs in, a token in an
// address) is replaced here, and a test of the whole server holds both.
package logging

import (
	"fmt"
	"io"
	"log/slog"
)

// The formats of a line.
const (
	Text = "text" // key=value, for people
	JSON = "json" // one object a line, for collectors
)

// Options say how lines look and which are written.
type Options struct {
	Format string     // [Text] or [JSON]; empty for Text
	Level  slog.Level // the least that is written
}

// New makes a logger that writes to out. It fails for another format. The
// logger is safe for any number of goroutines where out takes whole writes.
func New(out io.Writer, o Options) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: o.Level, ReplaceAttr: redact}
	switch o.Format {
	case Text, "":
		return slog.New(handler{slog.NewTextHandler(out, options)}), nil
	case JSON:
		return slog.New(handler{slog.NewJSONHandler(out, options)}), nil
	}
	return nil, fmt.Errorf("log format %q is none of text, json", o.Format)
}
