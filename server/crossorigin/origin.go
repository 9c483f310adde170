package crossorigin

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Origin is the origin of web pages as browsers send it: http or https, a host, and a port unless it is the scheme's default.
type Origin string

// UnmarshalText accepts an origin only as browsers spell it, because an Origin header matches in this spelling alone.
func (o *Origin) UnmarshalText(text []byte) error {
	switch string(text) {
	case "*":
		return fmt.Errorf("%q is not an origin: name each of them", text)
	case "null":
		return fmt.Errorf("%q is not an origin: browsers send it for every page without one, such as files and sandboxed frames", text)
	}
	if _, ok := hostOf(string(text)); !ok {
		return fmt.Errorf("%q is not an origin as browsers send it, such as https://app.example or http://localhost:3000: "+
			"http:// or https://, then the host in lower case (xn--… for a name that is not ASCII), then the port unless it is the default, and nothing after it", text)
	}
	*o = Origin(text)
	return nil
}

// IsLoopback reports whether an Origin header names a page of this machine: localhost, 127.0.0.0/8 or [::1], on any port.
func IsLoopback(origin string) bool {
	host, ok := hostOf(origin)
	address, err := netip.ParseAddr(host)
	return ok && (host == "localhost" || err == nil && address.IsLoopback())
}

var spelling = regexp.MustCompile(`^(https?)://(\[[0-9a-f:]+\]|[0-9a-z_-]+(?:\.[0-9a-z_-]+)*)(?::([1-9][0-9]*))?$`)

// hostOf returns the host of an origin, without brackets. It is false unless the text is an origin as browsers spell it.
func hostOf(text string) (host string, ok bool) {
	parts := spelling.FindStringSubmatch(text)
	if parts == nil {
		return "", false
	}
	scheme, host, port := parts[1], parts[2], parts[3]
	if port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
			return "", false
		}
	}
	if strings.HasPrefix(host, "[") {
		address, err := netip.ParseAddr(host[1 : len(host)-1])
		return address.String(), err == nil && !address.Is4In6() && host == "["+address.String()+"]"
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") && strings.Trim(last[2:], "0123456789abcdef") == "" { // browsers read such a host as an IPv4 address
		_, err := netip.ParseAddr(host)
		return host, err == nil
	}
	return host, true
}
