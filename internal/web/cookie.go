package web

import (
	"context"
	"net/http"
	"time"
)

// CookieName returns the name under which a cookie is kept. By TLS it carries the prefix that binds it to this very
// host; without TLS, which the server speaks on a loopback address only, browsers would refuse that name.
func CookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return "rightkey-" + name
}

// Cookie makes a cookie that scripts cannot read and other sites cannot send along. It lives as long as lasts, or
// until the browser closes if that is 0; a negative duration deletes it.
func Cookie(ctx context.Context, name, value string, lasts time.Duration) *http.Cookie {
	secure := Secure(ctx)
	cookie := &http.Cookie{
		Name:     CookieName(name, secure),
		Value:    value,
		Path:     "/",
		Secure:   secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		MaxAge:   int(lasts.Seconds()),
	}
	if lasts < 0 {
		cookie.MaxAge = -1
	}
	return cookie
}

// CookieValue returns the value of a cookie of the request, or nothing.
func CookieValue(r *http.Request, name string) string {
	cookie, err := r.Cookie(CookieName(name, Secure(r.Context())))
	if err != nil {
		return ""
	}
	return cookie.Value
}
