package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func change(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("[data-id='1']")
	p.await("document.querySelector('#detail').open")
	p.shoot("detail")
	p.click("#save")
	p.awaitText("#saved", "You have not changed anything.")
	before := s.get(t, "1")
	p.fill("#deviceName", "ADELE-LAPTOP-2")
	p.fill("#displayVersion", "")
	p.value("document.querySelector('#installState').value = 'installed'")
	p.click("#save")
	p.awaitText("#shown", "ADELE-LAPTOP-2 was saved.")
	p.awaitText("#counts", "Installed 3")
	p.await("document.activeElement.dataset.id === '1'")
	p.shoot("change")
	want := strings.NewReplacer(`"ADELE-LAPTOP"`, `"ADELE-LAPTOP-2"`, `"installState":"pendingInstall"`, `"installState":"installed"`, `"displayVersion":"4.2.0"`, `"displayVersion":null`).Replace(before)
	if after := s.get(t, "1"); after != want {
		t.Errorf("status is %s, want %s", after, want)
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
	p.await("document.activeElement.id === 'lastSyncDateTime'")
	p.awaitText("#detail-problem", "Nothing has been saved.")
	p.shoot("violations")
	p.fill("#errorCode", "")
	p.fill("#lastSyncDateTime", "2026-11-24T08:00:00Z")
	p.click("#save")
	p.awaitText("#errorCode-violation", "A null value")
	p.await("document.querySelectorAll('[aria-invalid]').length === 1")
}

func errorCode(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("[data-id='3']")
	p.awaitText("#errorCode-hint", "hexadecimal such as 0x87D1041C")
	for typed, explained := range map[string]string{
		"-2147023293": `0x80070643, decimal -2147023293: The installer (MSI) failed with a fatal error. Run the installer with /l*v on a device and look for "return value 3" in its log.`,
		"0x87D1041C":  "0x87D1041C, decimal -2016345060: The installation reported success, but the app was not detected afterwards. Check the detection rules against a device that has the app; the user may have removed it, or it may update itself.",
		"-2147024891": "0x80070005, decimal -2147024891: Access was denied. Install in the system context, or check the permissions of the target folder and whether security software blocks the installer.",
		"9":           "0x00000009, decimal 9: The meaning of this code is not known.",
		"1602":        "0x00000642, decimal 1602: The user cancelled the installation. Use silent parameters such as /qn, so that nobody is asked.",
		"0":           "0x00000000, decimal 0: No error. Nothing needs to be done.",
		"nine":        "",
		"4294967295":  "",
	} {
		p.fill("#errorCode", typed)
		if got := p.text("#explanation"); got != explained {
			t.Errorf("explanation of %s is %q, want %q", typed, got, explained)
		}
	}
	p.fill("#errorCode", "0x87d1041c\r")
	p.awaitText("#shown", "saved")
	if !strings.Contains(s.get(t, "3"), `"errorCode":-2016345060,`) {
		t.Error(s.get(t, "3"))
	}
}

func conflict(t *testing.T, browser context.Context) {
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
	p.awaitText("#shown", "MINE AGAIN was saved.")
	if body := s.get(t, "1"); !strings.Contains(body, `"deviceName":"MINE AGAIN"`) || !strings.Contains(body, `"osVersion":"13"`) {
		t.Error(body)
	}
}

func deletion(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.expected = []int{http.StatusNotFound}
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE")
	s.delete(t, "1")
	p.click("#save")
	p.awaitText("#detail-problem", "Nothing has been saved.")
	p.click("#close")
	p.click("#discard")
	p.click("[data-id='1']")
	p.awaitText("#problem", "Try again")
	p.click("#problem button")
	p.awaitText("#shown", "1 to 8 of 8")
}

func unsavedChanges(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("[data-id='1']")
	p.fill("#deviceName", "MINE")
	for range 3 { // without the page's own handling, the browser would close the dialog at the second Escape in a row
		p.press(kb.Escape)
		p.awaitText("#unsaved", "Your changes are not saved")
		p.await("document.activeElement.id === 'unsaved'")
		p.press(kb.Escape)
		p.await("!document.querySelector('#unsaved').checkVisibility() && document.activeElement.id === 'deviceName'")
	}
	p.click("#close")
	p.awaitText("#unsaved", "Your changes are not saved")
	p.shoot("unsaved")
	p.checkNames()
	p.click("#stay")
	p.await("document.activeElement.id === 'close' && document.querySelector('#deviceName').value === 'MINE'")
	p.click("#close")
	p.click("#discard")
	p.await("!document.querySelector('#detail').open && document.activeElement.dataset.id === '1'")
	if body := s.get(t, "1"); !strings.Contains(body, `"ADELE-LAPTOP"`) {
		t.Error(body)
	}
	p.click("[data-id='1']")
	p.await("document.querySelector('#deviceName').value === 'ADELE-LAPTOP'")
	p.fill("#deviceName", "MINE")
	p.fill("#deviceName", "ADELE-LAPTOP")
	p.click("#close")
	p.await("!document.querySelector('#detail').open")
}

func stateDetail(t *testing.T, browser context.Context) {
	s, p := openSample(t, browser)
	p.click("[data-id='3']")
	p.await("document.querySelector('#deviceName').value === 'ALEX-LAPTOP'")
	p.await("document.querySelector('#installStateDetail').selectedOptions[0].text === '(never set)'")
	p.value("document.querySelector('#installStateDetail').value = 'seeInstallErrorCode'")
	p.click("#save")
	p.awaitText("#shown", "saved")
	if body := s.get(t, "3"); !strings.Contains(body, `"installStateDetail":"seeInstallErrorCode"`) {
		t.Error(body)
	}
	p.click("[data-id='3']")
	p.await("document.querySelector('#installStateDetail').value === 'seeInstallErrorCode'")
	p.await("document.querySelector('#installStateDetail option').disabled")
	p.click("#close")
	p.click("[data-id='4']")
	p.await("document.querySelector('#deviceName').value === 'ALEX-TABLET' && !document.querySelector('#installStateDetail option').disabled")
}
