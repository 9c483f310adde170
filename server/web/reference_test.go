package web_test

import (
	"strings"
	"testing"
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
