package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"installstatus/server/web"
)

func pastedToken(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{App: "app"})
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.expected = []int{http.StatusUnauthorized}
	p.await("document.activeElement.id === 'token'")
	p.shoot("token")
	p.press("wrong\r")
	p.awaitText("#problem", "The token is not one of this server's.")
	p.await("document.activeElement.id === 'token'")
	p.shoot("wrong-token")
	p.fill("#token", "Bearer writer\r")
	p.awaitText("#shown", "1 to 9 of 9")
	if kept := p.value("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, document.documentElement.outerHTML])"); strings.Contains(kept, "writer") {
		t.Errorf("the page kept the token: %s", kept)
	}
	p.goTo("/?again")
	p.await("document.activeElement.id === 'token'")
}

func expiredToken(t *testing.T, browser context.Context) {
	s := serve(t, development)
	s.putSample(t)
	var expired atomic.Bool
	next := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/dev/token" {
			expired.Store(false)
		}
		if expired.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
	p := open(t, browser, s.URL, "/")
	p.expected = []int{http.StatusUnauthorized}
	p.awaitText("#shown", "1 to 9 of 9")
	expired.Store(true)
	p.click("input[value=failed]")
	p.awaitText("#shown", "1 to 2 of 2")
}

func readOnlyToken(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{})
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.expected = []int{http.StatusForbidden}
	p.await("document.activeElement.id === 'token'")
	p.press("reader\r")
	p.await("document.activeElement.id === 'app'")
	p.press("app\r")
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE\r")
	p.awaitText("#detail-problem", "Nothing has been saved. Application is not authorized")
}

func expiredTokenWhileSaving(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{App: "app"})
	s.putSample(t)
	var expired atomic.Bool
	next := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if expired.Load() {
			r.Header.Del("Authorization")
		}
		next.ServeHTTP(w, r)
	})
	p := open(t, browser, s.URL, "/")
	p.expected = []int{http.StatusUnauthorized}
	p.await("document.activeElement.id === 'token'")
	p.press("writer\r")
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE")
	expired.Store(true)
	p.click("#save")
	p.awaitText("#detail-problem", "Enter another token to save your changes.")
	p.await("document.activeElement.id === 'token' && document.activeElement.closest('#detail')")
	p.shoot("token-while-saving")
	p.press("writer\r")
	p.await("document.querySelector('#detail-problem').checkVisibility() && document.activeElement.id === 'token'")
	expired.Store(false)
	p.press("writer\r")
	p.awaitText("#shown", "MINE was saved.")
	p.await("document.querySelector('main #sign-in') && document.activeElement.dataset.id === '1'")

	p.click("[data-id='2']")
	p.fill("#deviceName", "MINE TOO")
	expired.Store(true)
	p.click("#save")
	p.await("document.activeElement.id === 'token'")
	p.click("#close")
	p.click("#discard")
	expired.Store(false)
	p.fill("#token", "writer\r")
	p.awaitText("#shown", "1 to 9 of 9")
}
