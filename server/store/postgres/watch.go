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

// watch finds out whether the database answers at all, once a call could not connect, or has waited long enough to doubt it.
// While it does not, as when it is down or a cable is cut, calls are refused at once, instead of each waiting until its own
// time is over.
type watch struct {
	ask    func(context.Context) error // whether the database answers, within some time
	back   func()                      // called when it does again
	after  time.Duration               // for how long a call waits, without an answer, before it is asked
	log    *slog.Logger
	ctx    context.Context // ends with the watch
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

// call begins to wait for an answer, until the function is called that it returns, with whether there was one. It is an error
// if none can be expected.
func (w *watch) call() (end func(answered bool), err error) {
	if w.away.Load() {
		return nil, errAway
	}
	timer := time.AfterFunc(w.after, w.doubt)
	return func(answered bool) {
		timer.Stop()
		if answered {
			w.answers.Add(1)
			w.away.Store(false)
		}
	}, nil
}

// doubt asks, again and again until there is an answer. It logs when there is none, and when there is one again.
func (w *watch) doubt() {
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
		if w.answers.Load() != before { // since it was asked
			break
		}
		if !told {
			told = true
			w.log.Warn("the database does not answer; until it does, calls are refused", "error", reason(err))
		}
		select {
		case <-w.ctx.Done():
		case <-time.After(w.after / 5):
		}
	}
	if told && w.ctx.Err() == nil {
		w.log.Info("the database answers again")
	}
	if w.away.Swap(false) {
		w.back()
	}
}

// askBy connects anew, since an old connection may be all that is broken, within the time that the URL gives for that. To be
// refused is an answer, unless it is because the database starts or stops.
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
