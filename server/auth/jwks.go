package auth

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

const (
	maxKeySet  = 1 << 20 // bytes; Entra's is 20 KiB
	minRSABits = 2048
)

// LoadKeySet reads a JWKS file (RFC 7517), the document at an issuer's jwks_uri. It skips keys for another use, such as
// encryption. A private, symmetric or damaged key, or an RSA key under 2048 bits, is an error, and so is a file without a
// usable key.
func LoadKeySet(path string) (*KeySet, error) {
	text, err := readFile(path, maxKeySet)
	if err != nil {
		return nil, fmt.Errorf("reading the key set: %w", err)
	}
	set, err := parseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("reading the key set %s: %w", path, err)
	}
	return set, nil
}

func readFile(path string, maxBytes int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > maxBytes {
		return nil, fmt.Errorf("%s is longer than %d bytes", path, maxBytes)
	}
	return text, nil
}

func parseKeySet(text []byte) (*KeySet, error) {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &document); err != nil || document.Keys == nil {
		return nil, errors.New(`it is not a JSON object with an array "keys", like the document at an issuer's jwks_uri`)
	}
	set := &KeySet{}
	for i, text := range document.Keys {
		key, err := parseKey(text)
		if errors.Is(err, errOtherUse) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("key %d of %d: %w", i+1, len(document.Keys), err)
		}
		set.keys = append(set.keys, key)
	}
	if len(set.keys) == 0 {
		return nil, errors.New("no key can verify a token; it needs an RSA key, or an EC key on P-256, P-384 or P-521")
	}
	return set, nil
}

// errOtherUse means that a key is valid, but not for verifying the tokens accepted here.
var errOtherUse = errors.New("the key is for another use")

func parseKey(text []byte) (key, error) {
	var members map[string]json.RawMessage
	var meta struct {
		Use        string   `json:"use"`
		Operations []string `json:"key_ops"`
		Issuer     string   `json:"issuer"`
	}
	if json.Unmarshal(text, &members) != nil || json.Unmarshal(text, &meta) != nil {
		return key{}, errors.New("it is not a JSON object of RFC 7517")
	}
	for _, name := range []string{"k", "d", "p", "q", "dp", "dq", "qi", "oth", "priv"} {
		if _, secret := members[name]; secret {
			return key{}, errors.New("it is a private or symmetric key, and only public keys belong here; " +
				"remove it, and replace it where it is used, because others may have read it")
		}
	}
	if meta.Use != "" && meta.Use != "sig" || meta.Operations != nil && !slices.Contains(meta.Operations, "verify") {
		return key{}, errOtherUse
	}
	var parsed jose.JSONWebKey
	if err := parsed.UnmarshalJSON(text); errors.Is(err, jose.ErrUnsupportedKeyType) {
		return key{}, errOtherUse
	} else if err != nil {
		return key{}, err
	}
	return newKey(parsed, meta.Issuer)
}

func newKey(jwk jose.JSONWebKey, issuer string) (key, error) {
	algorithms := algorithmsOf(jwk.Key)
	if jwk.Algorithm != "" {
		isOther := func(a jose.SignatureAlgorithm) bool { return string(a) != jwk.Algorithm }
		algorithms = slices.DeleteFunc(algorithms, isOther)
	}
	if len(algorithms) == 0 {
		return key{}, errOtherUse
	}
	if public, ok := jwk.Key.(*rsa.PublicKey); ok && public.N.BitLen() < minRSABits {
		return key{}, fmt.Errorf("it is an RSA key of %d bits; at least %d are needed", public.N.BitLen(), minRSABits)
	}
	return key{id: jwk.KeyID, public: jwk.Key, issuer: issuer, algorithms: algorithms}, nil
}

func algorithmsOf(public any) []jose.SignatureAlgorithm {
	switch public := public.(type) {
	case *rsa.PublicKey:
		return []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512}
	case *ecdsa.PublicKey:
		switch public.Curve.Params().BitSize {
		case 256:
			return []jose.SignatureAlgorithm{jose.ES256}
		case 384:
			return []jose.SignatureAlgorithm{jose.ES384}
		case 521:
			return []jose.SignatureAlgorithm{jose.ES512}
		}
	}
	return nil
}
