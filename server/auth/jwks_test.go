package auth_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"installstatus/server/auth"
)

func TestTheErrorOfAWrongKeySetFileIsOneLine(t *testing.T) {
	keys := func(keys ...object) string { return object{"keys": keys}.json() }
	weak := jwk("rsa").with("n", base64.RawURLEncoding.EncodeToString([]byte("\xff"+strings.Repeat("x", 126)+"\x01")))
	private := jwk("p256").with("d", "AAAA")

	for _, c := range []struct{ rule, text, message string }{
		{"empty", "", `not a JSON object with an array "keys"`},
		{"not JSON", "-----BEGIN PUBLIC KEY-----", `not a JSON object with an array "keys"`},
		{"a discovery document", `{"issuer":"x","jwks_uri":"y"}`, "like the document at an issuer's jwks_uri"},
		{"keys that are null", `{"keys":null}`, `not a JSON object with an array "keys"`},
		{"keys twice", `{"keys":[],"keys":[]}`, `not a JSON object with an array "keys"`},
		{"no keys", `{"keys":[]}`, "no key can verify a token"},
		{"keys for encryption alone", keys(jwk("rsa").with("use", "enc")), "no key can verify a token"},
		{"keys of kinds that are not used", keys(ed25519Key(), jwk("rsa").with("alg", "RSA-OAEP"), jwk("p256").with("crv", "secp256k1")), "no key can verify a token"},
		{"a key that is no object", `{"keys":[1]}`, "key 1 of 1"},
		{"a key with a member twice", `{"keys":[{"kty":"RSA","kty":"EC"}]}`, "key 1 of 1"},
		{"a key without a kty", keys(jwk("rsa").with("kty", absent{})), "key 1 of 1"},
		{"an RSA key without a modulus", keys(jwk("rsa").with("n", absent{})), "key 1 of 1"},
		{"an EC key off its curve", keys(jwk("rsa"), jwk("p256").with("y", jwk("p256")["x"])), "key 2 of 2"},
		{"an EC key of the wrong length", keys(jwk("p256").with("crv", "P-384")), "key 1 of 1"},
		{"a weak RSA key", keys(weak), "RSA key of 1024 bits; at least 2048 are needed"},
		{"a private key", keys(jwk("rsa"), private), "key 2 of 2: it is a private or symmetric key"},
		{"a symmetric key", keys(jwk("rsa"), object{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0", "use": "enc"}), "key 2 of 2: it is a private or symmetric key"},
		{"a part of a private key", keys(jwk("rsa").with("p", "AAAA")), "key 1 of 1: it is a private or symmetric key"},
		{"too long", `{"keys":[` + strings.Repeat(" ", 1<<20), "longer than 1048576 bytes"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			path := writeKeySet(t, c.text)
			_, err := auth.LoadKeySet(path)
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Fatalf("error %v, want %q in it", err, c.message)
			}
			if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, want one line that names the file", err)
			}
		})
	}
}

func TestAMissingKeySetFileIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing.json")
	if _, err := auth.LoadKeySet(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that reports the missing file", err)
	}
	if _, err := auth.LoadKeySet(t.TempDir()); err == nil {
		t.Error("a folder was read as a key set")
	}
}

func TestKeysForAnotherUseAreSkipped(t *testing.T) {
	config := goodConfig(t)
	config.Issuers[0].Keys = keySet(t,
		ed25519Key(),
		object{"kty": "tomorrow's", "kid": "rsa"},
		jwk("stranger").with("use", "enc").with("kid", "rsa"),
		jwk("stranger").with("key_ops", []string{"encrypt"}).with("kid", "rsa"),
		jwk("rsa").with("use", absent{}).with("key_ops", []string{"verify"}).with("x", "ignored"),
	)
	if _, err := authenticate(newVerifier(t, config), goodToken(goodClaims())); err != nil {
		t.Error(err)
	}
}

func TestAKidOfSeveralKeysNamesEachOfThem(t *testing.T) {
	config := goodConfig(t)
	config.Issuers[0].Keys = keySet(t, jwk("stranger").with("kid", "rsa"), jwk("p256").with("kid", "rsa"), jwk("rsa"))
	if _, err := authenticate(newVerifier(t, config), goodToken(goodClaims())); err != nil {
		t.Error(err)
	}
}

func FuzzKeySet(f *testing.F) {
	f.Add(object{"keys": []object{jwk("rsa"), jwk("p256"), ed25519Key()}}.json())
	f.Add(`{"keys":[{"kty":"RSA","n":"AA","e":"AQAB","x5c":["AA"]}]}`)
	path := filepath.Join(f.TempDir(), "keys.json")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := auth.LoadKeySet(path)
		if (set == nil) == (err == nil) {
			t.Errorf("set %v, error %v", set, err)
		}
	})
}

func ed25519Key() object {
	public := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("x", 32)))
	return object{"kty": "OKP", "crv": "Ed25519", "x": public, "alg": string(jose.EdDSA), "kid": "rsa"}
}
