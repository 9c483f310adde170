package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"installstatus/gen"
	"installstatus/server/web"
)

const updateOperation = "#operations-deviceStatuses-updateDeviceStatus"

// The subtests share one page, because Swagger UI loads slowly.
func TestTheReference(t *testing.T) {
	browser := useBrowser(t)
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	// The sample's ids differ from those of the contract's examples.
	s := serve(t, web.Options{Development: true, App: "app", User: "adele", Status: "2"})
	s.put(t, "1", `{"errorCode":1}`)
	s.put(t, "2", "{}")
	documented := doc.Components.Parameters["mobileAppInstallStatusId"].Value.Example.(string)
	s.ask(t, http.MethodPatch, "userStatuses/adele/deviceStatuses/"+documented, "{}")
	p := open(t, browser, s.URL, "/docs")
	p.awaitText("h2", "Update mobileAppInstallStatus")
	p.awaitText(".servers", "/beta - This server")
	p.shoot("reference")

	p.run("fits a narrow screen", func(t *testing.T) {
		p.screen(360, 780)
		p.checkWidth()
		p.shoot("reference-narrow")
		for _, operation := range []string{updateOperation, "#operations-batch-batch"} {
			p.openOperation(operation)
			p.checkWidth()
			p.value("document.querySelector('" + operation + "').scrollIntoView()")
			p.shoot("reference-narrow-" + operation[len("#operations-"):])
			p.click(operation + " .opblock-summary-control")
		}
		p.screen(1100, 900)
	})
	p.run("sends examples that succeed", func(t *testing.T) {
		paths := doc.Paths.InMatchingOrder()
		slices.Sort(paths)
		for _, path := range paths {
			for method, operation := range doc.Paths.Value(path).Operations() {
				if method == http.MethodDelete {
					continue
				}
				block := fmt.Sprintf("#operations-%s-%s", operation.Tags[0], operation.OperationID)
				p.execute(block)
				p.awaitText(block+" .live-responses-table tbody .response-col_status", "20")
				if operation.OperationID == "batch" {
					if body := p.text(block + " .live-responses-table"); strings.Count(body, `"status": 20`) != 3 {
						t.Error(body)
					}
				}
				p.value(fmt.Sprintf("document.querySelector(%q).click()", block+" .opblock-summary-control"))
			}
		}
	})
	p.run("sends requests to its server", func(t *testing.T) {
		p.click(".authorize")
		p.awaitText(".dialog-ux", "token")
		p.shoot("reference-authorize")
		p.click(".close-modal")

		p.openOperation(updateOperation)
		p.fill(updateOperation+" tr[data-param-name=mobileAppInstallStatusId] input", "1")
		p.click(updateOperation + " .execute")
		p.awaitText(updateOperation+" .request-url", "/deviceStatuses/1")
		p.awaitText(updateOperation+" .live-responses-table tbody .response-col_status", "200")
		p.value("document.querySelector('" + updateOperation + " .execute').scrollIntoView()")
		p.shoot("reference-tried")
		if body := s.get(t, "1"); !strings.Contains(body, `"errorCode":9,`) {
			t.Error(body)
		}
	})
	p.run("has a dark theme", func(t *testing.T) {
		p.expected = []int{http.StatusNotFound}
		p.dark()
		p.await("getComputedStyle(document.documentElement).filter.startsWith('invert(1)')")
		p.shoot("reference-dark")
		p.openOperation(updateOperation)
		p.fill(updateOperation+" tr[data-param-name=mobileAppInstallStatusId] input", "missing")
		p.click(updateOperation + " .execute")
		p.awaitText(updateOperation+" .live-responses-table tbody .response-col_status", "404")
		p.await("getComputedStyle(document.querySelector('" + updateOperation + " pre.microlight')).filter.startsWith('invert(1)')")
		p.value("document.querySelector('" + updateOperation + " .execute').scrollIntoView()")
		p.shoot("reference-dark-tried")
		p.click(".authorize")
		p.awaitText(".dialog-ux", "token")
		p.shoot("reference-dark-authorize")
	})
}

// openOperation opens an operation's block in Swagger UI, ready to execute.
func (p *tab) openOperation(block string) {
	p.Helper()
	if p.value("document.querySelector('"+block+" .execute') === null") == "false" {
		return
	}
	if p.value("document.querySelector('"+block+" .opblock-body') === null") == "true" {
		// While Swagger UI still lays out the page, the block can move away from the click.
		p.await(fmt.Sprintf(`await (async block => {
			const { top } = block.getBoundingClientRect()
			await new Promise(next => setTimeout(next, 100))
			return top === block.getBoundingClientRect().top
		})(document.querySelector(%q))`, block))
		p.click(block + " .opblock-summary-control")
		p.await("document.querySelector('" + block + " .opblock-body')")
	}
	if p.value("document.querySelector('"+block+" .execute') === null") == "true" {
		p.click(block + " .try-out__btn")
	}
	p.awaitText(block+" .execute", "Execute")
}

// execute opens an operation's block in Swagger UI and executes the operation with its example. A script clicks the buttons,
// because mouse events for every operation take long.
func (p *tab) execute(block string) {
	p.Helper()
	p.value(fmt.Sprintf("document.querySelector(%q).click()", block+" .opblock-summary-control"))
	p.await(fmt.Sprintf(`(block => {
		const execute = block.querySelector('.execute')
		if (!execute) block.querySelector('.try-out__btn:not(.cancel)')?.click()
		else if (execute.checkVisibility()) {
			execute.click()
			return true
		}
	})(document.querySelector(%q))`, block))
}
