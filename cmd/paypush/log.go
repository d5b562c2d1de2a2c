package main

import (
	"io"
	"log/slog"

	"github.com/paypush/paypush/internal/logging"
)

// logFlags say how the log looks; it goes to standard error.
type logFlags struct {
	LogFormat string `help:"How a line of the log looks: text or json." enum:"text,json" default:"text"`
	LogLevel  string `help:"The least that is logged; debug adds a line for every request." enum:"debug,info,warn,error" default:"info"`
}

func (f logFlags) logger(out io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
		return nil, usageError{err}
	}
	return logging.New(out, logging.Options{Format: f.LogFormat, Level: level})
}
