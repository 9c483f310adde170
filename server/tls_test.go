package main

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/certs/certstest"
)

// pairFlags returns the flags that serve a certificate.
func pairFlags(p certstest.Pair) []string { return []string{"--tls-cert", p.Cert, "--tls-key", p.Key} }

// handshake gives the serial number of the certificate that an address shows.
func handshake(t testing.TB, base string) int64 {
	t.Helper()
	connection, err := tls.Dial("tcp", strings.TrimPrefix(base, "https://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func TestHTTPSIsServedInBothVersionsOfHTTP(t *testing.T) {
	pair := certstest.NewPair(t, 1)
	s := start(t, pairFlags(pair)...)
	if !strings.HasPrefix(s.base, "https://127.0.0.1:") {
		t.Fatal(s.base)
	}
	for version, http2 := range map[int]bool{1: false, 2: true} {
		s.client = certstest.Client(t, pair.Cert, http2)
		target := statusPath("app", seedID[version:])
		if a := s.create(t, target, seedBody); a.header.Get("Location") != s.base+target {
			t.Errorf("Location: %s", a.header.Get("Location"))
		}
		response, err := s.client.Get(s.base + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.ProtoMajor != version || response.TLS.Version != tls.VersionTLS13 {
			t.Errorf("%s, %s instead of HTTP/%d", response.Proto, tls.VersionName(response.TLS.Version), version)
		}
	}
}

func TestTLSBefore12IsRefused(t *testing.T) {
	s := start(t, pairFlags(certstest.NewPair(t, 1))...)
	for version, accepted := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		connection, err := tls.Dial("tcp", strings.TrimPrefix(s.base, "https://"), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if (err == nil) != accepted {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			connection.Close()
		}
	}
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	t.Parallel()
	pair := certstest.NewPair(t, 1)
	s := start(t, pairFlags(pair)...)
	s.client = certstest.Client(t, pair.Cert, true)
	s.create(t, statusPath("app", "before"), `{}`)
	if serial := handshake(t, s.base); serial != 1 {
		t.Fatalf("the serial number is %d", serial)
	}
	pair.Renew(t, 2)
	time.Sleep(lookEvery)
	if serial := handshake(t, s.base); serial != 2 {
		t.Errorf("after the renewal the serial number is %d", serial)
	}
	s.create(t, statusPath("app", "after"), `{}`) // the connection from before lives on
}

func TestWhileTheFilesAreNoPairTheOneBeforeIsServed(t *testing.T) {
	oldCert, oldKey := certstest.Make(t, 1)
	newCert, newKey := certstest.Make(t, 2)
	for name, c := range map[string]struct{ cert, key []byte }{
		"a new certificate, the old key":   {newCert, oldKey},
		"the old certificate, a new key":   {oldCert, newKey},
		"half a certificate":               {newCert[:len(newCert)/2], newKey},
		"half a key":                       {newCert, newKey[:len(newKey)/2]},
		"an empty file":                    {nil, newKey},
		"something else":                   {[]byte("x"), newKey},
		"a missing certificate":            {nil, nil},
		"the two of them, the wrong way":   {newKey, newCert},
		"a certificate with nothing in it": {[]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), newKey},
	} {
		t.Run(name, func(t *testing.T) {
			now, logged := time.Now(), new(bytes.Buffer)
			pair := certstest.NewPair(t, 1)
			certstest.Rewrite(t, pair.Cert, oldCert)
			certstest.Rewrite(t, pair.Key, oldKey)
			files, err := newCertificateFiles(pair.Cert, pair.Key, func() time.Time { return now }, slog.New(slog.NewTextHandler(logged, nil)))
			if err != nil {
				t.Fatal(err)
			}
			serves := func(serial int64, lines int) {
				t.Helper()
				for range 5 {
					now = now.Add(lookEvery)
					served, err := files.certificate(nil)
					if err != nil || served.Leaf.SerialNumber.Int64() != serial {
						t.Fatalf("%v, %v", served.Leaf.SerialNumber, err)
					}
				}
				if n := strings.Count(logged.String(), "\n"); n != lines {
					t.Errorf("%d lines are logged, not %d: %s", n, lines, logged)
				}
			}
			serves(1, 0)
			certstest.Rewrite(t, pair.Cert, c.cert)
			certstest.Rewrite(t, pair.Key, c.key)
			if c.cert == nil && c.key == nil {
				os.Remove(pair.Cert)
			}
			serves(1, 1)
			certstest.Rewrite(t, pair.Cert, newCert)
			certstest.Rewrite(t, pair.Key, newKey)
			serves(2, 2)
		})
	}
}

func TestFilesThatAreGoneAreComplainedAboutOnce(t *testing.T) {
	now, logged, pair := time.Now(), new(bytes.Buffer), certstest.NewPair(t, 1)
	files, err := newCertificateFiles(pair.Cert, pair.Key, func() time.Time { return now }, slog.New(slog.NewTextHandler(logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(pair.Cert)
	os.Remove(pair.Key)
	for range 3 {
		now = now.Add(lookEvery)
		if served, err := files.certificate(nil); err != nil || served.Leaf.SerialNumber.Int64() != 1 {
			t.Errorf("%v, %v", served.Leaf.SerialNumber, err)
		}
	}
	if n := strings.Count(logged.String(), "\n"); n != 1 {
		t.Errorf("%d lines are logged: %s", n, logged)
	}
}

func TestARenewedCertificateThatCouldNotBeReadIsTriedAgain(t *testing.T) {
	now, logged, pair := time.Now(), new(bytes.Buffer), certstest.NewPair(t, 1)
	files, err := newCertificateFiles(pair.Cert, pair.Key, func() time.Time { return now }, slog.New(slog.NewTextHandler(logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	pair.Renew(t, 2)
	renewed, err := os.Stat(pair.Cert)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(pair.Cert)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reads      []byte // of the same time and size, as if reading alone went wrong
		serial     int64
		complaints int
	}{{bytes.Repeat([]byte("x"), len(whole)), 1, 1}, {bytes.Repeat([]byte("y"), len(whole)), 1, 1}, {whole, 2, 1}} {
		if err := os.WriteFile(pair.Cert, c.reads, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(pair.Cert, time.Time{}, renewed.ModTime()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(lookEvery)
		served, err := files.certificate(nil)
		if err != nil || served.Leaf.SerialNumber.Int64() != c.serial {
			t.Errorf("%v instead of %d is served, %v", served.Leaf.SerialNumber, c.serial, err)
		}
		if n := strings.Count(logged.String(), "level=ERROR"); n != c.complaints {
			t.Errorf("%d complaints are logged, not %d: %s", n, c.complaints, logged)
		}
	}
}

func TestAnExpiredCertificateIsServedWithAWarning(t *testing.T) {
	logged, pair := new(bytes.Buffer), certstest.NewPair(t, 1)
	later := func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := newCertificateFiles(pair.Cert, pair.Key, later, slog.New(slog.NewTextHandler(logged, nil))); err != nil || !strings.Contains(logged.String(), "expired") {
		t.Errorf("%v, %s", err, logged)
	}
}

func TestACertificateThatCannotBeServedIsSaidAtTheStart(t *testing.T) {
	dir, one, other := t.TempDir(), certstest.NewPair(t, 1), certstest.NewPair(t, 2)
	none := filepath.Join(dir, "none.pem")
	database := filepath.Join(dir, "x.db")
	for _, c := range []struct {
		name string
		args []string
		code int
		err  string
	}{
		{"no certificate file", []string{"--tls-cert", none, "--tls-key", one.Key}, 1, none},
		{"no key file", []string{"--tls-cert", one.Cert, "--tls-key", none}, 1, none},
		{"a pair of two", []string{"--tls-cert", one.Cert, "--tls-key", other.Key}, 1, "belong together"},
		{"exchanged", []string{"--tls-cert", one.Key, "--tls-key", one.Cert}, 1, one.Key},
		{"a certificate alone", []string{"--tls-cert", one.Cert}, 2, "--tls-key"},
		{"a key alone", []string{"--tls-key", one.Key}, 2, "--tls-cert"},
		{"two kinds", append(pairFlags(one), "--tls-self-signed"), 2, "--tls-self-signed"},
		{"an authority that is none", []string{"--tls-self-signed", "--tls-ca", one.Key}, 1, one.Key},
		{"an authority nowhere", []string{"--tls-self-signed", "--tls-ca", filepath.Join(none, "x")}, 1, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, err bytes.Buffer
			args := append([]string{"serve", "--dev", "--dev-key", filepath.Join(dir, "dev.pem"), "--addr", "127.0.0.1:0", "--db", "sqlite:" + database}, c.args...)
			if code := run(t.Context(), args, terminal{out: &out, err: &err}); code != c.code || !strings.Contains(err.String(), c.err) || out.Len() > 0 {
				t.Errorf("exit code %d\n%s%s", code, out.String(), err.String())
			}
			if c.code == 1 && strings.Count(err.String(), "\n") != 1 {
				t.Errorf("a failure is one line: %s", err.String())
			}
			if _, err := os.Stat(database); err == nil {
				t.Error("a database was made")
			}
		})
	}
}

func TestTheAddressThatIsPrintedIsTheOneAskedForWithTheOpenPort(t *testing.T) {
	for _, c := range [][3]string{
		{"127.0.0.1:0", "127.0.0.1:4711", "127.0.0.1:4711"},
		{"localhost:0", "127.0.0.1:4711", "localhost:4711"},
		{"status.example:443", "192.0.2.1:443", "status.example:443"},
		{"[::1]:0", "[::1]:4711", "[::1]:4711"},
		{":8080", "[::]:8080", "localhost:8080"},
		{"0.0.0.0:8080", "0.0.0.0:8080", "localhost:8080"},
		{"[::]:http", "[::]:80", "localhost:80"},
	} {
		if got := reachableAt(c[0], c[1]); got != c[2] {
			t.Errorf("%s, opened as %s, is reached by %s and not %s", c[0], c[1], got, c[2])
		}
	}
}
