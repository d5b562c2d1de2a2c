package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/paypush/paypush/internal/backup"
	"github.com/paypush/paypush/internal/config"
)

type backupCommand struct {
	database
	Config string `help:"Configuration file, for where the database is." type:"existingfile"`
	File   string `arg:"" help:"The file to write; it must not exist." type:"path"`
}

// Run makes a backup while the server runs, or prints PostgreSQL's command.
func (c *backupCommand) Run(ctx context.Context) error {
	conf, err := c.where(c.Config)
	if err != nil {
		return usageError{err}
	}
	path, ok := strings.CutPrefix(conf.DatabaseURL(), "sqlite:")
	if !ok {
		save, _ := backup.Commands(conf.DatabaseURL(), c.File)
		fmt.Printf("PostgreSQL has its own tool for this; run\n\n  %s\n\nfor point-in-time recovery, archive its WAL as well.\n", save)
		return nil
	}
	saved, err := backup.Save(ctx, path, c.File)
	if err != nil {
		return err
	}
	fmt.Printf("%s: a verified backup, %s\n", c.File, describe(saved))
	return nil
}

type restoreCommand struct {
	database
	Config string `help:"Configuration file, for where the database is to be, and its mode." type:"existingfile"`
	Mode   string `help:"The mode of the server that will use it, without a configuration file." enum:"sandbox,platform-test,live," default:""`
	File   string `arg:"" help:"The backup." type:"existingfile"`
}

// Run puts a backup where no database is, or prints PostgreSQL's command.
func (c *restoreCommand) Run(ctx context.Context) error {
	conf, err := c.where(c.Config)
	if err == nil && c.Config == "" && c.Mode == "" {
		err = errors.New("name --config FILE, or --mode for which the backup is meant")
	}
	if err != nil {
		return usageError{err}
	}
	if c.Mode != "" {
		conf.Mode = config.Mode(c.Mode)
	}
	path, ok := strings.CutPrefix(conf.DatabaseURL(), "sqlite:")
	if !ok {
		_, restore := backup.Commands(conf.DatabaseURL(), c.File)
		fmt.Printf("PostgreSQL has its own tool for this; into an empty database run\n\n  %s\n", restore)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	found, err := backup.Restore(ctx, c.File, path, string(conf.Mode))
	if err != nil {
		return err
	}
	fmt.Printf("%s: restored, %s\nStart the server; it asks the platforms about every payment that was open.\n", path, describe(found))
	return nil
}

// where finds the database of a command: the flags, then the file.
func (d database) where(file string) (config.Config, error) {
	conf := config.Default()
	if file != "" {
		var err error
		if conf, err = config.Load(file); err != nil {
			return conf, err
		}
	}
	return d.over(conf)
}

func describe(c backup.Content) string {
	return fmt.Sprintf("mode %s, schema %d, %d orders, %d payments", c.Mode, c.Schema, c.Rows["orders"], c.Rows["payments"])
}
