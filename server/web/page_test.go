package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"installstatus/server/web"
)

var development = web.Options{Development: true, App: "app"}

func TestThePage(t *testing.T) {
	browser := startBrowser(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"counts and lists the app that the server names":     theSampleApp,
		"lists the state that is chosen in the chart":        aChosenState,
		"finds and sorts through the API":                    searchAndOrder,
		"shows another app, and keeps it in its address":     anotherApp,
		"sends what was changed, and nothing else":           aChange,
		"shows each violation at its field":                  violations,
		"explains an error code as it is typed":              anErrorCode,
		"shows a conflict with both values":                  aConflict,
		"tells when a status has been deleted meanwhile":     aDeletion,
		"says what to do where there is nothing":             nothing,
		"says what went wrong and tries again":               failure,
		"leaves no change to those who may only read":        aReader,
		"pages through 10,000 rows":                          manyRows,
		"lists users, and the devices of one":                users,
		"can be used with the keyboard alone":                keyboard,
		"names everything that takes the focus":              names,
		"fits on a narrow screen":                            narrow,
		"has a dark side":                                    dark,
		"asks for a token, and keeps it in its memory alone": aPastedToken,
		"shows text as text":                                 markup,
		"takes any id":                                       oddIDs,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

// openSample opens the page on a server with statuses in each state.
func openSample(t *testing.T, browser context.Context) (server, *tab) {
	t.Helper()
	s := serve(t, development)
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.awaitText("#shown", "1 to 9 of 9")
	return s, p
}

func theSampleApp(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.awaitText("#counts", "All 9 ✓ Installed 2 … Pending 1 ✕ Failed 2 ✕ Uninstall failed 1 – Not installed 1 ∅ Not applicable 1 ? Unknown 1")
	p.awaitText("tbody tr:nth-child(3)", "ALEX-LAPTOP alex@contoso.example ✕Failed 0x80070643 The Windows Installer (MSI) failed with a fatal error. 10.0.22631.4460 Nov 21, 2026, 9:40 AM")
	p.awaitText("tbody tr:nth-child(9)", "never")
	if title := p.value("document.querySelector('tbody time').title"); title != "2026-11-20T08:12:44.1203341Z" {
		t.Errorf("the time as it was sent is %s", title)
	}
	p.shoot("first-load")
}

func aChosenState(t *testing.T, browser context.Context) {
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

func aChange(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("[data-id='1']")
	p.await("document.querySelector('#detail').open")
	p.shoot("detail")
	p.click("#save")
	p.awaitText("#saved", "Nothing has been changed yet.")
	before := s.get(t, "1")
	p.fill("#deviceName", "ADELE-LAPTOP-2")
	p.fill("#displayVersion", "")
	p.value("document.querySelector('#installState').value = 'installed'")
	p.click("#save")
	p.awaitText("#shown", "ADELE-LAPTOP-2 is saved.")
	p.awaitText("#counts", "Installed 3")
	p.await("document.activeElement.dataset.id === '1'")
	p.shoot("change")
	want := strings.NewReplacer(`"ADELE-LAPTOP"`, `"ADELE-LAPTOP-2"`, `"installState":"pendingInstall"`, `"installState":"installed"`, `"displayVersion":"4.2.0"`, `"displayVersion":null`).Replace(before)
	if after := s.get(t, "1"); after != want {
		t.Errorf("the status is %s instead of %s", after, want)
	}
}

func violations(t *testing.T, browser context.Context) {
	_, p := openSample(t, browser)
	p.expected = []int{http.StatusBadRequest}
	p.click("[data-id='3']")
	p.fill("#errorCode", "9.5")
	p.fill("#lastSyncDateTime", "yesterday")
	p.click("#save")
	p.awaitText("#errorCode-violation", "an integer from -2147483648")
	p.awaitText("#lastSyncDateTime-violation", "an RFC 3339 date and time")
	p.await("document.activeElement.id === 'errorCode'")
	p.awaitText("#detail-problem", "Nothing has been saved.")
	p.shoot("violations")
	p.fill("#errorCode", "")
	p.fill("#lastSyncDateTime", "2026-11-24T08:00:00Z")
	p.click("#save")
	p.awaitText("#errorCode-violation", "A null value")
	p.await("document.querySelectorAll('[aria-invalid]').length === 1")
}

func anErrorCode(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("[data-id='3']")
	for typed, explained := range map[string]string{
		"-2147023293": "0x80070643, decimal -2147023293: The Windows Installer (MSI) failed with a fatal error.",
		"0x87D1041C":  "0x87D1041C, decimal -2016345060: The installation reported success, but the app was not detected afterwards.",
		"-2147024891": "0x80070005, decimal -2147024891: Windows error 5.",
		"9":           "0x00000009, decimal 9: Nothing is known about this code.",
		"0":           "0x00000000, decimal 0: No error.",
		"nine":        "",
		"4294967295":  "",
	} {
		p.fill("#errorCode", typed)
		if got := p.text("#errorCode-hint"); got != explained {
			t.Errorf("%s is explained as %q", typed, got)
		}
	}
	p.fill("#errorCode", "0x87d1041c\r")
	p.awaitText("#shown", "saved")
	if !strings.Contains(s.get(t, "3"), `"errorCode":-2016345060,`) {
		t.Error(s.get(t, "3"))
	}
}

func aConflict(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.expected = []int{http.StatusPreconditionFailed}
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE")
	s.put(t, "1", `{"deviceName":"THEIRS","osVersion":"11","osDescription":null}`)
	p.click("#save")
	p.awaitText("#conflict-rows", "Device name MINE THEIRS OS version not changed 11 OS description not changed null")
	p.await("document.activeElement.id === 'conflict'")
	p.shoot("conflict")

	p.click("#take-theirs")
	p.await("document.querySelector('#deviceName').value === 'THEIRS' && document.querySelector('#conflict').hidden")
	p.fill("#deviceName", "MINE AGAIN")
	s.put(t, "1", `{"osVersion":"12"}`)
	p.click("#save")
	p.awaitText("#conflict-rows", "Device name MINE AGAIN THEIRS OS version not changed 12")
	s.put(t, "1", `{"osVersion":"13"}`)
	p.click("#save-mine")
	p.awaitText("#conflict-rows", "OS version not changed 13")
	p.click("#save-mine")
	p.awaitText("#shown", "MINE AGAIN is saved.")
	if body := s.get(t, "1"); !strings.Contains(body, `"deviceName":"MINE AGAIN"`) || !strings.Contains(body, `"osVersion":"13"`) {
		t.Error(body)
	}
}

func aDeletion(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.expected = []int{http.StatusNotFound}
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE")
	s.delete(t, "1")
	p.click("#save")
	p.awaitText("#detail-problem", "Nothing has been saved.")
	p.click("#close")
	p.click("[data-id='1']")
	p.awaitText("#problem", "Try again")
	p.click("#problem button")
	p.awaitText("#shown", "1 to 8 of 8")
}

func nothing(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{Development: true})
	p := open(t, browser, s.URL, "/")
	p.await("document.activeElement.id === 'app'")
	p.shoot("no-app")
	p.press("app\r")
	p.awaitText("#nothing", "No device has a status for the app app. Is the id right?")
	p.awaitText("#counts", "All 0")
	p.shoot("empty")
	s.putSample(t)
	p.click("#app-form button")
	p.awaitText("#shown", "1 to 9 of 9")
	p.fill("#search", "nobody")
	p.awaitText("#nothing", "Nothing here is like that.")
	p.shoot("nothing-found")
	p.click("#nothing button")
	p.awaitText("#shown", "1 to 9 of 9")
	p.await("document.activeElement.id === 'list-title'")
}

func failure(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.expected = []int{http.StatusServiceUnavailable, http.StatusBadRequest}
	s.store.Close()
	p.click("input[value=failed]")
	p.awaitText("#problem", "request-id")
	p.shoot("error")

	s, p = openSample(t, browser)
	p.broken = true
	s.Close()
	p.click("input[value=failed]")
	p.awaitText("#problem", "The server does not answer.")
	p.shoot("no-server")
}

func aReader(t *testing.T, browser context.Context) {
	s := serve(t, web.Options{App: "app"})
	s.putSample(t)
	p := open(t, browser, s.URL, "/")
	p.expected = []int{http.StatusForbidden}
	p.fill("#token", "reader\r")
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE\r")
	p.awaitText("#detail-problem", "Nothing has been saved. Application is not authorized")
}

func manyRows(t *testing.T, browser context.Context) {
	s := serve(t, development)
	for i := range 10_000 {
		s.put(t, fmt.Sprintf("id-%05d", i), fmt.Sprintf(`{"deviceName":"PC-%05d","installState":"%s"}`, i, []string{"installed", "failed"}[i%2]))
	}
	p := open(t, browser, s.URL, "/")
	began := time.Now()
	p.awaitText("#shown", "1 to 50 of 10,000")
	t.Logf("10,000 rows are there after %s", time.Since(began).Round(time.Millisecond))
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
	_, p := openSample(t, browser)
	p.click("#show-users")
	p.awaitText("#list-title", "Users")
	p.awaitText("tbody", "alex@contoso.example")
	p.shoot("users")
	p.click("tbody tr:nth-child(2) button")
	p.awaitText("#list-title", "Devices of alex@contoso.example")
	p.awaitText("#shown", "1 to 2 of 2")
	p.awaitText("#counts", "Devices of alex@contoso.example by state")
	p.awaitText("#counts", "All 2")
	p.shoot("devices-of-a-user")
	p.click("#show-devices")
	p.awaitText("#shown", "1 to 9 of 9")
}

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
	p.awaitText("#shown", "ALEX-TABLET is saved.")
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
	p := open(t, browser, s.URL, "/docs")
	p.screen(360, 780)
	p.goTo("/")
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

func aPastedToken(t *testing.T, browser context.Context) {
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
		t.Errorf("the token is in %s", kept)
	}
	p.goTo("/?again")
	p.await("document.activeElement.id === 'token'")
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
