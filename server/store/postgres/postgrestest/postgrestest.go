// Package postgrestest provides PostgreSQL to tests: a throw-away cluster of the installed binaries, or the server at the URL
// in INSTALLSTATUS_POSTGRES. Without either, tests are skipped, or fail if the variable is "required".
package postgrestest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// variable names the server, or requires one.
const variable = "INSTALLSTATUS_POSTGRES"

// shared is the cluster of all tests of a process. It ends with the process.
var shared = sync.OnceValues(func() (*Cluster, error) {
	c, err := newCluster(true)
	if err != nil {
		return nil, err
	}
	return c, c.Start()
})

var databases atomic.Int64

// New creates an empty database and returns its URL. The database is dropped after the test.
func New(t testing.TB) string {
	t.Helper()
	server := os.Getenv(variable)
	if !strings.Contains(server, "://") {
		c, err := shared()
		if err != nil {
			without(t, err)
		}
		server = c.URL("postgres")
	}
	name := fmt.Sprintf("installstatus_test_%d_%d", os.Getpid(), databases.Add(1))
	Run(t, server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	t.Cleanup(func() { Run(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	return address.String()
}

// With adds a parameter to the URL of a database.
func With(t testing.TB, database, parameter, value string) string {
	t.Helper()
	address, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set(parameter, value)
	address.RawQuery = query.Encode()
	return address.String()
}

// NewCluster creates and starts a cluster for one test, which may stop it. It is removed after the test.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	c, err := newCluster(false)
	if err != nil {
		without(t, err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.remove)
	return c
}

// Run executes a statement on a new connection.
func Run(t testing.TB, address, statement string, arguments ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, statement, arguments...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func without(t testing.TB, err error) {
	t.Helper()
	if os.Getenv(variable) == "required" {
		t.Fatalf("PostgreSQL is required: %v", err)
	}
	t.Skipf("without PostgreSQL, nothing here is tested: %v; install it, or name one by %s=postgres://…", err, variable)
}
