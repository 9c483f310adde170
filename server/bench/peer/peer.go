// Package peer is what the servers of the benchmark have in common: how they start, and rows in a map.
package peer

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"installstatus/server/bench/traffic"
)

// Run serves the handler that start returns, on a free port of loopback, until the process is ended. The flag -rows is the
// handler's number of rows. Run prints the address in installstatus's format.
func Run(start func(rows int) (http.Handler, error)) {
	rows := flag.Int("rows", 10_000, "how many rows there are")
	flag.Parse()
	if err := serve(*rows, start); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(rows int, start func(rows int) (http.Handler, error)) error {
	handler, err := start(rows)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("peer serves http://%s/beta\n", listener.Addr())
	return (&http.Server{Handler: handler}).Serve(listener)
}

// Rows is a map whose rows change but are never added or removed, so that each row needs only its own lock.
type Rows[T any] struct{ rows map[key]*row[T] }

type key struct{ app, id string }

type row[T any] struct {
	mutex sync.Mutex
	value T
}

// NewRows returns that many rows, each from the body of a PATCH that sets all of its properties.
func NewRows[T any](number int, from func(id string, body []byte) (T, error)) (*Rows[T], error) {
	made := &Rows[T]{rows: make(map[key]*row[T], number)}
	for n := range number {
		name := traffic.Row(n)
		value, err := from(traffic.ID(name), []byte(traffic.Body(name, n%traffic.Variants)))
		if err != nil {
			return nil, err
		}
		made.rows[key{traffic.App, traffic.ID(name)}] = &row[T]{value: value}
	}
	return made, nil
}

// Update changes a row atomically and returns the result; false if there is no such row. If change fails, the row stays as it
// was.
func (r *Rows[T]) Update(app, id string, change func(*T) error) (changed T, found bool, err error) {
	row := r.rows[key{app, id}]
	if row == nil {
		return changed, false, nil
	}
	row.mutex.Lock()
	defer row.mutex.Unlock()
	changed = row.value
	if err := change(&changed); err != nil {
		return changed, true, err
	}
	row.value = changed
	return changed, true, nil
}
