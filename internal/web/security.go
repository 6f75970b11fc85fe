package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/a-h/templ"
)

// request is what the server itself knows of a request.
type request struct {
	id     string
	client netip.Addr
	secure bool
}

type requestKey struct{}

// RequestID returns the number by which a request is found in the log, to be shown on error pages.
func RequestID(ctx context.Context) string { return requestFrom(ctx).id }

// ClientAddress returns the address a request came from: the peer's, or what a listed proxy says of its own peer.
func ClientAddress(ctx context.Context) netip.Addr { return requestFrom(ctx).client }

// Secure says whether the request came by TLS, to this server or to a listed proxy.
func Secure(ctx context.Context) bool { return requestFrom(ctx).secure }

func requestFrom(ctx context.Context) request {
	known, _ := ctx.Value(requestKey{}).(request)
	return known
}

// secured finds out where a request comes from and sets the headers that every answer carries.
func (s *Server) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := s.origin(r)
		known.id = rand.Text()[:12]
		nonce := rand.Text()
		setSecurityHeaders(w.Header(), nonce, known.secure)
		ctx := context.WithValue(r.Context(), requestKey{}, known)
		next.ServeHTTP(w, r.WithContext(templ.WithNonce(ctx, nonce)))
	})
}

// setSecurityHeaders allows a page nothing but its own style sheet, script, images and answers, keeps it out of
// frames, caches and other sites' hands (ASVS 5.0: V3.4, V14.3.2).
func setSecurityHeaders(h http.Header, nonce string, secure bool) {
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'self' 'nonce-%s'; "+
		"style-src 'self' 'nonce-%s'; img-src 'self'; connect-src 'self'; form-action 'self'; "+
		"frame-ancestors 'none'; base-uri 'none'; object-src 'none'", nonce, nonce))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}
