// Package certstest makes certificates for tests.
package certstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Pair is a certificate for 127.0.0.1 and its key, in files.
type Pair struct{ Cert, Key string }

// NewPair writes a certificate with the serial number to files that exist until the test ends.
func NewPair(t testing.TB, serial int64) Pair {
	t.Helper()
	p := Pair{filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")}
	p.Renew(t, serial)
	return p
}

// Renew replaces the certificate and the key.
func (p Pair) Renew(t testing.TB, serial int64) {
	t.Helper()
	cert, key := Make(t, serial)
	Rewrite(t, p.Cert, cert)
	Rewrite(t, p.Key, key)
}

// Make returns a certificate with the serial number and its key, in PEM.
func Make(t testing.TB, serial int64) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// Rewrite writes a file with another modification time than before, even on a file system with coarse times.
func Rewrite(t testing.TB, path string, text []byte) {
	t.Helper()
	var before time.Time
	if info, err := os.Stat(path); err == nil {
		before = info.ModTime()
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, before.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
}

// Client returns a client that trusts the certificates in a PEM file, and speaks HTTP/2 if http2 is true.
func Client(t testing.TB, file string, http2 bool) *http.Client {
	t.Helper()
	text, err := os.ReadFile(file)
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(text) {
		t.Fatalf("%v in %s", err, text)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: http2, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}
