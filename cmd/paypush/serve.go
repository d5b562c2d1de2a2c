package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
)

type serveCommand struct {
	Config      string `help:"Configuration file." type:"existingfile"`
	Listen      string `help:"Address of the server, such as 127.0.0.1:8080."`
	Data        string `help:"Folder for the database." type:"path"`
	PublicURL   string `help:"Our origin as platforms and people reach it." name:"public-url"`
	Sandbox     string `help:"Take the accounts from the sandbox at this address."`
	DatabaseURL string `help:"sqlite:PATH or postgres://...; also PAYPUSH_DATABASE_URL_FILE." name:"database-url"`

	DrainDelay    *time.Duration `help:"How long to go on serving once told to stop, while /readyz says no; 5s unless configured."`
	MetricsListen string         `help:"Address of /metrics alone, such as 127.0.0.1:9464; nobody but your collector should reach it."`
	logFlags
}

// Run starts the server and waits until it is told to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	conf, err := c.config()
	if err != nil {
		return usageError{err}
	}
	log, err := c.logger(os.Stderr)
	if err != nil {
		return err
	}
	defer ballast()()
	server, err := app.Start(ctx, conf, app.Options{Log: log, Version: version()})
	if err != nil {
		return err
	}
	if conf.Mode != config.Sandbox {
		fmt.Printf("paypush serves %s\n", server.URL())
		return wait(ctx, server, time.Duration(conf.DrainDelay))
	}
	hello, err := server.Introduce(ctx)
	switch {
	case ctx.Err() != nil: // told to stop meanwhile, but it serves already
	case err != nil:
		return closeWith(server, err)
	default:
		fmt.Printf("paypush serves %s with the sandbox %s\nsign in: %s\n", hello.URL, hello.SandboxURL, hello.LoginLink)
	}
	return wait(ctx, server, time.Duration(conf.DrainDelay))
}

func (c *serveCommand) config() (config.Config, error) {
	conf := config.Default()
	if c.Config != "" {
		var err error
		if conf, err = config.Load(c.Config); err != nil {
			return conf, err
		}
	}
	if c.Sandbox != "" {
		if len(conf.Alipay)+len(conf.WeChat) > 0 {
			return conf, errors.New("--sandbox takes its accounts from the sandbox; the configuration names others")
		}
		conf.Mode, conf.SandboxURL = config.Sandbox, c.Sandbox
	}
	for _, set := range []struct {
		to   *string
		from string
	}{{&conf.Listen, c.Listen}, {&conf.Data, c.Data}, {&conf.PublicURL, c.PublicURL}, {&conf.MetricsListen, c.MetricsListen}} {
		if set.from != "" {
			*set.to = set.from
		}
	}
	if c.DrainDelay != nil {
		conf.DrainDelay = config.Duration(*c.DrainDelay)
	}
	if err := sealingKey(&conf); err != nil {
		return conf, err
	}
	collector(&conf.Traces)
	url, err := databaseURL(c.DatabaseURL)
	if url != "" {
		conf.Database = url
	}
	return conf, err
}

// databaseURL takes the address from the flag, its variable, or the file that
// PAYPUSH_DATABASE_URL_FILE names.
func databaseURL(flag string) (string, error) {
	if path := os.Getenv("PAYPUSH_DATABASE_URL_FILE"); flag == "" && path != "" {
		return config.ReadSecret(path)
	}
	return flag, nil
}

// drain is how long work that has begun may take to end.
const drain = 9 * time.Second

// wait blocks until the process is told to stop or the server fails, and then
// drains it; a balancer gets delay to notice.
func wait(ctx context.Context, server *app.Server, delay time.Duration) error {
	select {
	case <-ctx.Done():
	case failure := <-server.Failed():
		return closeWith(server, failure)
	}
	server.Retire()
	select {
	case <-time.After(delay):
		return closeWith(server, nil)
	case failure := <-server.Failed():
		return closeWith(server, failure)
	}
}

func closeWith(server *app.Server, cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	return errors.Join(cause, server.Close(ctx))
}
