package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
)

// database says which database a command works on.
type database struct {
	Data        string `help:"Folder of the database; ./var unless a configuration names one." type:"path"`
	DatabaseURL string `help:"sqlite:PATH or postgres://...; also PAYPUSH_DATABASE_URL_FILE." name:"database-url"`
}

// over lays what was said on the command line or by the environment over a
// configuration.
func (d database) over(conf config.Config) (config.Config, error) {
	if d.Data != "" {
		conf.Data = d.Data
	}
	url, err := databaseURL(d.DatabaseURL)
	if url != "" {
		conf.Database = url
	}
	return conf, err
}

// office opens the database for a command, in a folder that is made where it
// is missing.
func (d database) office(ctx context.Context) (*app.Office, error) {
	conf, err := d.over(config.Default())
	if err != nil {
		return nil, err
	}
	if conf.Database == "" {
		if err := os.MkdirAll(conf.Data, 0o700); err != nil {
			return nil, err
		}
	}
	return app.OpenOffice(ctx, conf.DatabaseURL(), slog.New(slog.DiscardHandler))
}

type migrateCommand struct{ database }

// Run migrates.
func (c *migrateCommand) Run(ctx context.Context) error {
	office, err := c.office(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(office.Migrate(ctx), office.Close()); err != nil {
		return err
	}
	fmt.Println("The schema is up to date.")
	return nil
}

type adminCommand struct {
	Create adminCreateCommand `cmd:"" help:"Make somebody of the team, an administrator unless told otherwise, or give an existing member the role; prints a one-time sign-in link."`
	Key    adminKeyCommand    `cmd:"" help:"Make an API key; it is shown once."`
}

type adminCreateCommand struct {
	database
	Name          string `arg:"" help:"The name to sign in with."`
	Role          string `help:"admin, operator or member; the last administrator keeps the role." enum:"admin,operator,member" default:"admin"`
	PasswordStdin bool   `help:"Read the password from standard input; otherwise only the one-time link signs in."`
	PublicURL     string `help:"Our origin, for the link." default:"http://127.0.0.1:8080" name:"public-url"`
}

// titles is what the roles are called in print.
var titles = map[string]string{"admin": "administrator", "operator": "operator", "member": "member"}

// Run makes the person.
func (c *adminCreateCommand) Run(ctx context.Context) error {
	password := ""
	if c.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if password = strings.TrimRight(line, "\r\n"); password == "" {
			return usageError{errors.New("--password-stdin: standard input was empty")}
		}
	}
	office, err := c.office(ctx)
	if err != nil {
		return err
	}
	defer office.Close()
	link, err := office.Appoint(ctx, c.Name, password, c.Role)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s\nsign in once, within an hour: %s%s\n", titles[c.Role], c.Name, strings.TrimRight(c.PublicURL, "/"), link)
	return nil
}

type adminKeyCommand struct {
	database
	Name string `arg:"" help:"What the key is for."`
	By   string `help:"Name of the member who answers for it; they can't approve refunds that it asks for." placeholder:"NAME"`
}

// Run makes the key.
func (c *adminKeyCommand) Run(ctx context.Context) error {
	office, err := c.office(ctx)
	if err != nil {
		return err
	}
	defer office.Close()
	key, err := office.CreateKey(ctx, c.Name, c.By)
	if err != nil {
		return err
	}
	fmt.Println(key)
	return nil
}
