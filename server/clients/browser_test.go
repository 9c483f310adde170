package clients

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"installstatus/server/web/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// inBrowser is a page that uses the JavaScript SDK.
var inBrowser = sdk{"### In a browser", "sdk-javascript/page.js"}

func TestTheReadmeShowsWhatThePageDoes(t *testing.T) {
	if shown, lines := inBrowser.block(t, 1), marked(read(t, inBrowser.program)); lines != shown {
		t.Errorf("README.md shows another program than %s has between its marks:\n%s", inBrowser.program, lines)
	}
}

func TestAPageOfAnotherOriginUsesTheServer(t *testing.T) {
	if os.Getenv(required) == "" {
		t.Skipf("no page is tried: that needs npm and its registry, and %s=required asks for it", required)
	}
	browser := browsertest.Use(t)
	install := exec.Command("npm", "ci", "--no-audit", "--no-fund")
	install.Dir = "sdk-javascript"
	if output, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	server := start(t)
	pages := httptest.NewServer(http.FileServer(http.Dir("sdk-javascript")))
	t.Cleanup(pages.Close)
	at := func(host string) string {
		_, port, _ := strings.Cut(strings.TrimPrefix(pages.URL, "http://"), ":")
		return "http://" + host + ":" + port + "/page.html?server=" + url.QueryEscape(server.address)
	}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		t.Run("the SDK in a page of "+host, func(t *testing.T) {
			text := visit(t, browser, at(host), `(async () => {
				const text = () => document.querySelector('pre').textContent
				for (const end = Date.now() + 60000; Date.now() < end && !/^(done|failed)/m.test(text());) {
					await new Promise(next => setTimeout(next, 50))
				}
				return text()
			})()`)
			if !strings.HasSuffix(text, "\ndone\n") {
				t.Fatalf("the page reports:\n%s", text)
			}
			for line := range strings.Lines(text) {
				if what, holds := strings.CutPrefix(line, "holds: "); holds {
					fmt.Printf("browser, %s: %s", host, what)
				}
			}
		})
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(server.address, "https://"), ":")
	tries := fmt.Sprintf(`(async () => {
		const body = new URLSearchParams({ grant_type: 'client_credentials' })
		const outcome = async request => {
			try {
				const answer = await request
				return answer.type === 'opaque' ? 'opaque' : answer.status
			} catch (error) {
				return error.name
			}
		}
		return [
			await outcome(fetch(%[1]q, { method: 'POST', body })),
			await outcome(fetch(%[1]q, { method: 'POST', body, mode: 'no-cors' })),
			await outcome(fetch(%[1]q, { method: 'POST', body, headers: { Authorization: 'Basic x' } })),
		].join(' ')
	})()`, server.address+"/dev/token")
	rebound := `(async () => {
		const answer = await fetch('/dev/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) })
		return answer.status + ' ' + await answer.text()
	})()`
	for _, c := range []struct{ rule, page, script, want string }{
		{"a page of loopback can try all of this", at("localhost"), tries, "200 opaque 200"},
		{"a page of another site gets no token", at("evil.example"), tries, "TypeError opaque TypeError"},
		{"nor one of a site that begins as loopback does", at("localhost.evil.example"), tries, "TypeError opaque TypeError"},
		{"nor one whose name was made to point here", "https://evil.example:" + port + "/web/app.js", rebound, "403 "},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if got := visit(t, browser, c.page, c.script); !strings.HasPrefix(got, c.want) || strings.Contains(got, "access_token") {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// visit opens a page and returns the result of a script in it.
func visit(t *testing.T, browser context.Context, page, script string) string {
	t.Helper()
	ctx, end := chromedp.NewContext(browser)
	defer end()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(page)); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
