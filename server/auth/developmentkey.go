package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"

	"installstatus/server/wholefile"
)

const (
	pemType           = "PRIVATE KEY" // PKCS#8
	maxDevelopmentKey = 64 << 10      // bytes
)

// OpenDevelopment returns the issuer whose key is in a file, see LoadOrMakeKey.
func OpenDevelopment(path string) (*Development, error) {
	key, err := LoadOrMakeKey(path)
	if err != nil {
		return nil, err
	}
	return NewDevelopment(key)
}

// LoadOrMakeKey reads the development issuer's key: PEM, PKCS#8, ECDSA on P-256. It makes a missing file,
// readable by its owner only; processes that start together agree on one key.
func LoadOrMakeKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := loadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeKey(path); err != nil {
		return nil, fmt.Errorf("making the development key %s: %w", path, err)
	}
	return loadKey(path)
}

func loadKey(path string) (*ecdsa.PrivateKey, error) {
	text, err := readFile(path, maxDevelopmentKey)
	if err != nil {
		return nil, fmt.Errorf("reading the development key: %w", err)
	}
	key, err := parseDevelopmentKey(text)
	if err != nil {
		return nil, fmt.Errorf("reading the development key %s: %w; name another file: a missing one is made", path, err)
	}
	return key, nil
}

func parseDevelopmentKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	if block.Type != pemType {
		return nil, fmt.Errorf("its PEM block is not a %s (PKCS#8)", pemType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("its PKCS#8 is damaged")
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("its key is not ECDSA on P-256")
	}
	return key, nil
}

func makeKey(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return wholefile.Make(path, pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), 0o600)
}
