package front

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"installstatus/server/front/fronttest"
)

// origins returns the address of a server that answers with the origin of a request and the names of the forwarding headers
// that are left.
func origins(t testing.TB, scheme string, trusted ...string) string {
	t.Helper()
	probe := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if strings.HasPrefix(name, "X-") || name == "Forwarded" {
				fmt.Fprint(w, name, " is left, ")
			}
		}
		fmt.Fprint(w, r.URL.Scheme, "://", r.Host, " ", r.RemoteAddr)
	})
	return listening(t, DefaultLimits(0, 0).Server(WithOrigin(probe, scheme, ranges(t, trusted...)), nil))
}

func ranges(t testing.TB, texts ...string) []AddressRange {
	t.Helper()
	read := make([]AddressRange, len(texts))
	for i, text := range texts {
		if err := read[i].UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return read
}

// listening serves until the test ends, and returns the address.
func listening(t testing.TB, server *http.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

func TestTrustedProxiesReportTheOriginOfARequest(t *testing.T) {
	us := []string{"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"}
	const direct = "http://status.example sender"
	for _, c := range []struct {
		name    string
		trusted []string
		headers string
		want    string
	}{
		{"no headers", us, "", direct},
		{"all headers", us, "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: mdm.example:8443", "https://mdm.example:8443 192.0.2.7:0"},
		{"only the host", us, "X-Forwarded-Host: mdm.example", "http://mdm.example sender"},
		{"only the scheme, in any case", us, "X-Forwarded-Proto: HTTPS", "https://status.example sender"},
		{"no trusted proxies", nil, "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example", direct},
		{"another proxy is trusted", us[1:], "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example", direct},
		{"another proxy is trusted, and named", us[1:], "X-Forwarded-For: 10.0.0.1, 127.0.0.1", direct},

		{"the client is the first from the right that is not trusted", us, "X-Forwarded-For: 198.51.100.1, 192.0.2.7, 10.1.2.3, 2001:db8::5", "http://status.example 192.0.2.7:0"},
		{"the client's own headers do not count", us, "X-Forwarded-For: 127.0.0.1, 192.0.2.7", "http://status.example 192.0.2.7:0"},
		{"on several lines", us, "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 10.1.2.3", "http://status.example 192.0.2.7:0"},
		{"all are trusted", us, "X-Forwarded-For: 10.0.0.9, 10.0.0.8", "http://status.example 10.0.0.9:0"},
		{"with ports", us, "X-Forwarded-For: 192.0.2.7:5501, 10.0.0.1:443", "http://status.example 192.0.2.7:0"},
		{"version 6", us, "X-Forwarded-For: 2001:db9::7", "http://status.example [2001:db9::7]:0"},
		{"version 6 with a port", us, "X-Forwarded-For: [2001:db9::7]:5501", "http://status.example [2001:db9::7]:0"},
		{"version 4 within 6", us, "X-Forwarded-For: 192.0.2.7, ::ffff:10.0.0.1", "http://status.example 192.0.2.7:0"},
		{"up to a malformed address", us, "X-Forwarded-For: 192.0.2.7, unknown, 10.0.0.1", "http://status.example 10.0.0.1:0"},
		{"only a malformed address", us, "X-Forwarded-For: _hidden", direct},
		{"an empty list", us, "X-Forwarded-For:", direct},

		{"the nearest proxy's value of several counts", us, "X-Forwarded-Host: evil.example, mdm.example\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Proto: https", "https://mdm.example sender"},
		{"another scheme", us, "X-Forwarded-Proto: javascript", direct},
		{"a host with a path", us, "X-Forwarded-Host: evil.example/x", direct},
		{"a host with a user", us, "X-Forwarded-Host: a@evil.example", direct},
		{"a host with a quote", us, `X-Forwarded-Host: evil.example"x`, direct},
		{"a host with a space", us, "X-Forwarded-Host: evil example", direct},
		{"an empty host", us, "X-Forwarded-Host:", direct},
		{"other headers are ignored", us, "Forwarded: for=192.0.2.7;proto=https;host=mdm.example\r\nX-Real-IP: 192.0.2.7", direct},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := "GET /beta HTTP/1.1\r\nHost: status.example\r\nConnection: close\r\n"
			if c.headers != "" {
				request += c.headers + "\r\n"
			}
			_, body, sender := fronttest.Exchange(t, origins(t, "http", c.trusted...), request+"\r\n")
			if want := strings.Replace(c.want, "sender", sender, 1); body != want {
				t.Errorf("the origin is %s, want %s", body, want)
			}
		})
	}
}

func TestTheTargetOfARequestDoesNotSetTheScheme(t *testing.T) {
	for scheme, target := range map[string]string{"http": "https://status.example/beta", "https": "http://status.example/beta"} {
		_, body, sender := fronttest.Exchange(t, origins(t, scheme), "GET "+target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if want := scheme + "://status.example " + sender; body != want {
			t.Errorf("the origin is %s, want %s", body, want)
		}
	}
}

func TestWithoutAHostTheHostIsTheLocalAddress(t *testing.T) {
	address := origins(t, "http")
	_, body, sender := fronttest.Exchange(t, address, "GET /beta HTTP/1.0\r\n\r\n")
	if want := "http://" + address + " " + sender; body != want {
		t.Errorf("the origin is %s, want %s", body, want)
	}
}

func TestAHostIsANameOrAnAddressWithOrWithoutAPort(t *testing.T) {
	for host, status := range map[string]int{
		"localhost": 200, "127.0.0.1:8080": 200, "status.example": 200, "STATUS.example.:443": 200, "a_b-c.1": 200,
		"[::1]": 200, "[2001:db8::1]:8443": 200, "localhost:": 200,
		"a/b": 400, "a?b": 400, "a#b": 400, "a@b": 400, "a b": 400, `a"b`: 400, "a<b": 400, "a'b": 400, "a%2fb": 400, "ü": 400,
		"a:b": 400, "a:1:2": 400, "a:65536": 400, "a:-1": 400, ":80": 400, "::1": 400, "[::1": 400, "[127.0.0.1]": 400, "[fe80::1%1]": 400, "[a]": 400, "[]": 400,
	} {
		recorder, request := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/beta", nil)
		request.Host = host // as HTTP/2 lets it through
		WithOrigin(http.NotFoundHandler(), "https", nil).ServeHTTP(recorder, request)
		if refused := recorder.Code == http.StatusBadRequest; refused != (status == 400) {
			t.Errorf("%s: %d", host, recorder.Code)
		}
	}
}

func TestAnAddressRangeIsAnAddressOrARange(t *testing.T) {
	for text, wellFormed := range map[string]bool{
		"10.0.0.0/8": true, "10.1.2.3/8": true, "10.0.0.1": true, "::1": true, "2001:db8::/32": true, "::ffff:10.0.0.1": true, "0.0.0.0/0": true,
		"10.0.0.0/33": false, "10.0.0": false, "localhost": false, "": false, "::ffff:10.0.0.0/104": false, "10.0.0.0-10.0.0.9": false,
	} {
		if err := new(AddressRange).UnmarshalText([]byte(text)); (err == nil) != wellFormed {
			t.Errorf("%q: %v", text, err)
		}
	}
}
