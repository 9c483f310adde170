package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTheAuthorityCanSignForItsNamesOnly(t *testing.T) {
	s, err := NewSelfSigned(filepath.Join(t.TempDir(), "ca.pem"), "status.example", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		template x509.Certificate
		accepted bool
	}{
		{"localhost", x509.Certificate{DNSNames: []string{"localhost"}}, true},
		{"the host to listen on", x509.Certificate{DNSNames: []string{"status.example"}}, true},
		{"loopback", x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4(127, 9, 9, 9)}}, true},
		{"another name", x509.Certificate{DNSNames: []string{"graph.microsoft.com"}}, false},
		{"another name beside", x509.Certificate{DNSNames: []string{"localhost", "graph.microsoft.com"}}, false},
		{"another address", x509.Certificate{IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}}, false},
		{"another address, version 6", x509.Certificate{IPAddresses: []net.IP{net.ParseIP("2001:db8::1")}}, false},
		{"a client", x509.Certificate{DNSNames: []string{"localhost"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := verify(t, s.authority, c.template); (err == nil) != c.accepted {
				t.Error(err)
			}
		})
	}
}

// verify signs a certificate with the authority's key, and verifies it as the peer would.
func verify(t *testing.T, authority *tls.Certificate, template x509.Certificate) error {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Minute), time.Now().Add(time.Minute)
	der, err := x509.CreateCertificate(rand.Reader, &template, authority.Leaf, key.Public(), authority.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority.Leaf)
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: template.ExtKeyUsage})
	return err
}

func TestTheCertificateIsRenewedLongBeforeItExpires(t *testing.T) {
	now := time.Now()
	s, err := NewSelfSigned(filepath.Join(t.TempDir(), "ca.pem"), "127.0.0.1", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 7 * 24 {
		served, err := s.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if left := served.Leaf.NotAfter.Sub(now); left < leafLifetime/2-time.Hour || served.Leaf.NotBefore.After(now) {
			t.Fatalf("the certificate is valid for another %s", left)
		}
		seen[served.Leaf.SerialNumber.String()] = true
		now = now.Add(time.Hour)
	}
	if len(seen) < 7 || len(seen) > 15 {
		t.Errorf("%d certificates in a week", len(seen))
	}
}

func TestServersThatStartTogetherAgreeOnOneAuthority(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	var group sync.WaitGroup
	made := make([][]byte, 20)
	for i := range made {
		group.Go(func() {
			s, err := NewSelfSigned(path, "localhost", time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			made[i] = s.authority.Leaf.Raw
		})
	}
	group.Wait()
	for _, raw := range made {
		if !bytes.Equal(raw, made[0]) {
			t.Fatal("two authorities were made")
		}
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 2 {
		t.Errorf("the files are %v", files)
	}
}

func TestAnAuthorityForAnotherServerIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	if _, err := NewSelfSigned(path, "", time.Now); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	for host, now := range map[string]func() time.Time{
		"192.0.2.1":      time.Now,
		"status.example": time.Now,
		"127.0.0.1":      func() time.Time { return time.Now().Add(authorityLifetime + time.Hour) },
	} {
		if _, err := NewSelfSigned(path, host, now); !errors.Is(err, ErrAuthority) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was replaced")
	}
}

func TestTheNamesAreLoopbackAndTheHost(t *testing.T) {
	for host, want := range map[string]string{
		"":                 "localhost 127.0.0.1 ::1",
		"0.0.0.0":          "localhost 127.0.0.1 ::1",
		"::":               "localhost 127.0.0.1 ::1",
		"127.0.0.1":        "localhost 127.0.0.1 ::1",
		"::1":              "localhost 127.0.0.1 ::1",
		"LocalHost":        "localhost 127.0.0.1 ::1",
		"127.0.0.2":        "localhost 127.0.0.1 ::1 127.0.0.2",
		"192.0.2.1":        "localhost 127.0.0.1 ::1 192.0.2.1",
		"::ffff:192.0.2.1": "localhost 127.0.0.1 ::1 192.0.2.1",
		"2001:db8::1":      "localhost 127.0.0.1 ::1 2001:db8::1",
		"Status.Example":   "localhost status.example 127.0.0.1 ::1",
	} {
		if got := strings.Join(namesOf(host).all(), " "); got != want {
			t.Errorf("%q: %s", host, got)
		}
	}
}
