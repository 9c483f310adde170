package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// printTrust prints how clients trust a certificate that the program made, as lines that can be pasted into a shell.
func (f tlsFlags) printTrust(to io.Writer, base string) error {
	if !f.TLSSelfSigned {
		return nil
	}
	public, err := f.public()
	if err != nil {
		return err
	}
	store := strings.TrimSuffix(public, ".crt") + ".p12"
	_, err = fmt.Fprintf(to, `
The certificate is made by this program. Clients accept it when they trust its authority, which is for this server's
names alone. NODE_EXTRA_CA_CERTS adds it to what is trusted otherwise, the rest put it in the place of that.

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

// public is where the certificate of the authority is that signs the program's own.
func (f tlsFlags) public() (string, error) {
	public, err := filepath.Abs(publicOf(f.TLSCA))
	if err != nil {
		return "", fmt.Errorf("finding %s: %w", publicOf(f.TLSCA), err)
	}
	return public, nil
}

// quoted is text as one word of a shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
