package postgres

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
)

func TestReplicasStartTogetherOnANewDatabase(t *testing.T) {
	address := postgrestest.New(t)
	var starting sync.WaitGroup
	for n := range 8 {
		starting.Go(func() {
			store, err := Open(t.Context(), address, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Error(err)
				return
			}
			defer store.Close()
			if _, _, err := store.Update(t.Context(), "tenant", numbered(n), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
}

func TestASchemaOfALaterVersionIsAccepted(t *testing.T) {
	address := postgrestest.New(t)
	openTest(t, address)
	postgrestest.Run(t, address, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
	postgrestest.Run(t, address, "ALTER TABLE statuses ADD COLUMN of_a_later_version text")
	store := openTest(t, address)
	if _, _, err := store.Update(t.Context(), "tenant", numbered(1), status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		t.Error(err)
	}
}

func TestASessionIsDurableWhateverTheDatabaseDefaultsAre(t *testing.T) {
	for set, want := range map[string]string{"off": "on", "local": "on", "on": "on", "remote_apply": "remote_apply"} {
		address := postgrestest.New(t)
		database := strings.TrimPrefix(parsed(t, address).Path, "/")
		postgrestest.Run(t, address, "ALTER DATABASE "+database+" SET synchronous_commit = "+set)
		postgrestest.Run(t, address, "ALTER DATABASE "+database+" SET default_transaction_isolation = 'serializable'")
		store := openTest(t, address)
		var commits, isolation string
		err := store.pool.read(t.Context(), func(ctx context.Context, c *pgx.Conn) error {
			return c.QueryRow(ctx, "SELECT current_setting('synchronous_commit'), current_setting('transaction_isolation')").Scan(&commits, &isolation)
		})
		if err != nil || commits != want || isolation != "read committed" {
			t.Errorf("%s: sessions have %s, %s, %v; want %s", set, commits, isolation, err, want)
		}
		_, err = Open(t.Context(), postgrestest.With(t, address, "default_query_exec_mode", "exec"), slog.New(slog.DiscardHandler))
		if refused := err != nil && strings.Contains(err.Error(), "ALTER ROLE"); refused != (set != want) {
			t.Errorf("%s behind a pooler: %v", set, err)
		} else if err != nil && !refused {
			t.Error(err)
		}
	}
}

func TestAnErrorFromOpenSaysWhatToDoAndContainsNoPassword(t *testing.T) {
	address := postgrestest.New(t)
	postgrestest.Run(t, address, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	with := func(change func(*url.URL)) string {
		u := parsed(t, address)
		change(u)
		return u.String()
	}
	user := "stranger_" + strings.TrimPrefix(parsed(t, address).Path, "/")
	postgrestest.Run(t, address, "CREATE ROLE "+user+" LOGIN PASSWORD 'xyzzy'")
	t.Cleanup(func() { postgrestest.Run(t, address, "DROP ROLE "+user) })
	for _, c := range []struct {
		name, address, want string
	}{
		{"no server", with(func(u *url.URL) { u.Host = "127.0.0.1:1" }), "connection refused; start PostgreSQL there, or name another host or port"},
		{"no such database", with(func(u *url.URL) { u.Path = "/none" }), `database "none" does not exist; make it first, by createdb or CREATE DATABASE`},
		{"another password", with(func(u *url.URL) { u.User = url.UserPassword("postgres", "xyzzy") }), "check the user and the password, which may also be in PGPASSWORD or ~/.pgpass"},
		{"no right to make tables", with(func(u *url.URL) {
			u.User = url.UserPassword(user, "xyzzy")
		}), "GRANT CREATE ON SCHEMA public TO …"},
		{"no encryption there", with(func(u *url.URL) { u.RawQuery = "sslmode=require" }), "say by sslmode and sslrootcert in the URL what encryption it is to have"},
		{"an encoding that lacks characters", latin(t, address), "make one by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"},
		{"a password that is not escaped", "postgres://user:plugh/xyzzy@host/db", "percent-encoded"},
		{"a password with a percent sign", "postgres://user:xyzzy%@host/db", "(invalid percent-encoded token in password)"},
		{"a port out of range", "postgres://user:xyzzy@host:99999/db", "percent-encoded"},
		{"an unknown mode", "postgres://user:xyzzy@host/db?sslmode=perhaps", "(sslmode is invalid)"},
		{"a number that is none", "postgres://user:xyzzy@host/db?pool_max_conns=many", `cannot parse pool_max_conns (strconv.ParseInt: parsing "many": invalid syntax)`},
	} {
		store, err := Open(t.Context(), c.address, slog.New(slog.DiscardHandler))
		if err == nil {
			t.Errorf("%s: it was opened", c.name)
			store.Close()
			continue
		}
		text := err.Error()
		if !strings.HasSuffix(text, c.want) || strings.ContainsAny(text, "\n\t") {
			t.Errorf("%s: %s\nshould end with %s", c.name, text, c.want)
		}
		if strings.Contains(text, "xyzzy") || strings.Contains(text, postgrestest.Password) || strings.Contains(text, "plugh") {
			t.Errorf("%s: the password is in %s", c.name, text)
		}
		if isURL := strings.Contains(c.address, "@host"); isURL != errors.Is(err, ErrURL) {
			t.Errorf("%s: %s is an error of the URL: %t", c.name, text, !isURL)
		}
	}
}

// latin returns a database beside another, whose encoding cannot hold all of Unicode.
func latin(t *testing.T, address string) string {
	t.Helper()
	u := parsed(t, address)
	u.Path += "_latin"
	name := strings.TrimPrefix(u.Path, "/")
	postgrestest.Run(t, address, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
	t.Cleanup(func() { postgrestest.Run(t, address, "DROP DATABASE "+name+" WITH (FORCE)") })
	return u.String()
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
