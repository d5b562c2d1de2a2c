package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/pay"
)

type archiveCommand struct {
	Run    archiveRun    `cmd:"" default:"withargs" help:"Archive what is old now, as a server does every day."`
	Verify archiveVerify `cmd:"" help:"Read every archive back and hold it against the index."`
}

// archives says where the database and the archives are.
type archives struct {
	database
	Config     string `help:"Configuration file, for where the database and the archives are and what is old." type:"existingfile"`
	ArchiveDir string `help:"Folder of the archives." name:"archive-dir" type:"path"`
}

// open finds the configuration and opens the database, which must exist.
func (c archives) open(ctx context.Context) (conf config.Config, office *app.Office, err error) {
	if conf, err = c.where(c.Config); err == nil {
		err = conf.Retention.Check()
	}
	if err != nil {
		return conf, nil, usageError{err}
	}
	if c.ArchiveDir != "" {
		conf.Retention.ArchiveDir = c.ArchiveDir
	}
	if conf.ArchiveFolder() == "" {
		return conf, nil, usageError{errors.New("name the folder of the archives: --archive-dir, or archive_dir under [retention]")}
	}
	if err := exists(conf); err != nil {
		return conf, nil, usageError{err}
	}
	office, err = app.OpenOffice(ctx, conf.DatabaseURL(), slog.New(slog.DiscardHandler))
	return conf, office, err
}

type archiveRun struct {
	archives
	Before string `help:"Archive what is older than this day in China, such as 2026-01-01, whatever the configuration says."`
	DryRun bool   `help:"Only tell how many rows would be archived." name:"dry-run"`
}

// Run archives by hand; it may run beside a server, and waits for nobody: it
// fails while a server archives.
func (c *archiveRun) Run(ctx context.Context) error {
	before, err := c.before(time.Now())
	if err != nil {
		return usageError{err}
	}
	conf, office, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer office.Close() //nolint:errcheck // everything is committed
	if !c.DryRun {
		return office.Archive(ctx, conf, before, slog.New(slog.NewTextHandler(os.Stdout, nil)))
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	err = office.Archivable(ctx, conf, before, func(table string, rows int64) error {
		_, err := fmt.Fprintf(t, "%s\t%d\t\n", table, rows)
		return err
	})
	return errors.Join(err, t.Flush())
}

// before reads the day. What is younger than the least retention stays.
func (c *archiveRun) before(now time.Time) (time.Time, error) {
	if c.Before == "" {
		return time.Time{}, nil
	}
	parsed, err := pay.ParseDay(c.Before)
	if err != nil {
		return time.Time{}, fmt.Errorf("--before: %q is not a day such as 2026-01-01", c.Before)
	}
	day := parsed.Start()
	if day.After(now.Add(-config.Days(config.LeastRetention))) {
		return day, fmt.Errorf("--before: %s is less than %d days ago", c.Before, config.LeastRetention)
	}
	return day, nil
}

type archiveVerify struct{ archives }

// errArchives makes the exit code 1.
var errArchives = errors.New("archives are not what the index says; see above")

// Run reads every archive. It changes nothing and may run beside a server.
func (c *archiveVerify) Run(ctx context.Context) error {
	conf, office, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer office.Close() //nolint:errcheck // nothing was written
	var whole, rows, bad int64
	err = office.VerifyArchive(ctx, conf, func(v archive.Verdict) error {
		var err error
		switch {
		case v.Stray:
			bad++
			_, err = fmt.Printf("stray %s: the index does not name it\n", v.File)
		case v.Err != nil:
			bad++
			_, err = fmt.Printf("damaged %s: %v\n", v.File, v.Err)
		default:
			whole, rows = whole+1, rows+v.Rows
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d archives with %d rows are whole, %d are not\n", whole, rows, bad)
	if bad > 0 {
		return errArchives
	}
	return nil
}
