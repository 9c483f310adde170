// Package browsertest starts a real Chromium, for tests.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// Variable is the path of a browser that speaks the DevTools protocol, or "required" to fail the tests if none is in the PATH. If
// it is empty and no browser is in the PATH, the tests are skipped.
const Variable = "INSTALLSTATUS_BROWSER"

// endBrowser ends the browser, nil if none has started.
var endBrowser func()

// startBrowser starts the browser that all tests of a package share, and returns nil if none is installed. It reaches this machine
// only, also by names of the domain example, and accepts every certificate.
var startBrowser = sync.OnceValues(func() (context.Context, error) {
	path := os.Getenv(Variable)
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
		return nil, fmt.Errorf("%s=required, but no Chromium or Chrome is in the PATH", Variable)
	}
	if path == "" {
		return nil, nil
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.WindowSize(1100, 900), chromedp.Env("LANG=en_US.UTF-8", "TZ=UTC"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("force-prefers-reduced-motion", true),
		// The address bar of each window can be a web page itself. Those pages would keep the processors busy.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup"),
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1, MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("ignore-certificate-errors", true))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium refuses to run as root in a sandbox
	}
	allocated, endAllocator := chromedp.NewExecAllocator(context.Background(), flags...)
	browser, end := chromedp.NewContext(allocated)
	endBrowser = func() {
		end()
		endAllocator()
	}
	if err := chromedp.Do(browser); err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return browser, nil
})

// Main runs the tests of a package and ends the browser after them. It returns the exit code.
func Main(m *testing.M) int {
	code := m.Run()
	if endBrowser != nil {
		endBrowser()
	}
	return code
}

// Use returns the browser. It skips the test if none is installed.
func Use(t *testing.T) context.Context {
	t.Helper()
	browser, err := startBrowser()
	if err != nil {
		t.Fatal(err)
	}
	if browser == nil {
		t.Skipf("no Chromium or Chrome is in the PATH; %s can name one", Variable)
	}
	return browser
}
