package main

import (
	"net/http"

	"installstatus/server/web"
)

// withPages adds what a browser gets. The page shows the sample app first, where there is one, and the reference is tried
// with it.
func (c serveCommand) withPages(next http.Handler) (http.Handler, error) {
	options := web.Options{Development: c.Dev}
	if c.Sample {
		options.App, options.User, options.Status = sampleApp, sampleUser, sampleRows[1].id
	}
	return web.New(next, options)
}
