package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func keyboard(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.tabTo("name", "state")
	p.press(kb.ArrowDown + kb.ArrowDown + kb.ArrowDown)
	p.awaitText("#shown", "1 to 2 of 2")
	p.tabTo("id", "search")
	p.press("TABLET")
	p.awaitText("#shown", "1 to 1 of 1")
	p.tabTo("data-id", "4")
	p.shoot("keyboard")
	p.press(kb.Enter)
	p.await("document.querySelector('#detail').open")
	p.press(kb.Escape)
	p.await("!document.querySelector('#detail').open && document.activeElement.dataset.id === '4'")
	p.press(kb.Enter)
	p.tabTo("id", "osVersion")
	p.press(kb.End + "7" + kb.Enter)
	p.awaitText("#shown", "ALEX-TABLET was saved.")
	p.await("document.activeElement.dataset.id === '4'")
	if !strings.Contains(s.get(t, "4"), `"osVersion":"167"`) {
		t.Error(s.get(t, "4"))
	}
}

func names(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.value("document.querySelector('#sign-in').open = true")
	p.checkNames()
	p.click("[data-id='3']")
	p.await("document.querySelector('#detail').open")
	p.checkNames()
}

func narrow(t *testing.T, browser context.Context) {
	s := serve(t, development)
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.screen(360, 780)
	p.goTo("/") // again, in the narrow window
	p.awaitText("#shown", "1 to 9 of 9")
	p.awaitText("tbody tr:nth-child(3)", "ALEX-LAPTOP")
	p.checkWidth()
	p.shoot("narrow")
	p.value("document.querySelector('#table').scrollIntoView()")
	p.shoot("narrow-table")
	p.click("[data-id='3']")
	p.await("document.querySelector('#detail').open")
	p.checkWidth()
	p.shoot("narrow-detail")
}

func dark(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.expected = []int{http.StatusPreconditionFailed}
	p.dark()
	p.await("getComputedStyle(document.body).backgroundColor === 'rgb(20, 23, 27)'")
	p.shoot("dark")
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE")
	s.put(t, "1", `{"deviceName":"THEIRS"}`)
	p.click("#save")
	p.awaitText("#conflict-rows", "MINE THEIRS")
	p.shoot("dark-conflict")
}
