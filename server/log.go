package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"installstatus/api"
	"installstatus/api/status"
)

// newLog returns a logger that writes one JSON object a line.
func newLog(to io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(to, nil)) }

// exchangeLog logs requests, if requests is true, and faults, each in one line without a path, a header or a body. It does not log
// calls that a store refused: the store does, once for many.
type exchangeLog struct {
	log      *slog.Logger
	requests bool
	warned   atomic.Int64 // of a lack of memory, in Unix seconds
}

func (l *exchangeLog) add(x api.Exchange) {
	switch {
	case errors.Is(x.Fault, api.ErrNoMemory):
		now, warned := time.Now().Unix(), l.warned.Load()
		if now-warned >= 60 && l.warned.CompareAndSwap(warned, now) {
			l.log.Warn("memory for requests used up")
		}
	case x.Fault != nil && !errors.Is(x.Fault, status.ErrRefused):
		l.log.Error("fault", "request_id", x.RequestID, "error", x.Fault.Error())
	}
	if l.requests {
		l.log.LogAttrs(context.Background(), slog.LevelInfo, "request",
			slog.String("method", x.Method),
			slog.String("operation", x.Operation),
			slog.Int("status", x.Status),
			slog.Int64("duration_us", x.Duration.Microseconds()),
			slog.String("tenant", x.Tenant),
			slog.String("request_id", x.RequestID))
	}
}
