package web_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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
)

const (
	// browserVariable says which browser the tests drive: the path of one that speaks the DevTools protocol, "required" for
	// one that must be found, or nothing for one that may be missing.
	browserVariable = "INSTALLSTATUS_BROWSER"
	// screenshotsVariable names a folder for screenshots.
	screenshotsVariable = "INSTALLSTATUS_SCREENSHOTS"
)

// startBrowser starts a browser for the time of the test, and skips the test where there is none.
func startBrowser(t *testing.T) context.Context {
	path := os.Getenv(browserVariable)
	required := path == "required"
	if path == "" || required {
		path = ""
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
			if found, err := exec.LookPath(name); err == nil {
				path = found
				break
			}
		}
	}
	if path == "" && required {
		t.Fatalf("%s=required, and no Chromium or Chrome is in the PATH", browserVariable)
	}
	if path == "" {
		t.Skipf("no Chromium or Chrome is in the PATH; %s can name one", browserVariable)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.WindowSize(1100, 900), chromedp.Env("LANG=en_US.UTF-8", "TZ=UTC"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium has none for root
	}
	allocated, end := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(end)
	browser, end := chromedp.NewContext(allocated)
	t.Cleanup(end)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	return browser
}

// tab is a window of the browser. When its test ends it must have written no message to its console, and asked nobody but
// its server.
type tab struct {
	*testing.T
	ctx  context.Context
	base string

	expected []int // statuses of answers that the browser may complain of in its console
	broken   bool  // it may complain of a server that has gone
	mutex    sync.Mutex
	messages []string
	foreign  []string
}

// open opens a path of the server in a new window.
func open(t *testing.T, browser context.Context, base, path string) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	ctx, end = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(end)
	p := &tab{T: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.checkSilence)
	p.goTo(path)
	return p
}

// hear keeps what a page must not do.
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

func (p *tab) checkSilence() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, message := range p.messages {
		complaint, ofAnAnswer := strings.CutPrefix(message, "Failed to load resource: ")
		isExpected := func(status int) bool {
			return strings.HasPrefix(complaint, fmt.Sprintf("the server responded with a status of %d ", status))
		}
		if ofAnAnswer && (slices.ContainsFunc(p.expected, isExpected) || p.broken && strings.HasPrefix(complaint, "net::ERR_")) {
			continue
		}
		p.Errorf("the console says: %s", message)
	}
	for _, url := range p.foreign {
		p.Errorf("the page asked for %s", url)
	}
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

// click clicks the element that a CSS selector finds first. One that the page replaces meanwhile is looked for again.
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

// fill replaces what is in a field.
func (p *tab) fill(selector, text string) {
	p.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Focus(chromedp.CSS(selector)))
	p.value(fmt.Sprintf("document.querySelector(%q).select()", selector))
	p.press("\b" + text)
}

// press types text, or keys of the package kb, wherever the focus is.
func (p *tab) press(keys string) {
	p.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// tabTo presses the tabulator key until the focus is on an element with an attribute.
func (p *tab) tabTo(attribute, value string) {
	p.Helper()
	for range 40 {
		p.press(kb.Tab)
		if p.value(fmt.Sprintf("document.activeElement.getAttribute(%q)", attribute)) == value {
			return
		}
	}
	p.Fatalf("the tabulator key leads to no element whose %s is %s", attribute, value)
}

// value is what a JavaScript expression gives, as text.
func (p *tab) value(expression string) string {
	p.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return text
}

// text is the text of the first element that a CSS selector finds, as it is seen, in one line.
func (p *tab) text(selector string) string {
	p.Helper()
	return p.value(fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? 'nothing').replace(/\s+/g, ' ').trim()`, selector))
}

// await waits until a JavaScript expression is true.
func (p *tab) await(expression string) {
	p.Helper()
	for range 200 {
		if p.value("Boolean("+expression+")") == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.Fatalf("it is never true that %s. The page: %s", expression, p.text("body"))
}

// awaitText waits until an element is seen, and its text has a part.
func (p *tab) awaitText(selector, part string) {
	p.Helper()
	hasPart := fmt.Sprintf(`(e => e?.checkVisibility() && e.innerText.replace(/\s+/g, ' ').includes(%q))`, part)
	p.await(fmt.Sprintf("%s(document.querySelector(%q))", hasPart, selector))
}

// checkNames checks that a screen reader has a name for whatever takes the focus.
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
			p.Errorf("a %s has no name", node.Role.Value)
		}
	}
	if seen < 10 {
		p.Errorf("only %d elements take the focus", seen)
	}
}

// checkWidth checks that nothing is wider than the window.
func (p *tab) checkWidth() {
	p.Helper()
	wide := p.value(`[...document.querySelectorAll('body *')]
		.filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80)).join('\n')`)
	if wide != "" {
		p.Errorf("wider than the window: %s", wide)
	}
}

// screen gives the window another size.
func (p *tab) screen(width, height int64) {
	p.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// dark makes the reader one who prefers dark pages.
func (p *tab) dark() {
	p.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.Fatal(err)
	}
}

// shoot keeps a picture of the window, where pictures are asked for.
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
