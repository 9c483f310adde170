package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"installstatus/api"
	"installstatus/api/status"
)

// newLog writes one JSON object a line.
func newLog(to io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(to, nil)) }

// logExchanges is an observer that logs each request in one line, and each fault in one more, but for the calls that
// are refused, of which whoever refuses them tells. Neither has anything of a path, a header or a body.
func logExchanges(log *slog.Logger, requests bool) func(api.Exchange) {
	return func(x api.Exchange) {
		if x.Fault != nil && !errors.Is(x.Fault, status.ErrRefused) {
			log.Error("fault", "request_id", x.RequestID, "error", x.Fault.Error())
		}
		if requests {
			log.LogAttrs(context.Background(), slog.LevelInfo, "request",
				slog.String("method", x.Method),
				slog.String("operation", x.Operation),
				slog.Int("status", x.Status),
				slog.Int64("duration_us", x.Duration.Microseconds()),
				slog.String("tenant", x.Tenant),
				slog.String("request_id", x.RequestID))
		}
	}
}
