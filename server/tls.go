package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"time"

	"installstatus/server/certs"
)

// tlsFlags configure whether connections are encrypted, and with which certificate.
type tlsFlags struct {
	TLSCert       string `name:"tls-cert" help:"Serve HTTPS with this certificate in PEM, followed by those of its issuers. It is read again when it changes." placeholder:"FILE"`
	TLSKey        string `name:"tls-key" help:"The key of --tls-cert in PEM, without a passphrase." placeholder:"FILE"`
	TLSSelfSigned bool   `name:"tls-self-signed" help:"Serve HTTPS with a certificate that the program makes for localhost and the host of --addr, and print how clients trust it."`
	TLSCA         string `name:"tls-ca" default:"installstatus-ca.pem" help:"The certificate authority of --tls-self-signed and its key (default ${default}), made if missing. Clients trust the .crt beside it." placeholder:"FILE"`
}

func (f tlsFlags) scheme() string {
	if f.TLSCert != "" || f.TLSSelfSigned {
		return "https"
	}
	return "http"
}

// security returns the TLS configuration for connections to addr, or nil for plain HTTP.
func (f tlsFlags) security(addr string, log *slog.Logger) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
	}
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return nil, usageError{errors.New("--tls-cert and --tls-key need each other")}
	case f.TLSSelfSigned && f.TLSCert != "":
		return nil, usageError{errors.New("--tls-self-signed makes a certificate and --tls-cert names one: use one of the two")}
	case f.TLSSelfSigned:
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, usageError{err}
		}
		made, err := certs.NewSelfSigned(f.TLSCA, host, time.Now)
		if errors.Is(err, certs.ErrAuthority) {
			err = fmt.Errorf("%w; remove the file or choose another --tls-ca: a missing one is made, and clients must trust it", err)
		}
		if err != nil {
			return nil, err
		}
		config.GetCertificate = made.GetCertificate
	case f.TLSCert != "":
		files, err := certs.NewFiles(f.TLSCert, f.TLSKey, time.Now, log)
		if err != nil {
			return nil, err
		}
		config.GetCertificate = files.GetCertificate
	default:
		return nil, nil
	}
	return config, nil
}

// printTrust prints how clients trust a self-signed certificate, as lines to paste into a shell.
func (f tlsFlags) printTrust(to io.Writer, base string) error {
	if !f.TLSSelfSigned {
		return nil
	}
	public, err := f.publicPath()
	if err != nil {
		return err
	}
	store := strings.TrimSuffix(public, ".crt") + ".p12"
	_, err = fmt.Fprintf(to, `
This program made its own certificate. Clients accept it if they trust its authority, which can sign for this server's
names only. NODE_EXTRA_CA_CERTS adds the authority to the trusted ones; the other settings replace them.

curl    curl --cacert %[1]s %[3]s/healthz
        export CURL_CA_BUNDLE=%[1]s
Node    export NODE_EXTRA_CA_CERTS=%[1]s
Python  export SSL_CERT_FILE=%[1]s REQUESTS_CA_BUNDLE=%[1]s
Go      export SSL_CERT_FILE=%[1]s    # on Linux; elsewhere add it to the system's own
Java    keytool -importcert -noprompt -alias installstatus -file %[1]s -keystore %[2]s -storepass changeit
        java -Djavax.net.ssl.trustStore=%[2]s -Djavax.net.ssl.trustStorePassword=changeit ...

`, quoted(public), quoted(store), base)
	return err
}

// publicPath returns the absolute path of the authority's certificate.
func (f tlsFlags) publicPath() (string, error) {
	public, err := filepath.Abs(certs.PublicPath(f.TLSCA))
	if err != nil {
		return "", fmt.Errorf("finding %s: %w", certs.PublicPath(f.TLSCA), err)
	}
	return public, nil
}

// quoted quotes text as one word of a shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
