package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/registry"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/web"
)

// lead shows one lead: what a list says and how sure it is whom it means, where it comes from, and what the reader can
// do.
func (p *pages) lead(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return err
	}
	l, values, err := p.Crosschecks.Open(ctx, scope, id)
	if err != nil {
		return err
	}
	text, check, err := p.said(ctx, l.Area, l.Rule)
	if err != nil {
		return err
	}
	if check == nil {
		check = &crosscheck.Check{Code: l.Rule}
	}
	places, err := p.Crosschecks.Registry().Places(ctx, []int64{l.Area})
	if err != nil {
		return err
	}
	about := p.about(ctx, l, places)
	facts := p.facts(ctx, l, check, web.Fact{Label: word(ctx, "subject"), Value: about.Text, Href: about.Href, Note: placeName(ctx, places, l.Area)})
	says, err := p.says(ctx, scope, l, check, values)
	if err != nil {
		return err
	}
	parts := []templ.Component{web.Notice{Tone: web.ToneInfo, Text: word(ctx, "only_a_lead")}, web.Side(web.Box(word(ctx, "lead"), facts), web.Box(word(ctx, "says"), says))}
	page := web.Page{Title: text, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/leads"}, {Label: about.Text, Href: about.Href}, {Label: word(ctx, "lead")}}, Flash: officepage.Given(r)}
	todo, err := p.todo(r, l, check)
	if err != nil {
		return err
	}
	return p.Show(w, r, http.StatusOK, page, append(parts, todo...)...)
}

// about is what a lead is about, with the way there.
func (p *pages) about(ctx context.Context, l crosscheck.Lead, places map[int64]area.Area) web.Cell {
	switch l.SubjectKind {
	case crosscheck.AboutArea:
		return web.Cell{Text: placeName(ctx, places, l.Subject), Href: "/households?area=" + url.QueryEscape(places[l.Subject].Code)}
	case crosscheck.AboutAccount:
		if l.Household != 0 {
			break // what an official did in the household's matters
		}
		return web.Text(word(ctx, "of_account", "name", p.AccountName(ctx, l.Subject)))
	}
	return web.Cell{Text: l.Number, Href: "/households/" + l.Number}
}

func (p *pages) facts(ctx context.Context, l crosscheck.Lead, check *crosscheck.Check, about web.Fact) web.Facts {
	lang := web.Lang(ctx)
	facts := []web.Fact{
		{Label: web.T(ctx, "common.status"), View: stateBadge(ctx, l.State)},
		{Label: word(ctx, "effect.title"), View: effectBadge(ctx, l.Effect), Note: word(ctx, "effect.note_"+string(l.Effect))},
		about,
	}
	if l.SubjectKind == registry.SubjectPerson {
		facts = append(facts, web.Fact{Label: word(ctx, "person"), Value: registry.Number(l.Subject), Href: "/persons/" + registry.Number(l.Subject)})
	}
	facts = append(facts,
		web.Fact{Label: word(ctx, "how.title"), Value: word(ctx, "how."+l.How), Note: word(ctx, "probability", "percent", i18n.Percent(lang, l.Probability, 1))},
		web.Fact{Label: word(ctx, "found"), Value: i18n.Moment(lang, l.Found)},
		web.Fact{Label: word(ctx, "owner"), Value: p.ownerName(ctx, l)}, web.Fact{Label: word(ctx, "due"), Value: i18n.Day(lang, l.Due)})
	if l.Explanation != "" {
		facts = append(facts, web.Fact{Label: word(ctx, "explanation"), Value: codeLabel(ctx, l.Explanation, check.Explanation)})
	}
	if l.Judge != 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "evidence"), Value: l.Evidence, Note: p.AccountName(ctx, l.Judge)})
	}
	if l.Act != "" {
		facts = append(facts, web.Fact{Label: word(ctx, "act.title"), Value: codeLabel(ctx, l.Act, check.Act), Note: p.AccountName(ctx, l.Actor)})
	}
	if l.Case != 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "act.case"), Value: strconv.FormatInt(l.Case, 10), Href: "/cases/" + strconv.FormatInt(l.Case, 10)})
	}
	if l.Landing != 0 {
		facts = append(facts, web.Fact{Label: web.T(ctx, "campaign.landing"), Value: i18n.Day(lang, l.Landing)})
	}
	source := web.Fact{Label: web.T(ctx, "common.source"), Value: check.Source, Missing: check.Source == ""}
	if check.Unconfirmed {
		source.Note = web.T(ctx, "common.unconfirmed")
	}
	return web.Facts{Items: append(facts, source)}
}

// says is what the list says, or what the register itself shows. Other households are named to who reaches them.
func (p *pages) says(ctx context.Context, scope access.Scope, l crosscheck.Lead, check *crosscheck.Check, values map[string]string) (templ.Component, error) {
	if l.How != crosscheck.ByScreen {
		return thing(ctx, l, check, values), nil
	}
	signs, err := crosscheck.SignsOf(l)
	if err != nil {
		return nil, err
	}
	facts := p.ofOfficial(ctx, l, signs)
	if signs.Away > 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "signs.away"), Value: word(ctx, "signs.metres", "n", number(ctx, int64(signs.Away)))})
	}
	if len(signs.Households) > 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "signs.households"), Value: number(ctx, int64(len(signs.Households)))})
		others, err := p.Crosschecks.Registry().Found(ctx, scope, signs.Households)
		if err != nil {
			return nil, err
		}
		for _, h := range others {
			facts = append(facts, web.Fact{Label: word(ctx, "household"), Value: h.Number, Href: "/households/" + h.Number})
		}
	}
	if signs.Of > 0 {
		lang := web.Lang(ctx)
		facts = append(facts, web.Fact{Label: word(ctx, "signs.counted"), Value: word(ctx, "signs.counts", "seen", signs.Seen, "of", signs.Of)},
			web.Fact{Label: word(ctx, "signs.usual"), Value: word(ctx, "signs.between", "low", i18n.Decimal(lang, signs.Low, 1), "high", i18n.Decimal(lang, signs.High, 1))})
	}
	return web.Facts{Items: facts}, nil
}

// ofOfficial says who is related to the household and what he did in its matters; nothing where it is about no official.
func (p *pages) ofOfficial(ctx context.Context, l crosscheck.Lead, signs crosscheck.Signs) []web.Fact {
	if signs.Relation == "" {
		return nil
	}
	distance := word(ctx, "signs.moves", "n", signs.Moves)
	if signs.Moved {
		distance += web.T(ctx, "identify.comma") + word(ctx, "signs.moved")
	}
	facts := []web.Fact{{Label: word(ctx, "signs.relation"), Value: web.T(ctx, "registry.kin.as."+signs.Relation), Note: distance}}
	if signs.Decided && len(signs.Deeds) == 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "signs.relation"), Value: word(ctx, "signs.decided")})
	}
	if len(signs.Deeds) > 0 {
		did := make([]string, len(signs.Deeds))
		for i, deed := range signs.Deeds {
			did[i] = word(ctx, "deed."+string(deed))
		}
		facts = append(facts, web.Fact{Label: word(ctx, "signs.official"), Value: p.AccountName(ctx, l.Subject)}, web.Fact{Label: word(ctx, "signs.deeds"), Value: strings.Join(did, web.T(ctx, "identify.comma"))})
	}
	return facts
}

// thing is what the list says, with the day on which it held.
func thing(ctx context.Context, l crosscheck.Lead, check *crosscheck.Check, values map[string]string) templ.Component {
	if values == nil {
		return web.Note(word(ctx, "says_gone"))
	}
	lang := web.Lang(ctx)
	facts := []web.Fact{{Label: word(ctx, "department"), Value: check.Department.In(lang)}, {Label: word(ctx, "day"), Value: i18n.Day(lang, l.Day)}}
	for _, column := range check.Columns {
		value, known := values[column.Code]
		if day, err := clock.ParseDay(value); column.Kind == crosscheck.DayColumn && err == nil {
			value = i18n.Day(lang, day)
		}
		facts = append(facts, web.Fact{Label: column.Label.In(lang), Value: value, Missing: !known})
	}
	return web.Facts{Items: facts}
}

// todo is what the reader can do with a lead.
func (p *pages) todo(r *http.Request, l crosscheck.Lead, check *crosscheck.Check) ([]templ.Component, error) {
	ctx := r.Context()
	if !l.Unsettled() {
		return nil, nil
	}
	ver := []web.Pair{{Name: "ver", Value: strconv.FormatInt(l.Ver, 10)}}
	form := func(title, act, button string, fields ...web.Field) templ.Component {
		for i := range fields {
			fields[i].IDPrefix = act + "-"
		}
		return web.Box(title, web.Send{Action: leadPath(l.ID) + "/" + act, Hidden: ver, Fields: fields, Button: button})
	}
	evidence := web.Field{Name: "evidence", Label: word(ctx, "evidence"), Help: word(ctx, "evidence_help"), Required: true, Attributes: map[string]any{"maxlength": "300"}}
	if l.State == crosscheck.Explained || l.State == crosscheck.Confirmed {
		if !p.May(r, access.ChangeDecide, l.Area) || l.Judge == p.Caller(ctx).Account {
			return []templ.Component{web.Notice{Tone: web.ToneInfo, Text: word(ctx, "waits")}}, nil
		}
		left, may, err := p.Crosschecks.ActsOn(p.Caller(ctx), l, check)
		if err != nil {
			return nil, err
		}
		var parts []templ.Component
		if len(may) < len(left) {
			parts = append(parts, web.Notice{Tone: web.ToneInfo, Text: word(ctx, "act.others")})
		}
		return append(parts, web.Side(
			form(word(ctx, "act.title"), "act", word(ctx, "act.do"), web.Field{Name: "act", Label: word(ctx, "act.what"), Kind: web.FieldSelect, Options: options(ctx, may), Required: true}),
			form(word(ctx, "return.title"), "return", word(ctx, "return.do")))), nil
	}
	var parts []templ.Component
	if p.May(r, access.HouseholdEdit, l.Area) {
		explanation := web.Field{Name: "explanation", Label: word(ctx, "explanation"), Kind: web.FieldSelect, Options: options(ctx, check.Explanations), Required: true}
		parts = append(parts, web.Side(form(word(ctx, "explain.title"), "explain", word(ctx, "explain.do"), explanation, evidence), form(word(ctx, "confirm.title"), "confirm", word(ctx, "confirm.do"), evidence)))
	}
	give, err := p.handing().Of(r, l.Area, l.ID)
	return append(parts, give), err
}

// taking runs an act on the lead that the address names and shows it again.
func (p *pages) taking(w http.ResponseWriter, r *http.Request, verb access.Verb, act func(scope access.Scope, id, ver int64) (crosscheck.Lead, error)) error {
	scope, id, ver, err := p.Acting(r, verb)
	if err != nil {
		return err
	}
	if _, err := act(scope, id, ver); err != nil {
		return err
	}
	return web.See(w, r, leadPath(id))
}

func (p *pages) explain(w http.ResponseWriter, r *http.Request) error {
	return p.taking(w, r, access.HouseholdEdit, func(scope access.Scope, id, ver int64) (crosscheck.Lead, error) {
		return p.Crosschecks.Explain(r.Context(), scope, id, ver, r.PostForm.Get("explanation"), r.PostForm.Get("evidence"))
	})
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request) error {
	return p.taking(w, r, access.HouseholdEdit, func(scope access.Scope, id, ver int64) (crosscheck.Lead, error) {
		return p.Crosschecks.Confirm(r.Context(), scope, id, ver, r.PostForm.Get("evidence"))
	})
}

func (p *pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	return p.taking(w, r, access.ChangeDecide, func(scope access.Scope, id, ver int64) (crosscheck.Lead, error) {
		return p.Crosschecks.Return(r.Context(), scope, id, ver)
	})
}

func (p *pages) act(w http.ResponseWriter, r *http.Request) error {
	return p.taking(w, r, access.ChangeDecide, func(scope access.Scope, id, ver int64) (crosscheck.Lead, error) {
		return p.Crosschecks.Act(r.Context(), scope, id, ver, r.PostForm.Get("act"))
	})
}

// report is the look-back's report on cross-checks: what became of the leads of each check, and every waiver with the
// explanation and evidence on which it rests.
func (p *pages) report(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.CaseRead)
	if err != nil {
		return err
	}
	query, err := web.Asked(r, "area", web.After)
	if err != nil {
		return err
	}
	area, _, err := p.place(ctx, scope, query.Get("area"))
	if err != nil {
		return err
	}
	after, err := position(ctx, query.Get(web.After))
	if err != nil {
		return err
	}
	counted, err := p.counted(ctx, scope, area, query.Get("area"))
	if err != nil {
		return err
	}
	waived, err := p.Crosschecks.Browse(ctx, scope, crosscheck.Filter{Area: area, Waived: true}, after, listRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(waived) > listRows {
		waived = waived[:listRows]
		last := waived[listRows-1]
		query.Set(web.After, last.Due.String()+"."+strconv.FormatInt(last.ID, 10))
		pager.Next = web.Address("/leads/report", query)
	}
	table, err := p.waivers(ctx, waived)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "report.title"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/leads"}, {Label: word(ctx, "report.title")}}}
	return p.Show(w, r, http.StatusOK, page, web.Note(word(ctx, "report.about")), counted, table, pager)
}

// counted are the leads of each check by their state, each count the door to its list.
func (p *pages) counted(ctx context.Context, scope access.Scope, area int64, code string) (web.Table, error) {
	t := web.Table{Caption: word(ctx, "report.counts"), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "check")}}, Empty: web.Empty{Icon: "check", Title: word(ctx, "none")}}
	for _, state := range crosscheck.States {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, "state."+string(state)), Number: true})
	}
	rules, err := p.Crosschecks.Facet(ctx, scope, crosscheck.Filter{Area: area}, "rule")
	if err != nil {
		return t, err
	}
	for _, rule := range sorted(rules) {
		text, _, err := p.said(ctx, area, rule)
		if err != nil {
			return t, err
		}
		states, err := p.Crosschecks.Facet(ctx, scope, crosscheck.Filter{Area: area, Rule: rule}, "state")
		if err != nil {
			return t, err
		}
		row := web.Row{Cells: []web.Cell{web.Text(text)}}
		for _, state := range crosscheck.States {
			here := map[string][]string{"rule": {rule}, "state": {string(state)}, "area": {code}}
			row.Cells = append(row.Cells, web.Cell{Text: number(ctx, states[string(state)]), Href: web.Address("/leads", here)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func (p *pages) waivers(ctx context.Context, list []crosscheck.Lead) (web.Table, error) {
	t := web.Table{Caption: word(ctx, "report.waivers"), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "subject"), Short: true}, {Label: word(ctx, "lead")}, {Label: word(ctx, "explanation")},
		{Label: word(ctx, "evidence")}, {Label: word(ctx, "act.title")}, {Label: web.T(ctx, "common.status")}}, Empty: web.Empty{Icon: "check", Title: word(ctx, "report.no_waivers")}}
	keys := make([]int64, len(list))
	for i, l := range list {
		keys[i] = l.Area
	}
	places, err := p.Crosschecks.Registry().Places(ctx, keys)
	if err != nil {
		return t, err
	}
	for _, l := range list {
		text, check, err := p.said(ctx, l.Area, l.Rule)
		if err != nil {
			return t, err
		}
		if check == nil {
			check = &crosscheck.Check{}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{p.about(ctx, l, places), {Text: text, Href: leadPath(l.ID)}, web.Text(codeLabel(ctx, l.Explanation, check.Explanation)),
			web.Text(l.Evidence), {Text: codeLabel(ctx, l.Act, check.Act), Missing: l.Act == ""}, {View: stateBadge(ctx, l.State)}}})
	}
	return t, nil
}
