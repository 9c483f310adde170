package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"installstatus/server/wholefile"
)

// authorityLifetime is long because clients must be told to trust the next authority.
const authorityLifetime = 10 * 365 * 24 * time.Hour

// ErrAuthority means that a file exists but has no certificate authority for this server.
var ErrAuthority = errors.New("the certificate authority cannot be used")

// loadOrMakeAuthority reads a certificate authority and its key from a file of mode 0600. It makes a missing one for the
// names; processes that start together agree on one. It writes the certificate without the key to PublicPath.
func loadOrMakeAuthority(path string, names localNames, now time.Time) (*tls.Certificate, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeAuthority(path, names, now); err != nil {
			return nil, fmt.Errorf("making the certificate authority %s: %w", path, err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	authority, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("%w: reading %s: %w", ErrAuthority, path, err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Leaf.Raw})
	if err := publish(PublicPath(path), public); err != nil {
		return nil, fmt.Errorf("writing the certificate that clients trust: %w", err)
	}
	return &authority, nil
}

// PublicPath returns the file that has the certificate of an authority without its key, for clients.
func PublicPath(path string) string { return strings.TrimSuffix(path, ".pem") + ".crt" }

// makeAuthority writes an authority that can sign for servers with these names and for nothing else, so that trusting it
// is no other risk.
func makeAuthority(path string, names localNames, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		Subject:                     pkix.Name{CommonName: "installstatus on this machine"},
		NotBefore:                   now.Add(-time.Hour),
		NotAfter:                    now.Add(authorityLifetime),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         names.dns,
		PermittedIPRanges:           []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}},
	}
	for _, ip := range names.ips {
		if !template.PermittedIPRanges[0].Contains(ip) {
			template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
		}
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	err = errors.Join(
		pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	if err != nil {
		return err
	}
	return wholefile.Make(path, text.Bytes(), 0o600)
}

// publish writes the file unless it has this content.
func publish(path string, text []byte) error {
	if written, err := os.ReadFile(path); err == nil && bytes.Equal(written, text) {
		return nil
	}
	return wholefile.Replace(path, text, 0o644)
}
