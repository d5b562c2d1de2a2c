package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// watch makes a cluster and runs it until its own standard input ends, then
// stops it at once and removes the folder. A line of input kills the server,
// as a crash does, and starts it again. Its arguments are the folder, where the
// binaries are, and the port.
const watch = `dir=$1 bin=$2 port=$3; cd /
"$bin/initdb" -D "$dir/data" -U paypush -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb" 2>&1 || cat "$dir/initdb"
serve() { "$bin/postgres" -D "$dir/data" -h 127.0.0.1 -p "$port" -k "$dir" -c max_connections=200 </dev/null & pid=$!; }
serve; while read -r _; do kill -QUIT $pid; wait $pid; serve; done
exec >/dev/null 2>&1; kill -QUIT $pid; wait $pid; rm -rf "$dir"`

// cluster is a running PostgreSQL.
type cluster struct {
	url   string // of the database postgres
	stdin io.WriteCloser
	log   bytes.Buffer  // to be read after the end only
	ended chan struct{} // closed when the shell is gone, and the folder with it
}

// start makes a cluster. Somebody else may take the free port in between, so
// it tries more than once.
func start() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	for range 3 {
		var c *cluster
		if c, err = launch(bin, who); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// binaries finds the newest server; Debian keeps it out of the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("pgtest: PostgreSQL's server is not installed, and these tests need it: apt-get install postgresql")
}

// unprivileged names the account to run as, nil for our own: PostgreSQL
// refuses to run as root.
func unprivileged() (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("pgtest: root may not run PostgreSQL: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, errors.Join(err1, err2)
}

func folder(who *syscall.SysProcAttr) (string, error) {
	dir, err := os.MkdirTemp("", "pgtest")
	if err == nil && who.Credential != nil {
		err = os.Chown(dir, int(who.Credential.Uid), int(who.Credential.Gid))
	}
	return dir, err
}

func launch(bin string, who *syscall.SysProcAttr) (*cluster, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := folder(who)
	if err != nil {
		return nil, err
	}
	c := &cluster{url: "postgres://paypush@127.0.0.1:" + port + "/postgres?sslmode=disable", ended: make(chan struct{})}
	cmd := exec.Command("/bin/sh", "-c", watch, "pgtest", dir, bin, port)
	cmd.SysProcAttr, cmd.Dir, cmd.Stdout, cmd.Stderr = who, "/", &c.log, &c.log
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() {
		cmd.Wait() //nolint:errcheck // the shell ends with the status of the server that it killed
		close(c.ended)
	}()
	if err := c.answers(); err != nil {
		c.stop()
		return nil, fmt.Errorf("pgtest: PostgreSQL did not start: %w: %s", err, c.log.Bytes())
	}
	return c, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close() //nolint:errcheck // it was only asked for its port
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// answers waits until the server takes connections.
func (c *cluster) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-c.ended:
			return err
		case <-ctx.Done():
			return err
		}
	}
}

// stop ends the server and waits until its folder is gone.
func (c *cluster) stop() {
	c.stdin.Close() //nolint:errcheck // the shell may be gone already
	<-c.ended
}
