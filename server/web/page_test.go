package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"installstatus/server/web"
)

var development = web.Options{Development: true, App: "app"}

func TestThePage(t *testing.T) {
	browser := useBrowser(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"counts and lists the first app":                   sampleApp,
		"filters the list by a state in the chart":         stateFilter,
		"searches and sorts":                               searchAndOrder,
		"shows another app and adds it to the address":     anotherApp,
		"sends only what was changed":                      change,
		"shows each violation beside its field":            violations,
		"explains an error code while it is typed":         errorCode,
		"shows both values of a conflict":                  conflict,
		"reports that a status has been deleted":           deletion,
		"asks before it discards changes":                  unsavedChanges,
		"saves with a new token after the old one expires": expiredTokenWhileSaving,
		"offers state details but no return to null":       stateDetail,
		"explains an empty list":                           emptyList,
		"shows errors and tries again":                     failure,
		"cannot save with a read-only token":               readOnlyToken,
		"pages through 10,000 rows":                        manyRows,
		"lists users, and the devices of one":              users,
		"goes back to earlier views":                       back,
		"works with the keyboard alone":                    keyboard,
		"names every focusable element":                    names,
		"fits a narrow screen":                             narrow,
		"has a dark theme":                                 dark,
		"keeps a token only in memory":                     pastedToken,
		"renews a development token":                       expiredToken,
		"shows markup as text":                             markup,
		"shows, labels and edits a new property":           newProperties,
		"labels every property of the contract":            labels,
		"accepts any id":                                   oddIDs,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, browser) })
	}
}

// openSample opens the page on a server with statuses in every state.
func openSample(t *testing.T, browser context.Context) (server, *tab) {
	t.Helper()
	s := serve(t, development)
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.awaitText("#shown", "1 to 9 of 9")
	return s, p
}

func sampleApp(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.awaitText("#counts", "All 9 ✓ Installed 2 … Pending 1 ✕ Failed 2 ✕ Uninstall failed 1 – Not installed 1 ∅ Not applicable 1 ? Unknown 1")
	p.awaitText("tbody tr:nth-child(3)", "ALEX-LAPTOP alex@contoso.example ✕Failed 0x80070643 The installer (MSI) failed with a fatal error. 10.0.22631.4460 Nov 21, 2026, 9:40 AM")
	p.awaitText("tbody tr:nth-child(9)", "never")
	if title := p.value("document.querySelector('tbody time').title"); title != "2026-11-20T08:12:44.1203341Z" {
		t.Errorf("the title of the time is %s", title)
	}
	p.shoot("first-load")
}

func stateFilter(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.click("input[value=failed]")
	p.awaitText("#shown", "1 to 2 of 2")
	p.awaitText("#counts", "All 9")
	p.shoot("filter")
	p.click("input[value='']")
	p.awaitText("#shown", "1 to 9 of 9")
}

func searchAndOrder(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.fill("#search", "diego")
	p.awaitText("#shown", "1 to 2 of 2")
	p.fill("#search", "O'Neil")
	p.awaitText("#shown", "None")
	p.fill("#search", "LAPTOP")
	p.awaitText("#shown", "1 to 2 of 2")
	p.click("[data-sort=deviceName]")
	p.awaitText("tbody tr:first-child", "ALEX-LAPTOP")
	p.await("document.querySelector('[aria-sort=descending]').textContent.startsWith('Device')")
	p.click("[data-sort=errorCode]")
	p.awaitText("tbody tr:first-child", "ALEX-LAPTOP")
	p.await("document.activeElement.dataset.sort === 'errorCode'")
	p.shoot("search")
}

func anotherApp(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.fill("#app", "another & more\r")
	p.awaitText("#nothing", "No device has a status for the app another & more.")
	q := open(t, browser, s.URL, "/"+p.value("location.hash"))
	q.awaitText("#nothing", "No device has a status for the app another & more.")
	p.value("history.back()")
	p.awaitText("#shown", "1 to 9 of 9")
}

func emptyList(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{Development: true})
	p := open(t, browser, s.URL, "/")
	p.await("document.activeElement.id === 'app'")
	p.awaitText("#no-app", "Enter the id of an app")
	p.shoot("no-app")
	p.press("app\r")
	p.awaitText("#nothing", "No device has a status for the app app. Check the id.")
	p.awaitText("#counts", "All 0")
	p.await("!document.querySelector('#no-app').checkVisibility()")
	p.shoot("empty")
	s.putSample(t)
	p.click("#app-form button")
	p.awaitText("#shown", "1 to 9 of 9")
	p.fill("#search", "nobody")
	p.awaitText("#nothing", "No match. Search is case-sensitive.")
	p.shoot("nothing-found")
	p.click("#nothing button")
	p.awaitText("#shown", "1 to 9 of 9")
	p.await("document.activeElement.id === 'list-title'")
	p.click("#app-form button")
	p.awaitText("#shown", "1 to 9 of 9")
	for id := range 9 {
		s.put(t, strconv.Itoa(id+1), `{"installState":"installed"}`)
	}
	p.click("input[value=failed]")
	p.awaitText("#nothing", "No match. Show all")
}

func failure(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.expected = []int{http.StatusServiceUnavailable, http.StatusBadRequest}
	s.store.Close()
	p.click("input[value=failed]")
	p.awaitText("#problem", "request-id")
	p.shoot("error")

	s, p = openSample(t, browser)
	p.offline = true
	s.Close()
	p.click("input[value=failed]")
	p.awaitText("#problem", "The server does not answer.")
	p.shoot("no-server")
}

func manyRows(t *testing.T, browser context.Context) {
	s := serve(t, development)
	for i := range 10_000 {
		s.put(t, fmt.Sprintf("id-%05d", i), fmt.Sprintf(`{"deviceName":"PC-%05d","installState":"%s"}`, i, []string{"installed", "failed"}[i%2]))
	}
	p := open(t, browser, s.URL, "/")
	began := time.Now()
	p.awaitText("#shown", "1 to 50 of 10,000")
	t.Logf("10,000 rows loaded after %s", time.Since(began).Round(time.Millisecond))
	p.awaitText("#counts", "All 10,000 ✓ Installed 5,000")
	p.click("#next")
	p.awaitText("#shown", "51 to 100 of 10,000")
	p.awaitText("tbody tr:first-child", "PC-00050")
	p.await("document.activeElement.id === 'next'")
	p.shoot("10000-rows")
	p.click("#previous")
	p.awaitText("#shown", "1 to 50 of 10,000")
	p.await("document.activeElement.id === 'next' && document.querySelector('#previous').disabled")
	p.click("[data-sort=deviceName]")
	p.awaitText("tbody tr:first-child", "PC-09999")
	p.fill("#search", "PC-0999")
	p.awaitText("#shown", "1 to 10 of 10")
	p.await("document.querySelector('#pages').hidden")
}

func users(t *testing.T, browser context.Context) {
	s := serve(t, development)
	s.putSample(t)
	for id, name := range map[string]string{"11": "LOBBY", "12": "HALL"} {
		s.ask(t, http.MethodPatch, "userStatuses/u2/deviceStatuses/"+id, `{"installState":"failed","userName":"kiosk","deviceName":"`+name+`"}`)
	}
	p := open(t, browser, s.URL, "/")
	p.awaitText("#shown", "1 to 11 of 11")
	p.click("#show-users")
	p.awaitText("#list-title", "Users")
	p.awaitText("#shown", "1 to 4 of 4")
	p.awaitText("tbody", "alex@contoso.example – 0 2 0")
	p.click("[data-sort=failedDeviceCount]")
	p.click("[data-sort=failedDeviceCount]")
	p.awaitText("tbody tr:first-child", "2")
	p.shoot("users")
	p.fill("#search", "kio")
	p.awaitText("#shown", "1 to 1 of 1")
	p.click("[data-id=u2]")
	p.awaitText("#list-title", "Devices of kiosk")
	p.awaitText("#shown", "1 to 2 of 2")
	p.awaitText("#counts", "Devices of kiosk by state All 2")
	p.shoot("devices-of-a-user")
	p.click("#show-devices")
	p.awaitText("#shown", "1 to 11 of 11")
}

func back(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("#show-users")
	p.awaitText("#shown", "1 to 3 of 3")
	p.fill("#search", "al")
	p.awaitText("#shown", "1 to 1 of 1")
	p.click("tbody button")
	p.awaitText("#list-title", "Devices of alex@contoso.example")
	p.click("input[value=failed]")
	p.awaitText("#shown", "1 to 2 of 2")
	address := p.value("location.hash")

	p.value("history.back()")
	p.awaitText("#list-title", "Users")
	p.awaitText("#shown", "1 to 1 of 1")
	p.await("document.querySelector('#search').value === 'al'")
	p.value("history.back()")
	p.awaitText("#list-title", "Devices")
	p.awaitText("#shown", "1 to 9 of 9")
	p.value("history.go(2)")
	p.awaitText("#list-title", "Devices of alex@contoso.example")
	p.await("document.querySelector('input[value=failed]').checked")
	p.do(chromedp.Reload())
	p.awaitText("#list-title", "Devices of alex@contoso.example")

	p.click("[data-id='3']")
	p.fill("#deviceName", "MINE")
	p.value("history.back()")
	p.awaitText("#unsaved", "Your changes are not saved")
	p.awaitText("#list-title", "Users")
	p.click("#save")
	p.awaitText("#shown", "MINE was saved. 1 to 1 of 1")

	p.click("tbody button")
	p.click("[data-id='3']")
	p.await("document.querySelector('#detail').open")
	p.value("history.back()")
	p.await("!document.querySelector('#detail').open")

	q := open(t, browser, s.URL, "/"+address)
	q.awaitText("#list-title", "Devices of ")
	q.awaitText("#shown", "1 to 2 of 2")
}

func markup(t *testing.T, browser context.Context) {
	s := serve(t, development)
	s.put(t, "1", `{"deviceName":"<img src=x onerror=alert(1)>","userPrincipalName":"</td><script>alert(1)</script>","osVersion":"&lt;b&gt;"}`)
	p := open(t, browser, s.URL, "/")
	p.awaitText("tbody", "<img src=x onerror=alert(1)> </td><script>alert(1)</script> ?Unknown – &lt;b&gt;")
	p.click("tbody button")
	p.awaitText("#detail-title", "<img src=x onerror=alert(1)>")
}

func oddIDs(t *testing.T, browser context.Context) {
	for _, app := range []string{"..", "it's", "a/b?c#d", "100% ü"} {
		s := serve(t, web.Options{Development: true, App: app})
		p := open(t, browser, s.URL, "/")
		p.awaitText("#nothing", "No device has a status for the app "+app+".")
	}
}
