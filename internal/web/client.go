package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// origin finds out who sent a request and whether it was encrypted on its way. Forwarded headers count only where
// the peer is a listed proxy, and then only its own words: of several addresses, the last that is no proxy.
func (s *Server) origin(r *http.Request) request {
	peer := peerAddress(r.RemoteAddr)
	found := request{client: peer, secure: r.TLS != nil}
	if !s.isProxy(peer) {
		return found
	}
	found.secure = found.secure || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		found.client = address.Unmap()
		if !s.isProxy(found.client) {
			break
		}
	}
	return found
}

// peerAddress reads the address of a connection; the zero Addr where it has none.
func peerAddress(remote string) netip.Addr {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap()
}

func (s *Server) isProxy(address netip.Addr) bool {
	return slices.ContainsFunc(s.options.Proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}
