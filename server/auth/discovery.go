package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const (
	refreshInterval = time.Hour
	minPause        = time.Minute      // between the starts of two refreshes
	refreshTimeout  = 5 * time.Second  // for both documents
	seekPatience    = 2 * time.Second  // how long a request waits for a key
	startPatience   = 30 * time.Second // how long Start retries an issuer that does not answer
)

// Discovery provides the keys that an issuer publishes (OpenID Connect Discovery 1.0). It reads them again every hour, and at
// most once a minute when a token names an unknown key, because anyone can send such tokens. While the keys can't be read,
// the last ones stay in force.
type Discovery struct {
	issuer   string
	document *url.URL
	client   *http.Client
	log      *slog.Logger
	keys     atomic.Pointer[KeySet]

	wanted  chan struct{} // has room for the one refresh that may be under way
	mutex   sync.Mutex
	began   time.Time     // when the last refresh was requested, not counting Start
	running chan struct{} // closed at the end of the refresh under way; nil if there is none
}

// NewDiscovery returns a Discovery that has no keys before Start. It returns an error if the issuer, named as in a Config, is
// not a URL to read keys from. The transport must give up when a request's context ends.
func NewDiscovery(issuer string, transport http.RoundTripper, log *slog.Logger) (*Discovery, error) {
	document, err := documentAddress(issuer)
	if err != nil {
		return nil, err
	}
	d := &Discovery{
		issuer:   issuer,
		document: document,
		client:   newClient(transport),
		log:      log.With("issuer", issuer),
		wanted:   make(chan struct{}, 1),
	}
	d.keys.Store(&KeySet{})
	return d, nil
}

// Start reads the keys, and keeps them fresh until ctx ends. It retries an issuer that does not answer, or answers with a
// 5xx, for 30 seconds, because it may be restarting together with this server. A wrong answer is an error at once: the
// configuration must change. If ctx ends first, Start returns its error.
func (d *Discovery) Start(ctx context.Context) error {
	patience, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for pause := time.Second; ; pause *= 2 {
		err := d.refresh(patience)
		if err == nil {
			go d.keepFresh(ctx)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.As(err, new(unanswered)) {
			return fmt.Errorf("reading the keys of issuer %s: %w", d.issuer, err)
		}
		d.log.Warn("issuer does not answer, retrying", "error", err.Error())
		select {
		case <-time.After(pause):
		case <-patience.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("reading the keys of issuer %s, no answer within %s: %w", d.issuer, startPatience, err)
		}
	}
}

func (d *Discovery) keepFresh(ctx context.Context) {
	next := refreshInterval
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
			d.want()
		case <-d.wanted:
			next = refreshInterval
			if err := d.refresh(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("issuer keys not refreshed, still using the last ones", "error", err.Error())
				next = minPause
			}
			d.over()
		}
	}
}

// want requests a refresh, unless it is too soon for one. The returned channel is closed at the end of the refresh under way;
// it is nil if there is none.
func (d *Discovery) want() <-chan struct{} {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.running == nil && time.Since(d.began) >= minPause {
		d.began = time.Now()
		d.running = make(chan struct{})
		d.wanted <- struct{}{}
	}
	return d.running
}

func (d *Discovery) over() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	close(d.running)
	d.running = nil
}

func (d *Discovery) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	found, err := d.read(ctx)
	if err != nil {
		return err
	}
	if !found.equal(d.inForce()) {
		d.keys.Store(found)
		d.log.Info("issuer keys changed", "keys", len(found.keys))
	}
	return nil
}

func (d *Discovery) inForce() *KeySet { return d.keys.Load() }

// seek does not refresh for a token that names no key: it is unknown which key it needs.
func (d *Discovery) seek(ctx context.Context, keyID string) *KeySet {
	if set := d.inForce(); keyID == "" || set.has(keyID) {
		return set
	}
	if over := d.want(); over != nil {
		select {
		case <-over:
		case <-time.After(seekPatience):
		case <-ctx.Done():
		}
	}
	return d.inForce()
}
