package office

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/web"
)

// PurposeHeader is how a caller with a token states what the work is for.
const PurposeHeader = "Rightkey-Purpose"

type callerKey struct{}

// CallerFrom returns the caller of the request, for web.Options.Caller; the zero Caller for a stranger.
func CallerFrom(ctx context.Context) access.Caller {
	c, _ := ctx.Value(callerKey{}).(access.Caller)
	return c
}

// PlaceOf is where a request comes from, for the journal and the limits of sign-in.
func PlaceOf(r *http.Request) string {
	if address := web.ClientAddress(r.Context()); address.IsValid() {
		return address.String()
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Handler finds out who is logged in and puts the caller and its viewer into the context, for web.Options.Session.
func (s *Sessions) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") || web.CookieValue(r, cookieName) == "" {
			next.ServeHTTP(w, r)
			return
		}
		a, c, err := s.byCookie(r)
		switch {
		case err == nil:
			ctx := context.WithValue(r.Context(), callerKey{}, c)
			next.ServeHTTP(w, r.WithContext(web.WithViewer(ctx, viewerOf(r, a, c))))
		case fault.Is(err, fault.Unauthorized):
			next.ServeHTTP(w, r)
		default:
			slog.ErrorContext(r.Context(), "find out who is logged in", "id", web.RequestID(r.Context()), "error", err)
			http.Error(w, i18n.T(web.Lang(r.Context()), "error.unavailable"), http.StatusServiceUnavailable)
		}
	})
}

// byCookie returns the account and caller of the request's session, or an Unauthorized fault.
func (s *Sessions) byCookie(r *http.Request) (Account, access.Caller, error) {
	ctx, err := s.loaded(r)
	if err != nil {
		return Account{}, access.Caller{}, err
	}
	id, err := strconv.ParseInt(s.scs.GetString(ctx, keyAccount), 10, 64)
	if err != nil {
		return Account{}, access.Caller{}, refuse(r.Context(), fault.Unauthorized, "log_in")
	}
	a, c, err := s.office.callerOf(ctx, id)
	c.Place, c.Purpose = PlaceOf(r), s.scs.GetString(ctx, keyPurpose)
	proved, _ := strconv.ParseInt(s.scs.GetString(ctx, keyProved), 10, 64)
	c.Proved = clock.Time(proved)
	return a, c, err
}

func viewerOf(r *http.Request, a Account, c access.Caller) web.Viewer {
	lang, theme := web.Preferences(r, a.Lang)
	if theme == web.ThemeAuto && a.Theme != "" {
		theme = web.Theme(a.Theme)
	}
	return web.Viewer{Name: a.Name, Role: roleName(lang, c), Lang: lang, Theme: theme, LoggedIn: true}
}

// roleName names the first role that the caller has today.
func roleName(lang i18n.Lang, c access.Caller) string {
	for _, g := range c.Holding() {
		return RoleName(lang, g.Role)
	}
	return ""
}

// RoleName is a role in words.
func RoleName(lang i18n.Lang, role string) string {
	if key := "office.role." + role; i18n.Has(key) {
		return i18n.T(lang, key)
	}
	return role
}

// Authenticate finds out who asks, by token or by the session's cookie, for rest.Options.Authenticate. It returns an
// Unauthorized fault for a stranger and for a token that is wrong, whatever else the request brings.
func (s *Sessions) Authenticate(r *http.Request) (access.Caller, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return s.byToken(r, header)
	}
	if c := CallerFrom(r.Context()); c.Account != 0 {
		return c, nil
	}
	_, c, err := s.byCookie(r)
	if err != nil {
		return access.Caller{}, err
	}
	return c, nil
}

func (s *Sessions) byToken(r *http.Request, header string) (access.Caller, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return access.Caller{}, wrongToken(r.Context())
	}
	c, err := s.office.callerOfToken(r.Context(), strings.TrimSpace(token))
	if err != nil {
		return access.Caller{}, err
	}
	c.Place, c.Purpose = PlaceOf(r), r.Header.Get(PurposeHeader)
	if c.Purpose != "" && !slices.Contains(access.Purposes(), c.Purpose) {
		return access.Caller{}, invalid(r.Context(), "header."+PurposeHeader, "purpose")
	}
	return c, nil
}
