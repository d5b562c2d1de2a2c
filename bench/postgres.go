package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// onBoth runs measure on SQLite and, where its server is installed, on
// PostgreSQL. The empty database is SQLite in the server's folder.
func (l *lab) onBoth(ctx context.Context, measure func(engine, database string) error) error {
	if l.engine != "postgres" {
		if err := measure("sqlite", ""); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	if l.engine == "sqlite" {
		return nil
	}
	bin, found := postgresFolder()
	if !found {
		say("PostgreSQL's server is not installed, so it is not measured: apt-get install postgresql")
		return nil
	}
	pg, url, err := startPostgres(ctx, bin)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer pg.remove()
	if err := measure("postgres", url); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

// cluster is a PostgreSQL of our own, as durable as it comes.
type cluster struct {
	dir    string
	server *process
}

func (c *cluster) remove() {
	if c.server != nil {
		c.server.cmd.Process.Signal(syscall.SIGQUIT) //nolint:errcheck // it may be gone already
		<-c.server.done
	}
	if err := os.RemoveAll(c.dir); err != nil {
		say("%v", err)
	}
}

// postgresFolder finds the newest server; Debian keeps it out of the path.
func postgresFolder() (string, bool) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), true
	}
	path, err := exec.LookPath("initdb")
	return filepath.Dir(path), err == nil
}

// startPostgres starts a cluster and tells the address of an empty database.
// Its folder lies apart from ours, which only we may enter.
func startPostgres(ctx context.Context, bin string) (*cluster, string, error) {
	dir, err := os.MkdirTemp("", "paypush-bench-pg")
	if err != nil {
		return nil, "", err
	}
	c := &cluster{dir: dir}
	who, err := unprivileged(dir)
	if err == nil {
		err = initialise(bin, dir, who)
	}
	var url string
	if err == nil {
		url, err = c.launch(ctx, bin, who)
	}
	if err != nil {
		c.remove()
		return nil, "", err
	}
	return c, url, nil
}

func initialise(bin, dir string, who *syscall.SysProcAttr) error {
	cmd := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "paypush", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8")
	cmd.SysProcAttr, cmd.Dir = who, "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (c *cluster) launch(ctx context.Context, bin string, who *syscall.SysProcAttr) (string, error) {
	address, err := freeAddress()
	if err != nil {
		return "", err
	}
	port := address[len("127.0.0.1:"):]
	c.server = &process{cmd: exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(c.dir, "data"),
		"-h", "127.0.0.1", "-p", port, "-k", c.dir), out: new(tail), done: make(chan struct{})}
	c.server.cmd.SysProcAttr, c.server.cmd.Dir = who, "/"
	c.server.cmd.Stdout, c.server.cmd.Stderr = c.server.out, c.server.out
	if err := c.server.run(); err != nil {
		c.server = nil
		return "", err
	}
	url := "postgres://paypush@" + address + "/postgres?sslmode=disable"
	if err := reachable(ctx, url); err != nil {
		return "", fmt.Errorf("PostgreSQL did not start: %w\n%s", err, c.server.out)
	}
	return url, nil
}

// unprivileged names the account to run as: PostgreSQL refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	who := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return who, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root may not run PostgreSQL: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	who.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return who, errors.Join(err1, err2, os.Chown(dir, uid, gid))
}

func reachable(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}
