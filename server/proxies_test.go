package main

import "testing"

func TestTheLocationOfANewStatusHasTheProxysAddress(t *testing.T) {
	t.Parallel()
	header := map[string]string{"Prefer": "create-if-missing", "X-Forwarded-Host": "mdm.example:8443", "X-Forwarded-Proto": "https"}
	for _, c := range []struct {
		args    []string
		address func(base string) string
	}{
		{nil, func(base string) string { return base }},
		{[]string{"--trusted-proxies", "10.0.0.0/8"}, func(base string) string { return base }},
		{[]string{"--trusted-proxies", "10.0.0.0/8,127.0.0.1"}, func(string) string { return "https://mdm.example:8443" }},
	} {
		s := start(t, c.args...)
		target := statusPath("app", "id")
		a := s.do(t, call{target: target, body: `{}`, header: header})
		if want := c.address(s.base) + target; a.header.Get("Location") != want {
			t.Errorf("%v: Location: %s, want %s", c.args, a.header.Get("Location"), want)
		}
	}
}
