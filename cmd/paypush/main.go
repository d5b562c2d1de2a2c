// Command paypush collects money and pushes messages beside a product team's
// own application. `paypush dev` starts everything on one machine, with a
// sandbox in place of the platforms; `paypush --help` lists the rest.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line. Every flag may also be given in the
// environment, as PAYPUSH_ and its name.
type commands struct {
	Dev       devCommand       `cmd:"" help:"Start the server and a sandbox on this machine; nothing else is needed."`
	Serve     serveCommand     `cmd:"" help:"Start the server."`
	Sandbox   sandboxCommand   `cmd:"" help:"Start the sandbox: Alipay and WeChat, emulated."`
	Keygen    keygenCommand    `cmd:"" help:"Make an RSA key pair for an Alipay app."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database schema up to date."`
	Doctor    doctorCommand    `cmd:"" help:"Find out what keeps the server from working, and what to do about it."`
	Backup    backupCommand    `cmd:"" help:"Copy the database to a file while the server runs, and verify the copy."`
	Restore   restoreCommand   `cmd:"" help:"Put a verified backup in place where no database is."`
	Archive   archiveCommand   `cmd:"" help:"Move old rows from the database into files, and verify those."`
	Admin     adminCommand     `cmd:"" help:"Make administrators and API keys."`
	Orders    ordersCommand    `cmd:"" help:"List, show, close, query and refund orders of a running server."`
	Reconcile reconcileCommand `cmd:"" help:"Hold a day of a running server against the platform's bill of it."`
	Audit     auditCommand     `cmd:"" help:"Hold the ledger against itself and, with --sandbox, against the platform."`
	Listen    listenCommand    `cmd:"" help:"Print a server's events, and forward them to an application on this machine."`
	Trigger   triggerCommand   `cmd:"" help:"Make an event happen, such as order.paid, through the sandbox."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run executes one command line and returns the exit code: 0 good, 1 failure,
// 2 usage.
func run(ctx context.Context, args []string) int {
	parser, err := kong.New(new(commands), kong.Name("paypush"), kong.DefaultEnvars("PAYPUSH"), kong.UsageOnError(),
		kong.Description("Collect money by Alipay, bind WeChat by one scan, push messages."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "paypush:", err)
		return 1
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "paypush: %v\nSee paypush --help.\n", err)
		return 2
	}
	err = command.Run()
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "paypush:", err)
		return 2
	}
	fmt.Fprintln(os.Stderr, "paypush:", err)
	return 1
}

// usageError is a mistake in how the command was called.
type usageError struct{ error }
