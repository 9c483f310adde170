// Package postgrestest gives tests a PostgreSQL: a throw-away cluster of the machine's own binaries, or the server that
// INSTALLSTATUS_POSTGRES names by a URL. Without either the tests are skipped, unless that variable is "required".
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

// variable says where PostgreSQL is, or that it is required.
const variable = "INSTALLSTATUS_POSTGRES"

// shared is the cluster of all tests of a process, which ends with it.
var shared = sync.OnceValues(func() (*Cluster, error) {
	c, err := newCluster(true)
	if err != nil {
		return nil, err
	}
	return c, c.Start()
})

var databases atomic.Int64

// New makes an empty database, and gives its URL. It is dropped when the test has ended.
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

// NewCluster makes a cluster for one test, which may stop it, and starts it. It ends with the test.
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
