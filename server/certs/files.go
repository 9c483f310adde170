package certs

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Files serves a certificate and its key from two files, and reads them again when they change.
type Files struct {
	cert, key string
	now       func() time.Time
	log       *slog.Logger

	mutex   sync.Mutex
	served  *tls.Certificate
	read    [2]fileVersion // of the files that served was read from
	logged  [2]fileVersion // of the files at the last log line
	checked time.Time
}

// fileVersion changes when a file does. It is zero for a missing file.
type fileVersion struct{ modified, size int64 }

// checkInterval is the minimum time between two checks of the files.
const checkInterval = time.Second

// NewFiles reads a certificate and its key.
func NewFiles(cert, key string, now func() time.Time, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, now: now, log: log, checked: now()}
	f.read = f.versions()
	served, err := f.load()
	if err != nil {
		return nil, err
	}
	f.served, f.logged = served, f.read
	return f, nil
}

// GetCertificate is a tls.Config.GetCertificate. It returns the last valid certificate while the files do not belong
// together, such as between the writing of one and of the other.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if now := f.now(); now.Sub(f.checked) >= checkInterval {
		f.checked = now
		f.renew()
	}
	return f.served, nil
}

// renew reads the files if they changed. It retries a version that could not be read, because the next attempt may succeed.
func (f *Files) renew() {
	found := f.versions()
	if found == f.read {
		return
	}
	renewed, err := f.load()
	if err != nil {
		if found != f.logged {
			f.logged = found
			f.log.Error("certificate not renewed, still serving the previous one", "error", err.Error())
		}
		return
	}
	f.served, f.read, f.logged = renewed, found, found
	f.log.Info("certificate renewed", "not_after", renewed.Leaf.NotAfter)
}

func (f *Files) load() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s and its key %s: %w; both must be PEM and belong together, and the key must have no passphrase", f.cert, f.key, err)
	}
	if pair.Leaf.NotAfter.Before(f.now()) {
		f.log.Warn("certificate expired", "not_after", pair.Leaf.NotAfter)
	}
	return &pair, nil
}

func (f *Files) versions() (found [2]fileVersion) {
	for i, name := range []string{f.cert, f.key} {
		if info, err := os.Stat(name); err == nil {
			found[i] = fileVersion{modified: info.ModTime().UnixNano(), size: info.Size()}
		}
	}
	return found
}
