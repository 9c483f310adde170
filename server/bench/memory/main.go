// Command memory is this server without its database: the whole API, with every token checked, over a map.
package main

import (
	"context"
	"flag"
	"net/http"

	"installstatus/api"
	"installstatus/api/status/memory"
	"installstatus/server/auth"
	"installstatus/server/bench/fill"
	"installstatus/server/bench/peer"
)

func main() {
	keyFile := flag.String("dev-key", "", "the `file` with the key of whoever issues the tokens")
	peer.Run(func(rows int) (http.Handler, error) {
		store := new(memory.Store)
		if err := fill.Store(context.Background(), store, rows); err != nil {
			return nil, err
		}
		key, err := auth.LoadOrMakeKey(*keyFile)
		if err != nil {
			return nil, err
		}
		issuer, err := auth.NewDevelopment(key)
		if err != nil {
			return nil, err
		}
		verifier, err := auth.New(auth.Config{Issuers: []auth.Issuer{issuer.Issuer()}})
		if err != nil {
			return nil, err
		}
		return api.New(store, api.Options{Authenticate: verifier.Authenticate})
	})
}
