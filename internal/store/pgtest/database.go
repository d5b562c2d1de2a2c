package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Env names the variable with the address of a PostgreSQL whose databases the
// tests may create and drop. Where it is set [Main] starts no cluster.
const Env = "PAYPUSH_TEST_POSTGRES"

// Main runs the tests of a package with a PostgreSQL beside them; call it as
// os.Exit(pgtest.Main(m)) from TestMain. Where there is none to start it says
// so and returns a failure.
func Main(m *testing.M) int {
	if url := os.Getenv(Env); url != "" {
		defer dropTemplates(url)
		return m.Run()
	}
	c, err := start()
	if err == nil {
		err = os.Setenv(Env, c.url)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer c.stop()
	return m.Run()
}

// dropTemplates leaves a server that goes on without what this process put
// there. What can't be dropped stays.
func dropTemplates(url string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return
	}
	defer conn.Close(ctx) //nolint:errcheck // the tests are over
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1", templatePrefix()+"%")
	if err != nil {
		return
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for i := 0; err == nil && i < len(names); i++ {
		_, err = conn.Exec(ctx, "DROP DATABASE "+names[i]+" WITH (FORCE)")
	}
}

func templatePrefix() string { return fmt.Sprintf("template_%d_", os.Getpid()) }

// URL creates an empty database for one test and returns its address. The
// database is dropped when the test ends.
func URL(t testing.TB) string { return create(t, "template1") }

// Migrated creates a database for one test as a copy of one that migrate has
// prepared. Migrate runs once for each name; it must close what it opens.
func Migrated(t testing.TB, name string, migrate func(url string) error) string {
	t.Helper()
	sum := sha256.Sum256([]byte(name))
	template := templatePrefix() + hex.EncodeToString(sum[:8])
	conn := connect(t)
	defer conn.Close(context.Background()) //nolint:errcheck // a test's own
	// The lock makes parallel tests wait until the first has prepared it.
	query(t, conn, "SELECT pg_advisory_lock(7411)")
	defer query(t, conn, "SELECT pg_advisory_unlock(7411)")
	var there bool
	if err := conn.QueryRow(context.Background(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template).Scan(&there); err != nil {
		t.Fatal("pgtest: ", err)
	}
	if !there {
		query(t, conn, "CREATE DATABASE "+template)
		if err := migrate(address(t, template)); err != nil {
			query(t, conn, "DROP DATABASE "+template+" WITH (FORCE)")
			t.Fatal("pgtest: preparing the template: ", err)
		}
	}
	return create(t, template)
}

func create(t testing.TB, template string) string {
	t.Helper()
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	conn := connect(t)
	defer conn.Close(context.Background()) //nolint:errcheck // a test's own
	query(t, conn, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() {
		conn := connect(t)
		defer conn.Close(context.Background()) //nolint:errcheck // a test's own
		query(t, conn, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return address(t, name)
}

func server(t testing.TB) string {
	t.Helper()
	u := os.Getenv(Env)
	if u == "" {
		t.Fatal("pgtest: no PostgreSQL runs: the package's TestMain must call pgtest.Main")
	}
	return u
}

func connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), server(t))
	if err != nil {
		t.Fatal("pgtest: ", err)
	}
	return conn
}

func query(t testing.TB, conn *pgx.Conn, q string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), q); err != nil {
		t.Fatal("pgtest: ", err)
	}
}

// address names a database of the server.
func address(t testing.TB, database string) string {
	t.Helper()
	u, err := url.Parse(server(t))
	if err != nil {
		t.Fatal("pgtest: ", err)
	}
	u.Path = "/" + database
	return u.String()
}
