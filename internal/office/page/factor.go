package page

import (
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func codeField(r *http.Request) web.Field {
	ctx := r.Context()
	return web.Field{Name: "code", Label: web.T(ctx, "office.factor.code"), Help: web.T(ctx, "office.factor.code_help"), Required: true, Autocomplete: "one-time-code"}
}

// codePage asks for the code of somebody whose password was right.
func (p *Pages) codePage(w http.ResponseWriter, r *http.Request) error {
	return p.showCode(w, r, http.StatusOK, r.URL.Query().Get("next"), nil)
}

func (p *Pages) showCode(w http.ResponseWriter, r *http.Request, status int, next string, cause error) error {
	ctx := r.Context()
	f := form{Action: "/login/code", Submit: web.T(ctx, "office.login.submit"), Hidden: []web.Pair{{Name: "next", Value: next}}, Fields: []web.Field{codeField(r)}}
	page := p.Frame.Page(r, web.T(ctx, "office.login.title"))
	if cause != nil {
		if wait := office.RetryAfter(cause); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		}
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, panel(web.T(ctx, "office.factor.sign_in"), text(web.T(ctx, "office.factor.sign_in_help")), f))
}

func (p *Pages) signInCode(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	next := r.PostForm.Get("next")
	err := p.Sessions.SignInCode(w, r, r.PostForm.Get("code"))
	if err == nil {
		return seeOther(w, r, web.LocalPath(next), "")
	}
	if !fault.Is(err, fault.Unauthorized) && !fault.Is(err, fault.TooMany) {
		return err
	}
	return p.showCode(w, r, http.StatusOK, next, err)
}

// provePath is where somebody proves who they are before going on to a page.
func provePath(next string) string { return "/me/prove?" + url.Values{"next": {next}}.Encode() }

func (p *Pages) provePage(w http.ResponseWriter, r *http.Request) error {
	return p.showProve(w, r, http.StatusOK, r.URL.Query().Get("next"), nil)
}

func (p *Pages) showProve(w http.ResponseWriter, r *http.Request, status int, next string, cause error) error {
	ctx := r.Context()
	has, err := p.Office.HasFactor(ctx, office.CallerFrom(ctx).Account)
	if err != nil {
		return err
	}
	field := web.Field{Name: "code", Label: web.T(ctx, "office.login.password"), Kind: web.FieldPassword, Required: true, Autocomplete: "current-password"}
	if has {
		field = codeField(r)
	}
	f := form{Action: "/me/prove", Submit: web.T(ctx, "office.prove.submit"), Hidden: []web.Pair{{Name: "next", Value: next}}, Fields: []web.Field{field}, Cancel: "/me"}
	title := web.T(ctx, "office.prove.title")
	page := p.Frame.Page(r, title)
	if cause != nil {
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, panel(title, text(web.T(ctx, "office.prove.help")), f))
}

func (p *Pages) prove(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	next := r.PostForm.Get("next")
	if err := p.Sessions.Prove(r, r.PostForm.Get("code")); err != nil {
		return p.showProve(w, r, http.StatusOK, next, err)
	}
	return seeOther(w, r, web.LocalPath(next), "")
}

// proved lets through who has proved who they are in the last quarter of an hour; others do so first and come back to
// the page that the form was on.
func (p *Pages) proved(back func(*http.Request) string, h web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if office.Proved(office.CallerFrom(r.Context()), p.Clock.Now()) {
			return h(w, r)
		}
		return seeOther(w, r, provePath(back(r)), "")
	}
}

// factorPage shows the own second factor: none, one that waits for its first code, or an active one.
func (p *Pages) factorPage(w http.ResponseWriter, r *http.Request) error {
	return p.showFactor(w, r, http.StatusOK, nil, nil)
}

func (p *Pages) showFactor(w http.ResponseWriter, r *http.Request, status int, first templ.Component, cause error) error {
	ctx := r.Context()
	c := office.CallerFrom(ctx)
	active, err := p.Office.HasFactor(ctx, c.Account)
	if err != nil {
		return err
	}
	enrolment, pending, err := p.Office.PendingFactor(ctx, c)
	if err != nil {
		return err
	}
	title := web.T(ctx, "office.factor.title")
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.me.title"), Href: "/me"}, web.Crumb{Label: title})
	var f form
	parts := []templ.Component{text(web.T(ctx, "office.factor.help"))}
	switch {
	case active:
		f = form{Action: "/me/factor/end", Submit: web.T(ctx, "office.factor.end"), Plain: true, Fields: []web.Field{codeField(r)}}
		parts = append(parts, web.Badge{Tone: web.ToneGood, Text: web.T(ctx, "office.factor.on")})
	case pending:
		code, err := web.QR(enrolment.URL, web.T(ctx, "office.factor.qr"))
		if err != nil {
			return err
		}
		f = form{Action: "/me/factor/confirm", Submit: web.T(ctx, "office.factor.confirm"), Fields: []web.Field{codeField(r)}}
		parts = append(parts, code, once(web.T(ctx, "office.factor.secret"), enrolment.Secret))
	default:
		f = form{Action: "/me/factor", Submit: web.T(ctx, "office.factor.begin")}
	}
	if cause != nil {
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	parts = append(parts, f)
	content := []templ.Component{panel(title, parts...)}
	if first != nil {
		content = append([]templ.Component{first}, content...)
	}
	return show(w, r, status, page, content...)
}

func (p *Pages) beginFactor(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.Office.BeginFactor(r.Context(), office.CallerFrom(r.Context())); err != nil {
		return p.showFactor(w, r, http.StatusOK, nil, err)
	}
	return seeOther(w, r, "/me/factor", "")
}

func (p *Pages) confirmFactor(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.Office.ConfirmFactor(ctx, office.CallerFrom(ctx), r.PostForm.Get("code"), p.Sessions.Current(r))
	if err != nil {
		return p.showFactor(w, r, http.StatusOK, nil, err)
	}
	shown := panel(web.T(ctx, "office.factor.recovery"), text(web.T(ctx, "office.factor.recovery_help")), codes(web.T(ctx, "office.factor.recovery_once"), list))
	return p.showFactor(w, r, http.StatusOK, shown, nil)
}

func (p *Pages) endFactor(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	if err := p.Office.EndFactor(r.Context(), office.CallerFrom(r.Context()), r.PostForm.Get("code")); err != nil {
		return p.showFactor(w, r, http.StatusOK, nil, err)
	}
	return seeOther(w, r, "/me/factor", "factor_ended")
}

// takeFactor takes the second factor of somebody who lost it.
func (p *Pages) takeFactor(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := p.Office.TakeFactor(r.Context(), office.CallerFrom(r.Context()), id); err != nil {
		return err
	}
	return seeOther(w, r, accountPath(id), "factor_taken")
}

func (p *Pages) registerFactor(s *web.Server) {
	s.Handle("GET /login/code", web.Public, p.codePage)
	s.Handle("POST /login/code", web.Public, p.signInCode)
	s.Handle("GET /me/prove", web.Login, p.provePage)
	s.Handle("POST /me/prove", web.Login, p.prove)
	s.Handle("GET /me/factor", web.Login, p.factorPage)
	s.Handle("POST /me/factor", web.Login, p.proved(backTo("/me/factor"), p.beginFactor))
	s.Handle("POST /me/factor/confirm", web.Login, p.confirmFactor)
	s.Handle("POST /me/factor/end", web.Login, p.endFactor)
}

// backTo leads back to one page.
func backTo(path string) func(*http.Request) string {
	return func(*http.Request) string { return path }
}

// backToAccount leads back to the page of the account that a form was about.
func backToAccount(r *http.Request) string { return "/accounts/" + r.PathValue("id") }
