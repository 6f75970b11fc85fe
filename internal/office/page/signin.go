package page

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func (p *Pages) loginPage(w http.ResponseWriter, r *http.Request) error {
	if web.ViewerFrom(r.Context()).LoggedIn {
		return seeOther(w, r, web.LocalPath(r.URL.Query().Get("next")), "")
	}
	return p.showLogin(w, r, http.StatusOK, r.URL.Query().Get("next"), "", nil)
}

func (p *Pages) showLogin(w http.ResponseWriter, r *http.Request, status int, next, login string, notices []web.Notice) error {
	ctx := r.Context()
	page := p.Frame.Page(r, web.T(ctx, "office.login.title"))
	page.Flash = append(page.Flash, notices...)
	parts := []templ.Component{form{
		Action: "/login", Submit: web.T(ctx, "office.login.submit"), Hidden: []web.Pair{{Name: "next", Value: next}},
		Fields: []web.Field{
			{Name: "login", Label: web.T(ctx, "office.login.login"), Value: login, Required: true, Autocomplete: "username"},
			{Name: "password", Label: web.T(ctx, "office.login.password"), Kind: web.FieldPassword, Required: true, Autocomplete: "current-password"},
		},
	}, text(web.T(ctx, "office.login.help"))}
	if p.Identity != nil {
		parts = append(parts, web.Action{Label: web.T(ctx, "office.login.provider"), Href: "/login/oidc?" + url.Values{"next": {next}}.Encode(), Icon: "key"})
	}
	return show(w, r, status, page, panel(web.T(ctx, "office.login.head"), parts...))
}

func (p *Pages) login(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	next, login := r.PostForm.Get("next"), r.PostForm.Get("login")
	half, err := p.Sessions.SignIn(w, r, login, r.PostForm.Get("password"))
	if err == nil && half {
		return seeOther(w, r, codePath(next), "")
	}
	if err == nil {
		return seeOther(w, r, web.LocalPath(next), "")
	}
	if !fault.Is(err, fault.Unauthorized) && !fault.Is(err, fault.TooMany) {
		return err
	}
	if wait := office.RetryAfter(err); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	notices, err2 := (&form{}).wrong(r.Context(), err)
	if err2 != nil {
		return fmt.Errorf("say why nobody was signed in: %w", err2)
	}
	return p.showLogin(w, r, web.Status(err), next, login, notices)
}

func (p *Pages) logout(w http.ResponseWriter, r *http.Request) error {
	if err := p.Sessions.SignOut(w, r); err != nil {
		return err
	}
	return seeOther(w, r, "/login", "signed_out")
}

func (p *Pages) activatePage(w http.ResponseWriter, r *http.Request) error {
	return p.showActivate(w, r, r.URL.Query().Get("code"), nil)
}

func (p *Pages) showActivate(w http.ResponseWriter, r *http.Request, code string, cause error) error {
	ctx := r.Context()
	f := form{
		Action: "/activate", Submit: web.T(ctx, "office.activate.submit"),
		Fields: []web.Field{
			{Name: "code", Label: web.T(ctx, "office.activate.code"), Help: web.T(ctx, "office.activate.code_help"), Value: code, Required: true, Autocomplete: "off"},
			{Name: "password", Label: web.T(ctx, "office.activate.password"), Help: web.T(ctx, "office.activate.password_help", "advised", office.AdvisedPassword),
				Kind: web.FieldPassword, Required: true, Autocomplete: "new-password"},
			{Name: "again", Label: web.T(ctx, "office.activate.again"), Kind: web.FieldPassword, Required: true, Autocomplete: "new-password"},
		},
	}
	page := p.Frame.Page(r, web.T(ctx, "office.activate.title"))
	status := http.StatusOK
	if cause != nil {
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, panel(web.T(ctx, "office.activate.head"), f))
}

func (p *Pages) activate(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	code, password := r.PostForm.Get("code"), r.PostForm.Get("password")
	if password != r.PostForm.Get("again") {
		said := web.T(r.Context(), "office.fault.password_again")
		return p.showActivate(w, r, code, fault.New(fault.Invalid, "%s", said).With(0, "again", "%s", said))
	}
	half, err := p.Sessions.Activate(w, r, code, password)
	if err != nil {
		return p.showActivate(w, r, code, err)
	}
	if half {
		return seeOther(w, r, codePath("/"), "")
	}
	return seeOther(w, r, "/", "activated")
}

// codePath is where the code of the second factor is asked for.
func codePath(next string) string { return "/login/code?" + url.Values{"next": {next}}.Encode() }
