package front

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// AddressRange is a range of IP addresses, or one address.
type AddressRange struct{ netip.Prefix }

// UnmarshalText accepts both 10.0.0.0/8 and 10.0.0.1.
func (r *AddressRange) UnmarshalText(text []byte) error {
	if address, err := netip.ParseAddr(string(text)); err == nil {
		address = address.Unmap().WithZone("")
		r.Prefix = netip.PrefixFrom(address, address.BitLen())
		return nil
	}
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil || prefix.Addr().Is4In6() {
		return fmt.Errorf("%q is neither an address nor a range such as 10.0.0.0/8", text)
	}
	r.Prefix = prefix
	return nil
}

// origin finds out where a request came from and which address it was sent to, and sets the request's URL.Scheme, Host
// and RemoteAddr. It believes the forwarding headers of trusted proxies only, and removes them from every request.
type origin struct {
	next    http.Handler
	scheme  string
	trusted []AddressRange
}

// WithOrigin sets the scheme, the host and the client's address of each request before next sees it. The scheme is the
// listener's; trusted proxies may report other values.
func WithOrigin(next http.Handler, scheme string, trusted []AddressRange) http.Handler {
	return origin{next: next, scheme: scheme, trusted: trusted}
}

func (o origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.URL.Scheme = o.scheme // not the one that the request claims in an absolute target or in HTTP/2's :scheme
	if peer, ok := addressOf(r.RemoteAddr); ok && o.trusts(peer) {
		o.believe(r)
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		delete(r.Header, name)
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && r.Host == "" {
		r.Host = local.String()
	}
	if !isHost(r.Host) { // net/http checks the host of HTTP/1.1 only, and not strictly
		http.Error(w, "400 Bad Request: malformed Host header", http.StatusBadRequest)
		return
	}
	o.next.ServeHTTP(w, r)
}

// believe applies the forwarding headers of the proxies in front. Each proxy appends an address on the right, so the
// client is the first address from the right that is not a trusted proxy. The last scheme and the last host count: the
// nearest proxy wrote them.
func (o origin) believe(r *http.Request) {
	hops := forwarded(r, "X-Forwarded-For")
	for i := len(hops) - 1; i >= 0; i-- {
		client, ok := addressOf(hops[i])
		if !ok {
			break
		}
		r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
		if !o.trusts(client) {
			break
		}
	}
	if schemes := forwarded(r, "X-Forwarded-Proto"); len(schemes) > 0 {
		if scheme := strings.ToLower(schemes[len(schemes)-1]); scheme == "http" || scheme == "https" {
			r.URL.Scheme = scheme
		}
	}
	if hosts := forwarded(r, "X-Forwarded-Host"); len(hosts) > 0 && isHost(hosts[len(hosts)-1]) {
		r.Host = hosts[len(hosts)-1]
	}
}

func (o origin) trusts(address netip.Addr) bool {
	for _, r := range o.trusted {
		if r.Contains(address) {
			return true
		}
	}
	return false
}

// forwarded returns the elements of a list header, from all of its lines.
func forwarded(r *http.Request, name string) []string {
	lines := r.Header.Values(name)
	if len(lines) == 0 {
		return nil
	}
	values := strings.Split(strings.Join(lines, ","), ",")
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return values
}

// addressOf parses an address with or without a port: some proxies add one in X-Forwarded-For.
func addressOf(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}

// isHost reports whether text is the host of a URL: a name or an address, with or without a port.
func isHost(text string) bool {
	host := text
	if colon := strings.LastIndexByte(text, ':'); colon > strings.LastIndexByte(text, ']') {
		if port := text[colon+1:]; port != "" {
			if _, err := strconv.ParseUint(port, 10, 16); err != nil {
				return false
			}
		}
		host = text[:colon]
	}
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		address, err := netip.ParseAddr(host[1 : len(host)-1])
		return err == nil && address.Is6() && address.Zone() == ""
	}
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._", r)
	})
}
