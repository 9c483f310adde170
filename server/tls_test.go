package main

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"installstatus/server/certs"
	"installstatus/server/certs/certstest"
)

// pairFlags returns the flags that serve a certificate.
func pairFlags(p certstest.Pair) []string { return []string{"--tls-cert", p.Cert, "--tls-key", p.Key} }

// handshake returns the serial number of the certificate that a server presents.
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
	t.Parallel()
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
			t.Errorf("%s over %s, want HTTP/%d", response.Proto, tls.VersionName(response.TLS.Version), version)
		}
		if response.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("a browser may use HTTP next time: %v", response.Header)
		}
	}
}

func TestTLSBefore12IsRefused(t *testing.T) {
	t.Parallel()
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
	for deadline := time.Now().Add(10 * time.Second); handshake(t, s.base) != 2; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the renewed certificate is not served")
		}
	}
	s.create(t, statusPath("app", "after"), `{}`) // on the same connection
}

func TestAnUnusableCertificateIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	dir, one, other := t.TempDir(), certstest.NewPair(t, 1), certstest.NewPair(t, 2)
	none, expired := filepath.Join(dir, "none.pem"), filepath.Join(dir, "ca.pem")
	if _, err := certs.NewSelfSigned(expired, "", func() time.Time { return time.Now().AddDate(-20, 0, 0) }); err != nil {
		t.Fatal(err)
	}
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
		{"swapped", []string{"--tls-cert", one.Key, "--tls-key", one.Cert}, 1, one.Key},
		{"only a certificate", []string{"--tls-cert", one.Cert}, 2, "--tls-key"},
		{"only a key", []string{"--tls-key", one.Key}, 2, "--tls-cert"},
		{"two kinds of certificate", append(pairFlags(one), "--tls-self-signed"), 2, "--tls-self-signed"},
		{"a file that is no authority", []string{"--tls-self-signed", "--tls-ca", one.Key}, 1, one.Key + ": "},
		{"an authority that is none, and what to do", []string{"--tls-self-signed", "--tls-ca", one.Key}, 1, "choose another --tls-ca"},
		{"an authority that has expired", []string{"--tls-self-signed", "--tls-ca", expired}, 1, expired + " is not for"},
		{"an authority that has expired, and what to do", []string{"--tls-self-signed", "--tls-ca", expired}, 1, "remove the file"},
		{"a directory that is missing", []string{"--tls-self-signed", "--tls-ca", filepath.Join(none, "x")}, 1, none},
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

func TestThePrintedAddressHasTheHostOfTheFlagAndTheOpenPort(t *testing.T) {
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
			t.Errorf("%s, opened as %s, is reachable at %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestClientsThatTrustTheAuthorityAcceptTheServerAcrossRestarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority := filepath.Join(dir, "ca.pem")
	for round := range 2 {
		s := startIn(t, dir, "--tls-self-signed", "--tls-ca", authority)
		if _, err := http.Get(s.base + "/healthz"); err == nil {
			t.Error("a client that does not trust the authority is served")
		}
		if round == 0 {
			s.client = certstest.Client(t, filepath.Join(dir, "ca.crt"), true)
			s.create(t, statusPath("app", "id"), `{}`)
			for _, host := range []string{"localhost", "127.0.0.1"} {
				response, err := s.client.Get(strings.Replace(s.base, "127.0.0.1", host, 1) + "/healthz")
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
			}
		}
		s.stop()
	}
	private, public := stat(t, authority), stat(t, filepath.Join(dir, "ca.crt"))
	if private.Mode().Perm() != 0o600 || public.Mode().Perm() != 0o644 {
		t.Errorf("the modes are %v and %v", private.Mode(), public.Mode())
	}
	if text, err := os.ReadFile(filepath.Join(dir, "ca.crt")); err != nil || bytes.Contains(text, []byte("KEY")) || bytes.Count(text, []byte("BEGIN")) != 1 {
		t.Errorf("the file for clients has %s", text)
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestHowToTrustIsPrintedForASelfSignedCertificate(t *testing.T) {
	var none, lines bytes.Buffer
	if err := (tlsFlags{TLSCert: "x"}).printTrust(&none, "https://localhost:1"); err != nil || none.Len() > 0 {
		t.Errorf("%v %s", err, none.String())
	}
	path := filepath.Join(t.TempDir(), "it's", "ca.pem")
	if err := (tlsFlags{TLSSelfSigned: true, TLSCA: path}).printTrust(&lines, "https://localhost:1"); err != nil {
		t.Fatal(err)
	}
	public := quoted(strings.TrimSuffix(path, ".pem") + ".crt")
	for _, line := range []string{
		"curl --cacert " + public + " https://localhost:1/healthz",
		"NODE_EXTRA_CA_CERTS=" + public,
		"SSL_CERT_FILE=" + public,
		"REQUESTS_CA_BUNDLE=" + public,
		"keytool -importcert -noprompt -alias installstatus -file " + public,
		"-Djavax.net.ssl.trustStore=" + strings.Replace(public, ".crt", ".p12", 1),
	} {
		if !strings.Contains(lines.String(), line) || !strings.Contains(line, `it'\''s`) && strings.Contains(line, "it's") {
			t.Errorf("%s is not in\n%s", line, lines.String())
		}
	}
}
