package page

import (
	"net/http"

	"rightkey/internal/fault"
	"rightkey/internal/web"
)

func (p *Pages) identityPage(w http.ResponseWriter, r *http.Request) error {
	return p.Identity.Begin(w, r, r.URL.Query().Get("next"))
}

// identityBack takes who comes back from the identity provider.
func (p *Pages) identityBack(w http.ResponseWriter, r *http.Request) error {
	next, half, err := p.Identity.Finish(w, r, p.Sessions)
	switch {
	case fault.Is(err, fault.Unauthorized):
		notices, wrong := (&form{}).wrong(r.Context(), err)
		if wrong != nil {
			return wrong
		}
		return p.showLogin(w, r, web.Status(err), next, "", notices)
	case err != nil:
		return err
	case half:
		return seeOther(w, r, codePath(next), "")
	}
	return seeOther(w, r, web.LocalPath(next), "")
}

func (p *Pages) registerIdentity(s *web.Server) {
	if p.Identity != nil {
		s.Handle("GET /login/oidc", web.Public, p.identityPage)
		s.Handle("GET /login/oidc/back", web.Public, p.identityBack)
	}
}
