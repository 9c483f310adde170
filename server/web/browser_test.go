package web_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"installstatus/server/web/browsertest"
)

// screenshotsVariable is the folder for screenshots. If it is empty, the tests take none.
const screenshotsVariable = "INSTALLSTATUS_SCREENSHOTS"

// TestMain ends the browser after all tests.
func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// useBrowser returns the browser, and lets other tests run at the same time. It skips the test if none is installed.
func useBrowser(t *testing.T) context.Context {
	t.Helper()
	t.Parallel()
	return browsertest.Use(t)
}

// tab is a window of the browser. At the end of its test it fails if a page wrote to the console or sent a request to another
// server.
type tab struct {
	*testing.T
	ctx  context.Context
	base string

	expected []int // the response statuses that the console may report
	offline  bool  // the console may report failed connections
	mutex    sync.Mutex
	messages []string
	foreign  []string
}

// open opens a path of the server in a new window.
func open(t *testing.T, browser context.Context, base, path string) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser)
	t.Cleanup(end)
	ctx, end = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(end)
	p := &tab{T: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.checkSilence)
	p.goTo(path)
	return p
}

// hear records console messages and requests to other servers.
func (p *tab) hear(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		for _, argument := range event.Args {
			p.messages = append(p.messages, string(argument.Value)+argument.Description)
		}
	case *runtime.EventExceptionThrown:
		p.messages = append(p.messages, event.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		p.messages = append(p.messages, event.Entry.Text)
	case *network.EventRequestWillBeSent:
		if url := event.Request.URL; !strings.HasPrefix(url, p.base+"/") && !strings.HasPrefix(url, "data:") {
			p.foreign = append(p.foreign, url)
		}
	}
}

// checkSilence checks what hear has recorded since the last check.
func (p *tab) checkSilence() {
	p.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	defer func() { p.messages, p.foreign = nil, nil }()
	for _, message := range p.messages {
		failure, isResponse := strings.CutPrefix(message, "Failed to load resource: ")
		isExpected := func(status int) bool {
			return strings.HasPrefix(failure, fmt.Sprintf("the server responded with a status of %d ", status))
		}
		if isResponse && (slices.ContainsFunc(p.expected, isExpected) || p.offline && strings.HasPrefix(failure, "net::ERR_")) {
			continue
		}
		p.Errorf("console message: %s", message)
	}
	for _, url := range p.foreign {
		p.Errorf("request to another server: %s", url)
	}
}

// run runs a subtest on the tab's page. The subtest fails if the page wrote to the console.
func (p *tab) run(name string, test func(t *testing.T)) {
	parent := p.T
	parent.Run(name, func(t *testing.T) {
		p.T = t
		test(t)
		p.value("true") // events that the browser sent earlier arrive first
		p.checkSilence()
		p.expected = nil
	})
	p.T = parent
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// goTo loads a path of the server.
func (p *tab) goTo(path string) {
	p.Helper()
	p.do(chromedp.Navigate(p.base + path))
}

// click clicks the first element that matches a CSS selector. It tries again if the page replaces the element meanwhile.
func (p *tab) click(selector string) {
	p.Helper()
	err := chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS(selector)))
	for range 3 {
		if err == nil || !strings.Contains(err.Error(), "Could not find node") {
			break
		}
		err = chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS(selector)))
	}
	if err != nil {
		p.Fatal(err)
	}
}

// fill replaces the text in a field.
func (p *tab) fill(selector, text string) {
	p.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Focus(chromedp.CSS(selector)))
	p.value(fmt.Sprintf("document.querySelector(%q).select()", selector))
	p.press("\b" + text)
}

// press types text, or keys of package kb, into the focused element.
func (p *tab) press(keys string) {
	p.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// tabTo presses the Tab key until the focused element has an attribute with the value.
func (p *tab) tabTo(attribute, value string) {
	p.Helper()
	for range 40 {
		p.press(kb.Tab)
		if p.value(fmt.Sprintf("document.activeElement.getAttribute(%q)", attribute)) == value {
			return
		}
	}
	p.Fatalf("the Tab key reaches no element with %s=%q", attribute, value)
}

// value returns the result of a JavaScript expression as text.
func (p *tab) value(expression string) string {
	p.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return text
}

// text returns the visible text of the first element that matches a CSS selector, in one line.
func (p *tab) text(selector string) string {
	p.Helper()
	return p.value(fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? 'nothing').replace(/\s+/g, ' ').trim()`, selector))
}

// await waits until a JavaScript expression is true. The page does the polling, because messages to the browser are slow.
func (p *tab) await(expression string) {
	p.Helper()
	poll := fmt.Sprintf(`(async () => {
		for (const end = Date.now() + 1000; Date.now() < end; await new Promise(next => setTimeout(next, 20))) {
			if (%s) return true
		}
		return false
	})()`, expression)
	for began := time.Now(); time.Since(began) < 20*time.Second; {
		isTrue, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](poll, chromedp.EvalAwaitPromise))
		if isTrue {
			return
		}
		if err != nil && !isNavigation(err) {
			p.Fatalf("%s: %v", expression, err)
		}
	}
	p.Fatalf("timed out waiting for %s. Page: %s", expression, p.text("body"))
}

// isNavigation reports whether an expression ended because the browser loaded another page.
func isNavigation(err error) bool {
	return strings.Contains(err.Error(), "context was destroyed") || strings.Contains(err.Error(), "navigated or closed")
}

// awaitText waits until an element is visible and its text contains part.
func (p *tab) awaitText(selector, part string) {
	p.Helper()
	contains := fmt.Sprintf(`(e => e?.checkVisibility() && e.innerText.replace(/\s+/g, ' ').includes(%q))`, part)
	p.await(fmt.Sprintf("%s(document.querySelector(%q))", contains, selector))
}

// checkNames checks that every focusable element has a name for screen readers.
func (p *tab) checkNames() {
	p.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.Fatal(err)
	}
	seen := 0
	for _, node := range tree.Nodes {
		focusable := slices.ContainsFunc(node.Properties, func(property *accessibility.Property) bool {
			return property.Name == accessibility.PropertyNameFocusable && string(property.Value.Value) == "true"
		})
		if !focusable || node.Ignored || string(node.Role.Value) == `"RootWebArea"` {
			continue
		}
		seen++
		if node.Name == nil || string(node.Name.Value) == `""` {
			p.Errorf("%s without a name", node.Role.Value)
		}
	}
	if seen < 10 {
		p.Errorf("only %d focusable elements, want at least 10", seen)
	}
}

// checkWidth checks that no element extends past the right edge of the window.
func (p *tab) checkWidth() {
	p.Helper()
	wide := p.value(`[...document.querySelectorAll('body *')]
		.filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80)).join('\n')`)
	if wide != "" {
		p.Errorf("elements wider than the window:\n%s", wide)
	}
}

// screen sets the size of the window.
func (p *tab) screen(width, height int64) {
	p.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// dark sets the user's preference for a dark theme.
func (p *tab) dark() {
	p.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.Fatal(err)
	}
}

// shoot saves a screenshot if screenshotsVariable is set.
func (p *tab) shoot(name string) {
	p.Helper()
	folder := os.Getenv(screenshotsVariable)
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	}
	if err != nil {
		p.Fatal(err)
	}
}
