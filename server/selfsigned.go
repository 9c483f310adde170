package main

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

// selfSigned makes certificates for this machine, signed by an authority that is kept. Their keys are never written.
type selfSigned struct {
	authority *tls.Certificate
	names     localNames
	now       func() time.Time

	mutex  sync.Mutex
	served *tls.Certificate
}

// leafLifetime is how long a certificate is valid; another takes its place after half of it.
const leafLifetime = 24 * time.Hour

// newSelfSigned is for a server that listens on the host, and fails where the authority must not sign for it.
func newSelfSigned(path, host string, now func() time.Time) (*selfSigned, error) {
	names := namesOf(host)
	authority, err := loadOrMakeAuthority(path, names, now())
	if err != nil {
		return nil, err
	}
	s := &selfSigned{authority: authority, names: names, now: now}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("the certificate authority %s is not for %s: %w; "+
			"remove it, or name another --tls-ca: a missing one is made, and clients must trust it anew",
			path, strings.Join(names.all(), ", "), err)
	}
	return s, nil
}

// certificate is for tls.Config.GetCertificate.
func (s *selfSigned) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
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

func (s *selfSigned) sign(now time.Time) (*tls.Certificate, error) {
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

// check is an error unless clients that trust the authority accept what it signs.
func (s *selfSigned) check() error {
	made, err := s.certificate(nil)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.authority.Leaf)
	_, err = made.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: s.now()})
	return err
}

// localNames are the names and addresses that a server on this machine has.
type localNames struct {
	dns []string
	ips []net.IP
}

// namesOf adds the host of an address to listen on, unless it is there or stands for every address.
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
