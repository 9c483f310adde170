// Package certs provides the certificates of an HTTPS server: its own, signed by an authority that clients can trust, or
// those of two files that are renewed while the server runs.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// SelfSigned makes certificates for this machine, signed by an authority that is kept in a file. Their keys are never
// written.
type SelfSigned struct {
	authority *tls.Certificate
	names     localNames
	now       func() time.Time

	mutex  sync.Mutex
	served *tls.Certificate
}

// leafLifetime is how long a certificate is valid. It is replaced after half of that.
const leafLifetime = 24 * time.Hour

// NewSelfSigned returns the certificates of a server that listens on host. The error wraps ErrAuthority if the file has no
// authority that may sign for it.
func NewSelfSigned(path, host string, now func() time.Time) (*SelfSigned, error) {
	names := namesOf(host)
	authority, err := loadOrMakeAuthority(path, names, now())
	if err != nil {
		return nil, err
	}
	s := &SelfSigned{authority: authority, names: names, now: now}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%w: %s is not for %s: %w", ErrAuthority, path, strings.Join(names.all(), ", "), err)
	}
	return s, nil
}

// GetCertificate is a tls.Config.GetCertificate.
func (s *SelfSigned) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.now()
	if s.served == nil || now.After(s.served.Leaf.NotAfter.Add(-leafLifetime/2)) {
		made, err := s.sign(now)
		if err != nil {
			return nil, fmt.Errorf("making a certificate: %w", err)
		}
		s.served = made
	}
	return s.served, nil
}

func (s *SelfSigned) sign(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: s.names.dns[0]},
		NotBefore:   now.Add(-time.Hour), // clients' clocks differ
		NotAfter:    now.Add(leafLifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    s.names.dns,
		IPAddresses: s.names.ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, s.authority.Leaf, key.Public(), s.authority.PrivateKey)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// check verifies a certificate as a client does that trusts the authority.
func (s *SelfSigned) check() error {
	made, err := s.GetCertificate(nil)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.authority.Leaf)
	_, err = made.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: s.now()})
	return err
}

// localNames are the names and addresses of a server on this machine.
type localNames struct {
	dns []string
	ips []net.IP
}

// namesOf returns the names of loopback, and the host of the address to listen on unless that means every address.
func namesOf(host string) localNames {
	names := localNames{dns: []string{"localhost"}, ips: []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}}
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil && host != "" && !strings.EqualFold(host, "localhost"):
		names.dns = append(names.dns, strings.ToLower(host))
	case err != nil, address.IsUnspecified(), address == netip.IPv6Loopback(), address == netip.AddrFrom4([4]byte{127, 0, 0, 1}):
	default:
		names.ips = append(names.ips, address.Unmap().AsSlice())
	}
	return names
}

func (n localNames) all() []string {
	all := append([]string(nil), n.dns...)
	for _, ip := range n.ips {
		all = append(all, ip.String())
	}
	return all
}
