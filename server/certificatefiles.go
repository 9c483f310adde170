package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateFiles is a certificate and its key in two files, which somebody renews while the server runs.
type certificateFiles struct {
	cert, key string
	now       func() time.Time
	log       *slog.Logger

	mutex  sync.Mutex
	served *tls.Certificate
	read   [2]fileVersion // of the files when served was read from them
	told   [2]fileVersion // of the files when it was said last what became of them
	looked time.Time
}

// fileVersion changes when a file does. That of a file that is missing is zero.
type fileVersion struct{ modified, size int64 }

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

func newCertificateFiles(cert, key string, now func() time.Time, log *slog.Logger) (*certificateFiles, error) {
	f := &certificateFiles{cert: cert, key: key, now: now, log: log, looked: now()}
	f.read = f.versions()
	served, err := f.load()
	if err != nil {
		return nil, err
	}
	f.served, f.told = served, f.read
	return f, nil
}

// certificate is for tls.Config.GetCertificate. While the files are no pair, such as between the writing of one and
// of the other, it is the one from before.
func (f *certificateFiles) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if now := f.now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
		f.renew()
	}
	return f.served, nil
}

// renew tries a version that could not be read again and again, since the next time it may be read.
func (f *certificateFiles) renew() {
	found := f.versions()
	if found == f.read {
		return
	}
	renewed, err := f.load()
	if err != nil {
		if found != f.told {
			f.told = found
			f.log.Error("the certificate is not renewed, that from before stays", "error", err.Error())
		}
		return
	}
	f.served, f.read, f.told = renewed, found, found
	f.log.Info("the certificate is renewed", "not_after", renewed.Leaf.NotAfter)
}

func (f *certificateFiles) load() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s and its key %s: %w; both must be PEM, the key without a passphrase, and belong together", f.cert, f.key, err)
	}
	if pair.Leaf.NotAfter.Before(f.now()) {
		f.log.Warn("the certificate has expired", "not_after", pair.Leaf.NotAfter)
	}
	return &pair, nil
}

func (f *certificateFiles) versions() (found [2]fileVersion) {
	for i, name := range []string{f.cert, f.key} {
		if info, err := os.Stat(name); err == nil {
			found[i] = fileVersion{modified: info.ModTime().UnixNano(), size: info.Size()}
		}
	}
	return found
}
