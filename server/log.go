package main

import (
	"errors"
	"io"
	"log/slog"

	"installstatus/api"
)

// newLog writes one JSON object a line.
func newLog(to io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(to, nil)) }

// logExchanges is an observer that logs each request in one line, and each fault in one more, but for a full store, which
// says so itself. Neither has anything of a path, a header or a body.
func logExchanges(log *slog.Logger, requests bool) func(api.Exchange) {
	return func(x api.Exchange) {
		if x.Fault != nil && !errors.Is(x.Fault, errFull) {
			log.Error("fault", "request_id", x.RequestID, "error", x.Fault.Error())
		}
		if requests {
			log.Info("request",
				"method", x.Method,
				"operation", x.Operation,
				"status", x.Status,
				"duration_us", x.Duration.Microseconds(),
				"tenant", x.Tenant,
				"request_id", x.RequestID)
		}
	}
}
