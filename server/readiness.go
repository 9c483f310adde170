package main

import (
	"context"
	"errors"

	"installstatus/api/status"
)

var (
	errNotReady   = errors.New("the store is unavailable")
	errWritesWait = errors.New("writes wait to become durable; reads are answered")
)

// readiness reports whether a store can serve, in words that anyone may read.
func readiness(store status.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		switch err := store.Ready(ctx); {
		case err == nil:
			return nil
		case errors.Is(err, status.ErrWritesWait):
			return errWritesWait
		default:
			return errNotReady
		}
	}
}
