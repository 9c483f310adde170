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
	minPause        = time.Minute      // from the beginning of one refresh to the next
	refreshTimeout  = 5 * time.Second  // for both documents
	seekPatience    = 2 * time.Second  // how long a request waits for a key that it needs
	startPatience   = 30 * time.Second // how long an issuer that does not answer is tried at the start
)

// Discovery is the keys of an issuer as it publishes them (OpenID Connect Discovery 1.0). They are read again every
// hour, and at most once a minute when a token names a key that is not among them: anybody can send such tokens. While
// they can't be read, the last ones stay in force.
type Discovery struct {
	issuer   string
	document *url.URL
	client   *http.Client
	log      *slog.Logger
	keys     atomic.Pointer[KeySet]

	wanted  chan struct{} // has room for the one refresh that may be on its way
	mutex   sync.Mutex
	began   time.Time     // when the last refresh was asked for; the one at the start does not count
	running chan struct{} // closed when the refresh on its way is over; nil if there is none
}

// NewDiscovery has no keys before Start. It is an error if the issuer, named as in a Config, is not an address to read
// them from. The transport must give up when a request's context ends.
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

// Start reads the keys, and keeps them fresh until ctx ends. An issuer that does not answer, or with a 5xx, is tried for
// 30 seconds, so that one who restarts together with this server is found. A wrong answer is an error at once: it is the
// configuration that must change. Where ctx ends first, the error is the context's.
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
			return fmt.Errorf("reading the keys of issuer %s: %w; check --issuer", d.issuer, err)
		}
		d.log.Warn("the issuer does not answer, and is tried again", "error", err.Error())
		select {
		case <-time.After(pause):
		case <-patience.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("reading the keys of issuer %s: %w; check --issuer and the network, "+
				"or save the keys to a file and name that with --jwks-file", d.issuer, err)
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
				d.log.Warn("the issuer's keys can't be read; those read last stay in force", "error", err.Error())
				next = minPause
			}
			d.over()
		}
	}
}

// want asks for a refresh, unless it is too soon for one. The channel is closed when the refresh under way is over;
// it is nil if none is under way.
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
		d.log.Info("the issuer's keys are new", "keys", len(found.keys))
	}
	return nil
}

func (d *Discovery) inForce() *KeySet { return d.keys.Load() }

// seek can't help a token that names no key: which of the keys it needs is unknown.
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
