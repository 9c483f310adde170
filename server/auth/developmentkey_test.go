package auth_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"installstatus/server/auth"
)

func TestAMissingDevelopmentKeyIsMadeAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.pem")
	made, err := auth.LoadOrMakeKey(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := auth.LoadOrMakeKey(path)
	if err != nil || !loaded.Equal(made) {
		t.Errorf("another key was loaded, or none: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

func TestProcessesThatStartTogetherAgreeOnOneKey(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "dev.pem")
	keys := make([]*ecdsa.PrivateKey, 20)
	var starts sync.WaitGroup
	for i := range keys {
		starts.Go(func() {
			var err error
			if keys[i], err = auth.LoadOrMakeKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	for _, key := range keys {
		if !key.Equal(keys[0]) {
			t.Fatal("two keys were made")
		}
	}
	if files := must(os.ReadDir(folder)); len(files) != 1 {
		t.Errorf("files left: %v", files)
	}
}

func TestAFileThatIsNotADevelopmentKeyIsNamedAndNotChanged(t *testing.T) {
	pkcs8 := func(private any) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(private))}))
	}
	for _, c := range []struct{ rule, text, message string }{
		{"empty", "", "not PEM"},
		{"garbage", "\x00\x01garbage", "not PEM"},
		{"a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not a PRIVATE KEY (PKCS#8)"},
		{"damaged", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"},
		{"an RSA key", pkcs8(rsaKey()), "not ECDSA on P-256"},
		{"a key on P-384", pkcs8(keyring()["p384"]), "not ECDSA on P-256"},
		{"too long", strings.Repeat("x", 1<<17), "longer than 65536 bytes"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dev.pem")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := auth.LoadOrMakeKey(path)
			if err == nil || !strings.Contains(err.Error(), c.message) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want the file and %q in it", err, c.message)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q is not one line", err)
			}
			if string(must(os.ReadFile(path))) != c.text {
				t.Error("the file was changed")
			}
		})
	}
}

func TestADevelopmentKeyThatCannotBeMadeIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "dev.pem")
	if _, err := auth.LoadOrMakeKey(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names the file", err)
	}
	if _, err := auth.LoadOrMakeKey(t.TempDir()); err == nil {
		t.Error("a folder was read as a key")
	}
}
