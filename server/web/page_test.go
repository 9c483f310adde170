package web_test

import (
	"context"
	"testing"

	"installstatus/server/web"
)

func TestThePage(t *testing.T) {
	browser := startBrowser(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"shows the app that the server names": showsTheApp,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

func showsTheApp(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{Development: true, App: "app"})
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.awaitText("#shown", "1 to 9 of 9")
	p.shoot("first-load")
	p.Log(p.text("#counts"), p.text("#table"))
}
