package page

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func (p *Pages) mePage(w http.ResponseWriter, r *http.Request) error {
	return p.showMe(w, r, http.StatusOK, nil, nil)
}

// showMe shows the own account; first is shown on top, and changed are forms that could not be taken, by their
// action.
func (p *Pages) showMe(w http.ResponseWriter, r *http.Request, status int, first []templ.Component, changed map[string]form) error {
	ctx := r.Context()
	caller := office.CallerFrom(ctx)
	a, err := p.Office.Own(ctx, caller)
	if err != nil {
		return err
	}
	sessions, err := p.sessionTable(r)
	if err != nil {
		return err
	}
	tokens, err := p.tokenTable(r)
	if err != nil {
		return err
	}
	pick := func(f form) templ.Component {
		if again, ok := changed[f.Action]; ok {
			return again
		}
		return f
	}
	parts := append(first,
		panel(web.T(ctx, "office.me.head"), p.factsOf(r, a)),
		side(
			panel(web.T(ctx, "office.me.purpose"), text(web.T(ctx, "office.me.purpose_help")), pick(purposeForm(r, caller))),
			panel(web.T(ctx, "office.me.preferences"), pick(preferenceForm(r, a))),
		),
		panel(web.T(ctx, "office.me.sessions"), sessions),
		panel(web.T(ctx, "office.me.tokens"), text(web.T(ctx, "office.me.tokens_help")), tokens, pick(tokenForm(r))),
		panel(web.T(ctx, "office.factor.title"), text(web.T(ctx, "office.factor.help")), web.Action{Label: web.T(ctx, "office.factor.open"), Href: "/me/factor", Icon: "key"}),
		panel(web.T(ctx, "office.kin.title"), text(web.T(ctx, "office.kin.help")), web.Action{Label: web.T(ctx, "office.kin.open"), Href: "/me/kin", Icon: "users"}),
		panel(web.T(ctx, "office.me.password"), pick(passwordForm(r))),
	)
	return show(w, r, status, p.Frame.Page(r, web.T(ctx, "office.me.title")), parts...)
}

// again shows the own account with a form that could not be taken.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, f form, cause error) error {
	notices, err := f.wrong(r.Context(), cause)
	if err != nil {
		return err
	}
	var first []templ.Component
	for _, n := range notices {
		first = append(first, n)
	}
	return p.showMe(w, r, web.Status(cause), first, map[string]form{f.Action: f})
}

func purposeForm(r *http.Request, c access.Caller) form {
	ctx := r.Context()
	options := []web.Option{{Value: "", Label: web.T(ctx, "office.purpose.none")}}
	for _, purpose := range access.Purposes() {
		options = append(options, web.Option{Value: purpose, Label: web.T(ctx, "office.purpose."+purpose)})
	}
	return form{Action: "/me/purpose", Submit: web.T(ctx, "office.me.purpose_submit"),
		Fields: []web.Field{{Name: "purpose", Label: web.T(ctx, "office.me.purpose"), Kind: web.FieldSelect, Options: options, Value: c.Purpose, Required: true}}}
}

func (p *Pages) statePurpose(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	if err := p.Sessions.SetPurpose(r, r.PostForm.Get("purpose")); err != nil {
		return p.again(w, r, purposeForm(r, office.CallerFrom(r.Context())), err)
	}
	return seeOther(w, r, "/me", "purpose")
}

func preferenceForm(r *http.Request, a office.Account) form {
	ctx := r.Context()
	langs := []web.Option{{Value: "", Label: web.T(ctx, "office.me.as_browser")}}
	for _, info := range i18n.Languages() {
		langs = append(langs, web.Option{Value: string(info.Lang), Label: info.Name})
	}
	var themes []web.Option
	for _, theme := range []web.Theme{web.ThemeAuto, web.ThemeLight, web.ThemeDark} {
		themes = append(themes, web.Option{Value: string(theme), Label: web.T(ctx, "web.theme."+string(theme))})
	}
	theme := a.Theme
	if theme == "" {
		theme = string(web.ThemeAuto)
	}
	return form{Action: "/me/preferences", Submit: web.T(ctx, "common.save"), Fields: []web.Field{
		{Name: "lang", Label: web.T(ctx, "common.language"), Kind: web.FieldSelect, Options: langs, Value: a.Lang, Required: true},
		{Name: "theme", Label: web.T(ctx, "web.theme.title"), Kind: web.FieldSelect, Options: themes, Value: theme, Required: true},
	}}
}

// browserRemembers is how long a browser keeps the choices that were made in it.
const browserRemembers = 365 * 24 * time.Hour

func (p *Pages) prefer(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	lang, theme := r.PostForm.Get("lang"), web.Theme(r.PostForm.Get("theme"))
	badLang := lang != "" && !i18n.Known(i18n.Lang(lang))
	if badLang || (theme != web.ThemeAuto && theme != web.ThemeLight && theme != web.ThemeDark) {
		return fault.New(fault.Invalid, "%s", web.T(ctx, "error.invalid"))
	}
	if err := p.Office.Prefer(ctx, office.CallerFrom(ctx), lang, string(theme)); err != nil {
		return err
	}
	// What this browser remembers stands before what the account says, so it is told too.
	lasts := browserRemembers
	if lang == "" {
		lasts = -1
	}
	http.SetCookie(w, web.Cookie(ctx, "lang", lang, lasts))
	http.SetCookie(w, web.Cookie(ctx, "theme", string(theme), browserRemembers))
	return seeOther(w, r, "/me", "saved")
}

func passwordForm(r *http.Request) form {
	ctx := r.Context()
	return form{Action: "/me/password", Submit: web.T(ctx, "office.me.password_submit"), Plain: true, Fields: []web.Field{
		{Name: "old", Label: web.T(ctx, "office.me.password_old"), Kind: web.FieldPassword, Required: true, Autocomplete: "current-password"},
		{Name: "password", Label: web.T(ctx, "office.activate.password"), Help: web.T(ctx, "office.activate.password_help", "advised", office.AdvisedPassword),
			Kind: web.FieldPassword, Required: true, Autocomplete: "new-password"},
		{Name: "again", Label: web.T(ctx, "office.activate.again"), Kind: web.FieldPassword, Required: true, Autocomplete: "new-password"},
	}}
}

func (p *Pages) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	password := r.PostForm.Get("password")
	if password != r.PostForm.Get("again") {
		said := web.T(ctx, "office.fault.password_again")
		return p.again(w, r, passwordForm(r), fault.New(fault.Invalid, "%s", said).With(0, "again", "%s", said))
	}
	err := p.Office.ChangePassword(ctx, office.CallerFrom(ctx), r.PostForm.Get("old"), password, p.Sessions.Current(r))
	if err != nil {
		return p.again(w, r, passwordForm(r), err)
	}
	return seeOther(w, r, "/me", "password")
}

func tokenForm(r *http.Request) form {
	ctx := r.Context()
	return form{Action: "/me/tokens", Submit: web.T(ctx, "office.me.token_submit"), Plain: true, Fields: []web.Field{
		{Name: "label", Label: web.T(ctx, "office.me.token_label"), Help: web.T(ctx, "office.me.token_label_help"), Required: true, Autocomplete: "off"},
		{Name: "days", Label: web.T(ctx, "office.me.token_days"), Kind: web.FieldNumber, Value: "90", Required: true,
			Attributes: templ.Attributes{"min": "1", "max": "365"}},
	}}
}

func (p *Pages) makeToken(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	days, err := strconv.Atoi(r.PostForm.Get("days"))
	if err != nil {
		days = 0 // refused below, with the limits
	}
	token, err := p.Office.MakeToken(ctx, office.CallerFrom(ctx), r.PostForm.Get("label"), days)
	if err != nil {
		return p.again(w, r, tokenForm(r), err)
	}
	return p.showMe(w, r, http.StatusOK, []templ.Component{panel(web.T(ctx, "office.me.token_made"), once(web.T(ctx, "office.me.token_once"), token))}, nil)
}

func (p *Pages) endToken(w http.ResponseWriter, r *http.Request) error {
	if err := p.Office.EndToken(r.Context(), office.CallerFrom(r.Context()), r.PathValue("id")); err != nil {
		return err
	}
	return seeOther(w, r, "/me", "ended")
}

func (p *Pages) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := p.Sessions.End(r.Context(), office.CallerFrom(r.Context()), r.PathValue("id")); err != nil {
		return err
	}
	return seeOther(w, r, "/me", "ended")
}

func (p *Pages) sessionTable(r *http.Request) (web.Table, error) {
	ctx := r.Context()
	list, err := p.Sessions.List(r)
	if err != nil {
		return web.Table{}, err
	}
	table := web.Table{Caption: web.T(ctx, "office.me.sessions"), Columns: []web.Column{
		{Label: web.T(ctx, "office.me.session_since")}, {Label: web.T(ctx, "office.me.session_seen")},
		{Label: web.T(ctx, "office.me.session_place")}, {Label: web.T(ctx, "office.me.session_agent")}, {Label: web.T(ctx, "office.me.end")},
	}}
	for _, s := range list {
		var last web.Cell
		if s.Current {
			last.View = web.Badge{Tone: web.ToneInfo, Text: web.T(ctx, "office.me.session_this")}
		} else {
			last.View = web.Action{Label: web.T(ctx, "office.me.end"), Href: "/me/sessions/" + s.ID + "/end", Post: true}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(moment(ctx, s.Since)), web.Text(moment(ctx, s.LastSeen)), web.Text(s.Place), web.Text(browserName(s.Agent)), last}})
	}
	return table, nil
}

func (p *Pages) tokenTable(r *http.Request) (web.Table, error) {
	ctx := r.Context()
	list, err := p.Office.Tokens(ctx, office.CallerFrom(ctx))
	if err != nil {
		return web.Table{}, err
	}
	table := web.Table{Caption: web.T(ctx, "office.me.tokens"), Empty: web.Empty{Icon: "key", Title: web.T(ctx, "office.me.tokens_none")}, Columns: []web.Column{
		{Label: web.T(ctx, "office.me.token_label")}, {Label: web.T(ctx, "office.me.token_made_on")}, {Label: web.T(ctx, "office.me.token_until")}, {Label: web.T(ctx, "office.me.end")},
	}}
	for _, t := range list {
		end := web.Cell{View: web.Action{Label: web.T(ctx, "office.me.end"), Href: "/me/tokens/" + t.ID + "/end", Post: true}}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(t.Label), web.Text(moment(ctx, t.Created)), web.Text(moment(ctx, t.Expires)), end}})
	}
	return table, nil
}
