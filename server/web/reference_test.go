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

func TestTheReferenceTriesTheServerItCameFrom(t *testing.T) {
	browser := startBrowser(t)
	s := serve(t, development)
	s.putSample(t)
	p := open(t, browser, s.URL, "/docs")
	p.awaitText("h2", "Update mobileAppInstallStatus")
	p.awaitText(".servers", "/beta - This server")
	p.shoot("reference")

	p.click(".authorize")
	p.awaitText(".dialog-ux", "bearer")
	p.shoot("reference-authorize")
	p.click(".close-modal")

	operation := "#operations-deviceStatuses-updateDeviceStatus"
	p.click(operation + " .opblock-summary-control")
	p.click(operation + " .try-out__btn")
	p.fill(operation+" tr[data-param-name=mobileAppInstallStatusId] input", "1")
	p.click(operation + " .execute")
	p.awaitText(operation+" .live-responses-table tbody .response-col_status", "200")
	p.value("document.querySelector('" + operation + " .execute').scrollIntoView()")
	p.shoot("reference-tried")
	if body := s.get(t, "1"); !strings.Contains(body, `"errorCode":9,`) {
		t.Error(body)
	}
}

// What the viewer fills in by itself is sent as it is, on data whose ids are not those of the contract's examples.
func TestTheReferenceFillsInWhatSucceeds(t *testing.T) {
	browser := startBrowser(t)
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, web.Options{Development: true, App: "app", User: "adele", Status: "2"})
	documented := doc.Components.Parameters["mobileAppInstallStatusId"].Value.Example.(string)
	s.ask(t, http.MethodPatch, "userStatuses/adele/deviceStatuses/"+documented, "{}")
	s.put(t, "2", "{}")
	p := open(t, browser, s.URL, "/docs")
	paths := doc.Paths.InMatchingOrder()
	slices.Sort(paths)
	for _, path := range paths {
		for method, operation := range doc.Paths.Value(path).Operations() {
			if method == http.MethodDelete {
				continue
			}
			block := fmt.Sprintf("#operations-%s-%s", operation.Tags[0], operation.OperationID)
			p.click(block + " .opblock-summary-control")
			p.click(block + " .try-out__btn")
			p.click(block + " .execute")
			p.awaitText(block+" .live-responses-table tbody .response-col_status", "20")
			if operation.OperationID == "batch" {
				if body := p.text(block + " .live-responses-table"); strings.Count(body, `"status": 20`) != 3 {
					t.Error(body)
				}
			}
			p.click(block + " .opblock-summary-control")
		}
	}
}

func TestTheReferenceFitsOnANarrowScreen(t *testing.T) {
	browser := startBrowser(t)
	p := open(t, browser, serve(t, development).URL, "/docs")
	p.screen(360, 780)
	p.awaitText("h2", "Update mobileAppInstallStatus")
	p.awaitText(".servers", "/beta - This server")
	p.checkWidth()
	p.shoot("reference-narrow")
	for _, operation := range []string{"#operations-deviceStatuses-updateDeviceStatus", "#operations-batch-batch"} {
		p.click(operation + " .opblock-summary-control")
		p.click(operation + " .try-out__btn")
		p.awaitText(operation+" .execute", "Execute")
		p.checkWidth()
		p.value("document.querySelector('" + operation + "').scrollIntoView()")
		p.shoot("reference-narrow-" + operation[len("#operations-"):])
	}
}

func TestTheReferenceHasADarkSide(t *testing.T) {
	browser := startBrowser(t)
	p := open(t, browser, serve(t, development).URL, "/docs")
	p.expected = []int{http.StatusNotFound}
	p.dark()
	p.awaitText("h2", "Update mobileAppInstallStatus")
	p.shoot("reference-dark")
	operation := "#operations-deviceStatuses-updateDeviceStatus"
	p.click(operation + " .opblock-summary-control")
	p.click(operation + " .try-out__btn")
	p.click(operation + " .execute")
	p.awaitText(operation+" .live-responses-table tbody .response-col_status", "404")
	p.value("document.querySelector('" + operation + " .execute').scrollIntoView()")
	p.shoot("reference-dark-tried")
	p.click(".authorize")
	p.awaitText(".dialog-ux", "bearer")
	p.await("getComputedStyle(document.documentElement).filter.startsWith('invert(1)')")
	p.shoot("reference-dark-authorize")
}
