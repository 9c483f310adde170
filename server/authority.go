package main

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

// authorityLifetime is long because everybody who trusts an authority has to trust the next one anew.
const authorityLifetime = 10 * 365 * 24 * time.Hour

// loadOrMakeAuthority reads a certificate authority with its key from a file of mode 0600. A missing one is made for
// the names; processes that start together agree on one. The certificate alone is kept in the file that publicOf names.
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
		return nil, fmt.Errorf("reading the certificate authority %s: %w; name another --tls-ca: a missing one is made", path, err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Leaf.Raw})
	if err := publish(publicOf(path), public); err != nil {
		return nil, fmt.Errorf("writing the certificate that clients trust: %w", err)
	}
	return &authority, nil
}

// publicOf is the file with the certificate of an authority and without its key.
func publicOf(path string) string { return strings.TrimSuffix(path, ".pem") + ".crt" }

// makeAuthority writes an authority that can sign for servers with these names and for nothing else, so that whoever
// trusts it risks nothing else.
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

// publish writes the file unless it says the same already.
func publish(path string, text []byte) error {
	if written, err := os.ReadFile(path); err == nil && bytes.Equal(written, text) {
		return nil
	}
	return wholefile.Replace(path, text, 0o644)
}
