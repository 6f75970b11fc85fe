package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"rightkey/internal/i18n"
)

// The names of the cookies and form fields that keep a reader's choices.
const (
	langName  = "lang"
	themeName = "theme"
)

// preferenceLife is how long a browser remembers language and light.
const preferenceLife = 365 * 24 * time.Hour

// Preferences returns the language and light that a browser has chosen, or asks for by its headers. What a user has
// chosen before, on any device, goes in preferred.
func Preferences(r *http.Request, preferred ...string) (i18n.Lang, Theme) {
	choices := append([]string{CookieValue(r, langName)}, preferred...)
	return i18n.Negotiate(r.Header.Get("Accept-Language"), choices...), Theme(CookieValue(r, themeName)).known()
}

// preferring gives every request a viewer: a stranger with the browser's language and light.
func (s *Server) preferring(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang, theme := Preferences(r)
		w.Header().Add("Vary", "Accept-Language, Cookie")
		next.ServeHTTP(w, r.WithContext(WithViewer(r.Context(), Viewer{Lang: lang, Theme: theme})))
	})
}

// savePreferences keeps the language or light chosen in the header of a page and goes back to that page.
func (s *Server) savePreferences(w http.ResponseWriter, r *http.Request) error {
	if err := Form(r); err != nil {
		return err
	}
	if lang := r.PostForm.Get(langName); lang != "" && i18n.Known(i18n.Lang(lang)) {
		http.SetCookie(w, Cookie(r.Context(), langName, lang, preferenceLife))
	}
	if theme := Theme(r.PostForm.Get(themeName)); theme != "" {
		http.SetCookie(w, Cookie(r.Context(), themeName, string(theme.known()), preferenceLife))
	}
	http.Redirect(w, r, LocalPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// LocalPath returns a path of this site that was given as a place to go on to, and "/" for anything that could lead
// elsewhere.
func LocalPath(next string) string {
	target, err := url.Parse(next)
	leadsAway := err != nil || target.IsAbs() || target.Host != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t")
	if leadsAway {
		return "/"
	}
	return target.String()
}
