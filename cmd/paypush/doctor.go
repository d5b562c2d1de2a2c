package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/doctor"
)

type doctorCommand struct {
	database
	Config    string `help:"Configuration file." type:"path" xor:"from"`
	Sandbox   string `help:"Examine a server that takes its accounts from the sandbox at this address." xor:"from"`
	PublicURL string `help:"Our origin as platforms and people reach it." name:"public-url"`
	JSON      bool   `help:"Print the checks as JSON."`
}

// errUnwell ends the doctor with exit code 1 after its report was printed.
var errUnwell = errors.New("something does not work; see the checks above")

// Run examines and prints. A warning is no failure.
func (c *doctorCommand) Run(ctx context.Context) error {
	conf, faults, err := c.config()
	if err != nil {
		return usageError{err}
	}
	report := app.Examine(ctx, conf, faults)
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		err = printReport(os.Stdout, report)
	}
	if err == nil && report.Worst() == doctor.Fail {
		err = errUnwell
	}
	return err
}

// config takes what is examined from the file, the sandbox, or the dev.json
// beside the data. Faults of the file are for the report.
func (c *doctorCommand) config() (conf config.Config, faults, err error) {
	if conf, err = c.over(config.Default()); err != nil {
		return conf, nil, err
	}
	met, absent := app.Meet(conf.Data)
	switch {
	case c.Config != "":
		conf, faults = config.Load(c.Config)
		conf, err = c.over(conf)
	case c.Sandbox != "":
		conf.Mode, conf.SandboxURL = config.Sandbox, c.Sandbox
		if met.SandboxURL == c.Sandbox {
			conf.PublicURL = met.URL
		}
	case absent == nil:
		conf.Mode, conf.SandboxURL, conf.PublicURL = config.Sandbox, met.SandboxURL, met.URL
	default:
		return conf, nil, errors.New("name --config FILE or --sandbox URL, or the --data of `paypush dev`")
	}
	if c.PublicURL != "" {
		conf.PublicURL = c.PublicURL
	}
	return conf, faults, err
}

// printReport writes Chinese first and English under it.
func printReport(out io.Writer, r doctor.Report) error {
	for _, c := range r.Checks {
		if _, err := fmt.Fprintf(out, "[%-4s] %s · %s\n", c.Status, c.Title.ZH, c.Title.EN); err != nil {
			return err
		}
		printText(out, "       ", c.Found)
		printText(out, "       → ", c.Advice)
	}
	return nil
}

func printText(out io.Writer, margin string, t doctor.Text) {
	if t.ZH != "" {
		fmt.Fprintln(out, margin+t.ZH) //nolint:errcheck // a terminal that went away
	}
	if t.EN != "" && t.EN != t.ZH {
		fmt.Fprintln(out, margin+t.EN) //nolint:errcheck // a terminal that went away
	}
}
