package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/verify/duplicate"
	"rightkey/internal/web"
)

// elsewhere lists persons who may be registered in another county, with the button that asks it; nothing where there
// are none.
func (p *pages) elsewhere(ctx context.Context, scope access.Scope) (templ.Component, error) {
	list, err := p.Duplicates.Elsewhere(ctx, scope, farRows)
	if err != nil || len(list) == 0 {
		return templ.NopComponent, err
	}
	table := web.Table{Caption: word(ctx, "far.title"), Columns: []web.Column{{Label: word(ctx, "far.mine")}, {Label: word(ctx, "far.county")}, {Label: word(ctx, "far.answer")}}}
	for _, one := range list {
		number := registry.Number(one.Person)
		row := web.Row{Cells: []web.Cell{{Text: number, Href: "/persons/" + number}, web.Text(one.County.Label(web.Lang(ctx))), {}}}
		switch {
		case one.Inquiry == 0:
			row.Cells[2].View = web.Action{Label: word(ctx, "far.ask"), Href: pairPath(one.Pair) + "/ask", Post: true}
		case one.Answer == "":
			row.Cells[2].Text = word(ctx, "far.waits")
		default:
			row.Cells[2].Text = word(ctx, "reply."+string(one.Answer))
		}
		table.Rows = append(table.Rows, row)
	}
	return web.Box(word(ctx, "far.title"), web.Note(word(ctx, "far.help")), table), nil
}

// asked lists what other counties ask; nothing where they ask nothing.
func (p *pages) asked(ctx context.Context, scope access.Scope) (templ.Component, error) {
	list, err := p.Duplicates.Asked(ctx, scope, 0, farRows)
	if err != nil || len(list) == 0 {
		return templ.NopComponent, err
	}
	table := web.Table{Caption: word(ctx, "asked.title"), Columns: []web.Column{{Label: word(ctx, "asked.from")}, {Label: word(ctx, "asked.theirs")}, {Label: word(ctx, "asked.mine")}, {Label: word(ctx, "far.answer")}}}
	for _, one := range list {
		number := registry.Number(one.Mine)
		theirs := one.Asked.Name
		if one.Asked.Birth != nil {
			theirs += " · " + i18n.Day(web.Lang(ctx), *one.Asked.Birth)
		}
		row := web.Row{Cells: []web.Cell{web.Text(one.From.Label(web.Lang(ctx))), {Text: theirs, Missing: theirs == ""}, {Text: number, Href: "/persons/" + number}, {Text: word(ctx, "reply."+string(one.Answer))}}}
		if one.Answer == "" {
			row.Cells[3] = web.Cell{View: answers(ctx, one)}
		}
		table.Rows = append(table.Rows, row)
	}
	return anchored("asked", web.Box(word(ctx, "asked.title"), web.Note(word(ctx, "asked.help")), table)), nil
}

// answers are a button for each reply.
func answers(ctx context.Context, one duplicate.Inquiry) templ.Component {
	var actions []web.Action
	for _, reply := range duplicate.Replies {
		actions = append(actions, web.Action{Label: word(ctx, "reply."+string(reply)), Href: "/duplicates/" + strconv.FormatInt(one.ID, 10) + "/answer", Post: true,
			Hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(one.Ver, 10)}, {Name: "answer", Value: string(reply)}}})
	}
	return web.Actions(actions)
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	if err := p.Duplicates.Ask(r.Context(), scope, id); err != nil {
		return err
	}
	return web.See(w, r, "/duplicates")
}

func (p *pages) answer(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	if err := p.Duplicates.Answer(r.Context(), scope, id, ver, duplicate.Reply(r.PostForm.Get("answer"))); err != nil {
		return err
	}
	return web.See(w, r, "/duplicates")
}

// look answers, while a form is typed, whether the person in it may be registered already: a piece of a page.
func (p *pages) look(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.HouseholdEdit)
	if err != nil {
		return err
	}
	household, ok := registry.ParseNumber(r.PostForm.Get("household"))
	if !ok {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	found, err := p.Duplicates.Registry().Found(ctx, scope, []int64{household})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	who := registry.Identity{Area: found[0].Area, Household: household, Name: r.PostForm.Get("new.name"), Sex: r.PostForm.Get("new.sex")}
	born := "new.birth"
	if !r.PostForm.Has(born) { // the form of a birth asks for its day alone
		born = "day"
	}
	if day, err := clock.ParseDay(r.PostForm.Get(born)); err == nil {
		who.Birth = &day
	}
	who.NationalID = p.Duplicates.Registry().Canonical(found[0].Area, r.PostForm.Get("new.national_id"))
	answer, err := p.Duplicates.Look(ctx, scope, who)
	switch {
	case fault.Is(err, fault.Invalid): // too little was typed yet
		return web.Render(w, r, http.StatusOK, looked(nil))
	case fault.Is(err, fault.TooMany):
		return web.Render(w, r, http.StatusOK, web.Note(word(ctx, "look.later")))
	case err != nil:
		return err
	}
	return web.Render(w, r, http.StatusOK, looked(lines(ctx, answer)))
}

// aside is one line of what is known of a newcomer.
type aside struct{ text, href string }

// lines are what is known of somebody who is typed in.
func lines(ctx context.Context, answer duplicate.Answer) []aside {
	var list []aside
	for _, one := range answer.Known {
		list = append(list, aside{word(ctx, "look.known", "name", one.Person.Name, "number", one.Person.Number, "signs", signs(ctx, duplicate.EvidenceOf(one.Pair))), "/persons/" + one.Person.Number})
	}
	for _, county := range answer.Elsewhere {
		list = append(list, aside{text: word(ctx, "entry.elsewhere", "county", county.Label(web.Lang(ctx)))})
	}
	return list
}
