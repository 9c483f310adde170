package certs

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"installstatus/server/certs/certstest"
)

func TestThePreviousCertificateIsServedWhileTheFilesDoNotMatch(t *testing.T) {
	oldCert, oldKey := certstest.Make(t, 1)
	newCert, newKey := certstest.Make(t, 2)
	for name, c := range map[string]struct{ cert, key []byte }{
		"a new certificate, the old key": {newCert, oldKey},
		"the old certificate, a new key": {oldCert, newKey},
		"half a certificate":             {newCert[:len(newCert)/2], newKey},
		"half a key":                     {newCert, newKey[:len(newKey)/2]},
		"an empty file":                  {nil, newKey},
		"something else":                 {[]byte("x"), newKey},
		"a missing certificate":          {nil, nil},
		"the two files swapped":          {newKey, newCert},
		"an empty certificate":           {[]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), newKey},
	} {
		t.Run(name, func(t *testing.T) {
			now, logged := time.Now(), new(bytes.Buffer)
			pair := certstest.NewPair(t, 1)
			certstest.Rewrite(t, pair.Cert, oldCert)
			certstest.Rewrite(t, pair.Key, oldKey)
			files, err := NewFiles(pair.Cert, pair.Key, func() time.Time { return now }, slog.New(slog.NewTextHandler(logged, nil)))
			if err != nil {
				t.Fatal(err)
			}
			serves := func(serial int64, lines int) {
				t.Helper()
				for range 5 {
					now = now.Add(checkInterval)
					served, err := files.GetCertificate(nil)
					if err != nil || served.Leaf.SerialNumber.Int64() != serial {
						t.Fatalf("%v, %v", served.Leaf.SerialNumber, err)
					}
				}
				if n := strings.Count(logged.String(), "\n"); n != lines {
					t.Errorf("%d lines are logged, want %d: %s", n, lines, logged)
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

func TestMissingFilesAreLoggedOnce(t *testing.T) {
	now, logged, pair := time.Now(), new(bytes.Buffer), certstest.NewPair(t, 1)
	files, err := NewFiles(pair.Cert, pair.Key, func() time.Time { return now }, slog.New(slog.NewTextHandler(logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(pair.Cert)
	os.Remove(pair.Key)
	for range 3 {
		now = now.Add(checkInterval)
		if served, err := files.GetCertificate(nil); err != nil || served.Leaf.SerialNumber.Int64() != 1 {
			t.Errorf("%v, %v", served.Leaf.SerialNumber, err)
		}
	}
	if n := strings.Count(logged.String(), "\n"); n != 1 {
		t.Errorf("%d lines are logged: %s", n, logged)
	}
}

func TestReadingARenewedCertificateIsRetried(t *testing.T) {
	now, logged, pair := time.Now(), new(bytes.Buffer), certstest.NewPair(t, 1)
	files, err := NewFiles(pair.Cert, pair.Key, func() time.Time { return now }, slog.New(slog.NewTextHandler(logged, nil)))
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
		reads  []byte // with the same time and size, as if only reading failed
		serial int64
		errors int
	}{{bytes.Repeat([]byte("x"), len(whole)), 1, 1}, {bytes.Repeat([]byte("y"), len(whole)), 1, 1}, {whole, 2, 1}} {
		if err := os.WriteFile(pair.Cert, c.reads, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(pair.Cert, time.Time{}, renewed.ModTime()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(checkInterval)
		served, err := files.GetCertificate(nil)
		if err != nil || served.Leaf.SerialNumber.Int64() != c.serial {
			t.Errorf("certificate %v is served, want %d: %v", served.Leaf.SerialNumber, c.serial, err)
		}
		if n := strings.Count(logged.String(), "level=ERROR"); n != c.errors {
			t.Errorf("%d errors are logged, want %d: %s", n, c.errors, logged)
		}
	}
}

func TestAnExpiredCertificateIsServedWithAWarning(t *testing.T) {
	logged, pair := new(bytes.Buffer), certstest.NewPair(t, 1)
	later := func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := NewFiles(pair.Cert, pair.Key, later, slog.New(slog.NewTextHandler(logged, nil))); err != nil || !strings.Contains(logged.String(), "expired") {
		t.Errorf("%v, %s", err, logged)
	}
}
