package crossorigin

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAnOriginIsSpelledAsBrowsersSendIt(t *testing.T) {
	for text, problem := range map[string]string{
		"https://app.example":                 "",
		"http://app.example":                  "",
		"http://localhost:3000":               "",
		"https://app.example:80":              "",
		"http://app.example:443":              "",
		"http://a:65535":                      "",
		"http://127.0.0.1:8080":               "",
		"http://[::1]:8080":                   "",
		"http://[2001:db8::1]":                "",
		"https://xn--bcher-kva.example":       "",
		"https://my_app.example":              "",
		"*":                                   "name each of them",
		"null":                                "files and sandboxed frames",
		"":                                    "as browsers send it",
		"app.example":                         "as browsers send it",
		"app.example:443":                     "as browsers send it",
		"//app.example":                       "as browsers send it",
		"https://":                            "as browsers send it",
		"https://app.example/":                "nothing after it",
		"https://app.example/page":            "nothing after it",
		"https://app.example?":                "nothing after it",
		"https://app.example#":                "nothing after it",
		" https://app.example":                "as browsers send it",
		"https://app.example\n":               "as browsers send it",
		"https://a@app.example":               "as browsers send it",
		"https://*.example":                   "as browsers send it",
		"https://App.example":                 "lower case",
		"HTTPS://app.example":                 "as browsers send it",
		"https://app.example.":                "as browsers send it",
		"https://.example":                    "as browsers send it",
		"https://app..example":                "as browsers send it",
		"https://bücher.example":              "xn--",
		"https://app.example:":                "unless it is the default",
		"https://app.example:443":             "unless it is the default",
		"http://app.example:80":               "unless it is the default",
		"http://app.example:0":                "the port",
		"http://app.example:08080":            "the port",
		"http://app.example:65536":            "the port",
		"http://app.example:-1":               "the port",
		"http://127.1":                        "as browsers send it",
		"http://127.0.0.01":                   "as browsers send it",
		"http://256.0.0.1":                    "as browsers send it",
		"http://app.1":                        "as browsers send it",
		"http://0x7f000001":                   "as browsers send it",
		"http://127.0.0.0x1":                  "as browsers send it",
		"http://app.0x":                       "as browsers send it",
		"http://app.0xyz":                     "",
		"http://::1":                          "as browsers send it",
		"http://[::1":                         "as browsers send it",
		"http://[]":                           "as browsers send it",
		"http://[0:0:0:0:0:0:0:1]":            "as browsers send it",
		"http://[::1%25lo]":                   "as browsers send it",
		"http://[::ffff:127.0.0.1]":           "as browsers send it",
		"http://[::ffff:7f00:1]":              "as browsers send it",
		"file://":                             "http:// or https://",
		"ftp://app.example":                   "http:// or https://",
		"https://a.example https://b.example": "nothing after it",
	} {
		var o Origin
		err := o.UnmarshalText([]byte(text))
		if problem == "" && (err != nil || string(o) != text) || problem != "" && (err == nil || !strings.Contains(err.Error(), problem) || o != "") {
			t.Errorf("%q: %q, %v, want an error with %q", text, o, err, problem)
		}
	}
}

func TestLoopbackOrigins(t *testing.T) {
	for origin, want := range map[string]bool{
		"http://localhost":                true,
		"https://localhost":               true,
		"http://localhost:1":              true,
		"https://localhost:65535":         true,
		"http://127.0.0.1:3000":           true,
		"http://127.255.255.254":          true,
		"http://[::1]":                    true,
		"https://[::1]:5173":              true,
		"":                                false,
		"null":                            false,
		"*":                               false,
		"localhost":                       false,
		"localhost:3000":                  false,
		"file://":                         false,
		"ftp://localhost":                 false,
		"http://LOCALHOST":                false,
		"http://localhost.":               false,
		"http://localhost/":               false,
		"http://localhost:":               false,
		"http://localhost:x":              false,
		"http://localhost:3000:3000":      false,
		"http://localhost:3000/..":        false,
		"http://localhost@evil.example":   false,
		"http://a@localhost":              false,
		"http://localhost.evil.example":   false,
		"http://localhost-evil.example":   false,
		"http://evil-localhost":           false,
		"http://evil.localhost":           false,
		"http://127.0.0.1.evil.example":   false,
		"http://127.0.0.1.":               false,
		"http://127.evil.example":         false,
		"http://127.1":                    false,
		"http://2130706433":               false,
		"http://0x7f000001":               false,
		"http://0177.0.0.1":               false,
		"http://0.0.0.0":                  false,
		"http://[::]":                     false,
		"http://[::1]evil.example":        false,
		"http://[::1].evil.example":       false,
		"http://[::1%25lo]":               false,
		"http://[::1%lo]":                 false,
		"http://xn--localhost":            false,
		"http://lоcalhost":                false, // a Cyrillic о
		"http://localhost%00.evil":        false,
		"http://localhost http://evil":    false,
		"http://localhost, http://evil":   false,
		"http://evil.example#localhost":   false,
		"http://evil.example/localhost":   false,
		"http://evil.example:@localhost":  false,
		"http://localhost\\@evil.example": false,
	} {
		if IsLoopback(origin) != want {
			t.Errorf("%q: %v, want %v", origin, !want, want)
		}
	}
}

// Whatever is put around a loopback host, only the host itself with a port is on loopback.
func TestNothingAroundALoopbackHostIsLoopback(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := netip.AddrFrom4([4]byte{127, rapid.Byte().Draw(t, "b"), rapid.Byte().Draw(t, "c"), rapid.Byte().Draw(t, "d")})
		host := rapid.SampledFrom([]string{"localhost", "[::1]", address.String()}).Draw(t, "host")
		scheme := rapid.SampledFrom([]string{"http://", "https://"}).Draw(t, "scheme")
		port := ""
		if n := rapid.Uint16Min(1).Draw(t, "port"); n != 80 && n != 443 {
			port = fmt.Sprint(":", n)
		}
		if !IsLoopback(scheme + host + port) {
			t.Fatalf("%s%s%s is not on loopback", scheme, host, port)
		}
		junk := rapid.OneOf(
			rapid.StringMatching(`[ -~]{1,12}`),
			rapid.SampledFrom([]string{".", ".evil.example", "@", "@evil.example", "evil.example@", "evil.", "x", "%00", "\x00", "\\", "/", "?", "#", "\t", "\u200b", "。", "xn--", ":", "%25lo"}),
		).Draw(t, "junk")
		for _, origin := range []string{scheme + junk + host + port, scheme + host + junk + port, junk + scheme + host + port, scheme + host + port + junk} {
			var o Origin
			if !IsLoopback(origin) {
				continue
			}
			if err := o.UnmarshalText([]byte(origin)); err != nil {
				t.Fatalf("%q is on loopback, but not an origin: %v", origin, err)
			}
			rest := strings.TrimPrefix(strings.TrimPrefix(origin, "http://"), "https://")
			if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, ']') {
				rest = rest[:colon]
			}
			if read, err := netip.ParseAddr(strings.Trim(rest, "[]")); rest != "localhost" && (err != nil || !read.IsLoopback()) {
				t.Fatalf("%q is on loopback", origin)
			}
		}
	})
}
