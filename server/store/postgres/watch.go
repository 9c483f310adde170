package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
)

// watch detects that the database does not answer at all. It probes after a call could not connect or has waited long. While
// the database is away, calls are refused at once, instead of each waiting until its timeout.
type watch struct {
	ask    func(context.Context) error // returns nil if the database answers in time
	back   func()                      // called when it answers again
	after  time.Duration               // how long a call waits for an answer before a probe
	log    *slog.Logger
	ctx    context.Context // ends when the watch stops
	stop   context.CancelFunc
	away   atomic.Bool
	asking atomic.Bool

	answers atomic.Uint64 // to calls
}

var errAway = fmt.Errorf("the database does not answer: %w", status.ErrRefused)

func newWatch(ask func(context.Context) error, back func(), after time.Duration, log *slog.Logger) *watch {
	w := &watch{ask: ask, back: back, after: after, log: log}
	w.ctx, w.stop = context.WithCancel(context.Background())
	return w
}

// call registers a pending call. The returned func reports whether the database answered. call returns an error if no answer
// can be expected.
func (w *watch) call() (end func(answered bool), err error) {
	if w.away.Load() {
		return nil, errAway
	}
	timer := time.AfterFunc(w.after, w.probe)
	return func(answered bool) {
		timer.Stop()
		if answered {
			w.answers.Add(1)
			w.away.Store(false)
		}
	}, nil
}

// probe probes until there is an answer. It logs when the database stops answering and when it answers again.
func (w *watch) probe() {
	if !w.asking.CompareAndSwap(false, true) {
		return
	}
	defer w.asking.Store(false)
	told := false
	for w.ctx.Err() == nil {
		before := w.answers.Load()
		err := w.ask(w.ctx)
		if err == nil || w.ctx.Err() != nil {
			break
		}
		w.away.Store(true)
		if w.answers.Load() != before { // since the probe began
			break
		}
		if !told {
			told = true
			w.log.Warn("database unreachable, refusing calls", "error", reason(err))
		}
		select {
		case <-w.ctx.Done():
		case <-time.After(w.after / 5):
		}
	}
	if told && w.ctx.Err() == nil {
		w.log.Info("database reachable again")
	}
	if w.away.Swap(false) {
		w.back()
	}
}

// askBy returns a probe that opens a new connection, since only an old connection may be broken, within the connect timeout of
// the URL. A refusal is an answer, unless the database refuses because it starts or stops.
func askBy(config *pgx.ConnConfig) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := pgx.ConnectConfig(ctx, config.Copy())
		if code(err) != "" && !strings.HasPrefix(code(err), "57P") {
			return nil
		}
		if err != nil {
			return err
		}
		return c.Close(ctx)
	}
}
