package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a PostgreSQL server with its data in a temporary directory. It listens on loopback only.
type Cluster struct {
	programs string // the directory of initdb and postgres
	dir      string
	port     int
	account  *account
	guard    string // the script that runs the server
	server   *exec.Cmd
	hold     io.Closer // while it is open, the server runs
}

// Password is the password of the user postgres.
const Password = "not to be printed"

// newCluster creates a cluster. One that belongs to the process is removed when the process ends, even by a kill.
func newCluster(ofProcess bool) (c *Cluster, err error) {
	c = &Cluster{guard: guard}
	if c.programs, err = findPrograms(); err != nil {
		return nil, err
	}
	if c.account, err = serverAccount(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp(tempDir(), "installstatus-postgres-"); err != nil {
		return nil, err
	}
	if ofProcess {
		c.guard += `; rm -rf "$(dirname "$3")"`
	}
	password := filepath.Join(c.dir, "password")
	if err := os.WriteFile(password, []byte(Password+"\n"), 0o600); err != nil {
		return nil, err
	}
	if err := c.account.give(c.dir, password); err != nil {
		return nil, err
	}
	// PostgreSQL's default for passwords takes 4,096 hashes on both sides of every connection.
	initdb := exec.CommandContext(context.Background(), filepath.Join(c.programs, "initdb"), "-D", c.data(), "-U", "postgres",
		"-A", "md5", "--pwfile", password, "-E", "UTF8", "--no-locale", "--no-sync")
	c.account.run(initdb, c.dir)
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, output)
	}
	c.port, err = freePort()
	return c, err
}

// guard runs the server until its own input ends, which happens when the process that started it ends. It leaves no server
// running.
const guard = `"$@" & read -r _; kill -QUIT $!; wait $!`

// Start starts the server and waits until it answers.
func (c *Cluster) Start() error {
	c.server = exec.CommandContext(context.Background(), "/bin/sh", "-c", c.guard, "sh", //nolint:gosec // the paths come from the machine
		filepath.Join(c.programs, "postgres"), "-D", c.data(),
		"-p", fmt.Sprint(c.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "fsync=off", "-c", "max_wal_size=128MB", "-c", "logging_collector=off")
	c.account.run(c.server, c.dir)
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.server.Stdout, c.server.Stderr = log, log
	if c.hold, err = c.server.StdinPipe(); err != nil {
		return err
	}
	if err := c.server.Start(); err != nil {
		return err
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if err = c.answers(); err == nil {
			return nil
		}
		if time.Since(began) > time.Minute {
			c.Crash()
			text, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("PostgreSQL does not start: %w: %s", err, text)
		}
	}
}

func (c *Cluster) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	connection, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	return connection.Close(ctx)
}

// Crash ends the server as pg_ctl stop -m immediate does: it saves nothing, and recovers from its log at the next start.
func (c *Cluster) Crash() {
	c.hold.Close()
	_ = c.server.Wait() // the error is that it was killed
}

// URL returns the URL of a database of the cluster.
func (c *Cluster) URL(database string) string {
	address := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", Password), Host: fmt.Sprintf("127.0.0.1:%d", c.port), Path: database, RawQuery: "sslmode=disable"}
	return address.String()
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) remove() {
	c.Crash()
	os.RemoveAll(c.dir)
}

// findPrograms returns the directory of the newest PostgreSQL's programs.
func findPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // Debian's place for them
	if len(found) == 0 {
		return "", errors.New("there is no initdb, neither in PATH nor in /usr/lib/postgresql/*/bin")
	}
	return filepath.Dir(slices.Max(found)), nil
}

func listen() (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
}

func freePort() (int, error) {
	l, err := listen()
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
