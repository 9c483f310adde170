package main

import (
	"fmt"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/api/status"
)

func TestAFaultIsLoggedOnceAndARefusalByWhoeverRefuses(t *testing.T) {
	for _, c := range []struct {
		rule   string
		fault  error
		logged string
	}{
		{"no fault", nil, ""},
		{"a fault", fmt.Errorf("reading: %w", status.ErrUnavailable), `"msg":"fault","request_id":"1","error":"reading: the store is unavailable"`},
		{"a refusal", fmt.Errorf("reading: %w", status.ErrRefused), ""},
	} {
		logged := new(syncBuffer)
		logExchanges(newLog(logged), false)(api.Exchange{RequestID: "1", Fault: c.fault})
		if line := logged.String(); !strings.Contains(line, c.logged) || (line == "") != (c.logged == "") {
			t.Errorf("%s is logged as %s", c.rule, line)
		}
	}
}
