package main

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"time"
)

// tlsFlags say whether connections are encrypted, and with which certificate.
type tlsFlags struct {
	TLSCert       string `name:"tls-cert" help:"Serve HTTPS with this certificate, in PEM, those of its issuers after it. It is read again when it changes." placeholder:"FILE"`
	TLSKey        string `name:"tls-key" help:"The key of --tls-cert, in PEM, without a passphrase." placeholder:"FILE"`
	TLSSelfSigned bool   `name:"tls-self-signed" help:"Serve HTTPS with a certificate for localhost and the host of --addr that the program makes, and print how clients trust it."`
	TLSCA         string `name:"tls-ca" default:"installstatus-ca.pem" help:"The certificate authority of --tls-self-signed with its key (default ${default}), made when missing. Clients trust the .crt beside it." placeholder:"FILE"`
}

func (f tlsFlags) scheme() string {
	if f.TLSCert != "" || f.TLSSelfSigned {
		return "https"
	}
	return "http"
}

// security is how connections to addr are encrypted, nil where they are not.
func (f tlsFlags) security(addr string, log *slog.Logger) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
	}
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return nil, usageError{errors.New("--tls-cert and --tls-key need each other")}
	case f.TLSSelfSigned && f.TLSCert != "":
		return nil, usageError{errors.New("--tls-self-signed makes a certificate, and --tls-cert names one: say one of the two")}
	case f.TLSSelfSigned:
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, usageError{err}
		}
		made, err := newSelfSigned(f.TLSCA, host, time.Now)
		if err != nil {
			return nil, err
		}
		config.GetCertificate = made.certificate
	case f.TLSCert != "":
		files, err := newCertificateFiles(f.TLSCert, f.TLSKey, time.Now, log)
		if err != nil {
			return nil, err
		}
		config.GetCertificate = files.certificate
	default:
		return nil, nil
	}
	return config, nil
}
