package main

import (
	"net/http"

	"installstatus/server/web"
)

// withPages adds what a browser gets. The page shows the sample app first, where there is one.
func (c serveCommand) withPages(next http.Handler) (http.Handler, error) {
	options := web.Options{Development: c.Dev}
	if c.Sample {
		options.App = sampleApp
	}
	return web.New(next, options)
}
