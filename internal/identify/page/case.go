package page

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/web"
)

// one shows a case: where it is, what can be done next, its clocks, votes and objections, and what was done.
func (p *casePages) one(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, d, scope, err := p.fileOf(r)
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	parts := []templ.Component{way(ctx, d, f), web.Box(caseWord(ctx, "case"), p.facts(ctx, d, f))}
	found, err := p.Registry.Found(ctx, scope, []int64{f.Household})
	if err != nil {
		return err
	}
	a, pack, err := p.stood(ctx, scope, f, d, found)
	switch {
	case err != nil:
		return err
	case pack != nil:
		parts = append(parts, web.Box(word(ctx, "panel.title"), assessed(ctx, a, pack, access.May(scope.Caller(), access.Statistics))))
	}
	if p.MayAnywhere(r, access.CaseAct) && f.Ended == 0 {
		files, err := p.Registry.Attachments(ctx, scope, f.Household)
		if err != nil {
			return err
		}
		offers, err := p.Cases.Offers(ctx, scope, f)
		if err != nil {
			return err
		}
		parts = append(parts, p.steps(ctx, d, f.Case, offers, files)...)
	}
	if len(f.Objections) > 0 {
		parts = append(parts, web.Box(caseWord(ctx, "objections"), objections(ctx, f.Objections)))
	}
	parts = append(parts, web.Box(caseWord(ctx, "acts"), p.acts(ctx, d, f)))
	if f.Ended != 0 {
		parts = append(parts, web.Actions([]web.Action{{Label: caseWord(ctx, "letter"), Href: casePath(f.ID) + "/letter", Icon: "print"}}))
	}
	title := caseWord(ctx, "title", "procedure", d.Title.In(lang), "number", f.Number)
	return p.show(w, r, title, web.Crumb{Label: f.Number}, parts...)
}

// fileOf is the case that an address names, with its definition.
func (p *casePages) fileOf(r *http.Request) (procedure.File, *procedure.Definition, access.Scope, error) {
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return procedure.File{}, nil, scope, err
	}
	f, err := p.Cases.Read(r.Context(), scope, id)
	if err != nil {
		return f, nil, scope, err
	}
	d, err := p.Cases.Definition(f.Case)
	return f, d, scope, err
}

// way shows the steps that every granted case takes, and where this one is.
func way(ctx context.Context, d *procedure.Definition, f procedure.File) web.Steps {
	steps := web.Steps{Label: caseWord(ctx, "way")}
	been := map[string]int{f.State: len(f.Acts) + 1} // by state: the last act that came from there
	for i, a := range f.Acts {
		if a.From != f.State {
			been[a.From] = i + 1
		}
	}
	last := 0
	for _, s := range d.States {
		if !s.Mandatory && s.End != procedure.Granted && s != d.Start() {
			continue
		}
		if been[s.Code] > last { // a state beside the way leaves the case where it was last on it
			last, steps.Current = been[s.Code], len(steps.Names)
		}
		steps.Names = append(steps.Names, s.Title.In(web.Lang(ctx)))
	}
	at := d.State(f.State)
	if at.End == procedure.Granted {
		steps.Current = len(steps.Names)
	} else if title := at.Title.In(web.Lang(ctx)); at.End == procedure.Goes && steps.Names[steps.Current] != title {
		steps.Names[steps.Current] += " · " + title // beside the way, such as an objection
	}
	return steps
}

var clockTones = map[string]web.Tone{"green": web.ToneGood, "amber": web.ToneWarn, "red": web.ToneBad}

// facts are the case in a few lines.
func (p *casePages) facts(ctx context.Context, d *procedure.Definition, f procedure.File) web.Facts {
	lang := web.Lang(ctx)
	list := []web.Fact{
		{Label: caseWord(ctx, "household"), Value: f.Number, Href: "/households/" + f.Number},
		{Label: caseWord(ctx, "state"), Value: d.State(f.State).Title.In(lang), Note: i18n.Day(lang, f.Since), Strong: true},
		{Label: caseWord(ctx, "procedure"), Value: d.Title.In(lang), Href: "/procedures/" + f.Pack + "/" + d.Code, Note: caseWord(ctx, "pinned")},
	}
	if len(f.Waits) > 0 {
		list = append(list, web.Fact{Label: caseWord(ctx, "waits"), Value: roleNames(ctx, f.Waits)})
	}
	for _, c := range f.Clocks {
		t := d.Timer(c.Code)
		if t == nil {
			continue
		}
		fact := web.Fact{Label: t.Title.In(lang), Value: caseWord(ctx, "clock.until", "day", i18n.Day(lang, c.Red)), Note: caseWord(ctx, "clock.since", "day", i18n.Day(lang, c.Started))}
		if c.Stopped != 0 {
			fact.Value = caseWord(ctx, "clock.done", "day", i18n.Day(lang, c.Stopped))
		} else {
			colour := c.Colour(p.Cases.Today())
			fact.View = web.Badge{Tone: clockTones[colour], Text: caseWord(ctx, "clock."+colour)}
		}
		list = append(list, fact)
	}
	if v := f.Votes; v != nil {
		list = append(list, web.Fact{Label: caseWord(ctx, "votes"), Value: votesText(ctx, *v), Href: "/sittings/" + strconv.FormatInt(f.Sitting, 10)})
	}
	if n := f.Hangs; n != nil {
		list = append(list, web.Fact{Label: caseWord(ctx, "notice.title"), Value: hangsText(ctx, *n), Href: "/notices/" + strconv.FormatInt(n.ID, 10)})
	}
	return web.Facts{Items: list}
}

// roleNames are roles in words.
func roleNames(ctx context.Context, roles []string) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = web.T(ctx, "office.role."+role)
	}
	return strings.Join(names, ", ")
}

func votesText(ctx context.Context, v procedure.Vote) string {
	return caseWord(ctx, "votes_text", "for", v.For, "against", v.Against, "abstain", v.Abstain, "present", v.Present)
}

func hangsText(ctx context.Context, n procedure.Notice) string {
	if n.Opened == 0 {
		return caseWord(ctx, "notice.drafted")
	}
	return caseWord(ctx, "notice.hangs", "from", i18n.Day(web.Lang(ctx), n.Opened), "to", i18n.Day(web.Lang(ctx), n.Closes))
}

// steps are the forms of the steps that roles of the caller take from here, or why the caller does not take one; files
// are those of the household, which can be named as evidence.
func (p *casePages) steps(ctx context.Context, d *procedure.Definition, c procedure.Case, offers []procedure.Offer, files []registry.Attachment) []templ.Component {
	lang := web.Lang(ctx)
	var parts []templ.Component
	for _, t := range offers {
		if t.Barred != nil {
			parts = append(parts, web.Box(t.Title.In(lang), web.Note(web.Said(ctx, t.Barred))))
			continue
		}
		f := stepForm{path: casePath(c.ID) + "/step", button: t.Title.In(lang), hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(c.Ver, 10)}, {Name: "transition", Value: t.Code}}}
		if t.Persons > 1 {
			f.note = caseWord(ctx, "persons", "n", t.Persons)
		}
		for _, paper := range t.Evidence {
			f.fields = append(f.fields, web.Field{Name: "evidence." + paper, Label: d.PaperTitle(lang, paper), Help: caseWord(ctx, "evidence_help"), Required: len(files) == 0, IDPrefix: t.Code + "-"})
			if len(files) > 0 {
				f.fields = append(f.fields, fileField(ctx, paper, t.Code+"-", files))
			}
		}
		if t.Reason != "" || t.ReasonIf != "" {
			reason := web.Field{Name: "reason", Label: caseWord(ctx, "reason"), Kind: web.FieldSelect, Required: t.Reason != "", Options: []web.Option{{}}, IDPrefix: t.Code + "-"}
			for _, one := range d.Reasons {
				reason.Options = append(reason.Options, web.Option{Value: one.Code, Label: one.Title.In(lang)})
			}
			f.fields = append(f.fields, reason)
		}
		f.fields = append(f.fields, web.Field{Name: "comment", Label: caseWord(ctx, "comment"), Kind: web.FieldArea, IDPrefix: t.Code + "-"})
		parts = append(parts, web.Box(t.Title.In(lang), caseForm(f)))
	}
	return parts
}

// filed begins the evidence that is a document of the household's file; its token follows.
const filed = "file:"

// fileField offers the documents of a household as a paper.
func fileField(ctx context.Context, paper, prefix string, files []registry.Attachment) web.Field {
	field := web.Field{Name: "evidence." + paper, Label: caseWord(ctx, "attached"), Kind: web.FieldSelect, Options: []web.Option{{}}, IDPrefix: prefix + "file-"}
	for _, file := range files {
		label := web.T(ctx, "registry.attachment.kind_"+string(file.Kind)) + ", " + i18n.Day(web.Lang(ctx), file.Added.Day(time.UTC))
		field.Options = append(field.Options, web.Option{Value: filed + file.Token, Label: label})
	}
	return field
}

// take takes a step in a case.
func (p *casePages) take(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.CaseAct)
	if err != nil {
		return err
	}
	act := procedure.Act{Transition: r.PostForm.Get("transition"), Reason: r.PostForm.Get("reason"), Said: procedure.Said{Comment: strings.TrimSpace(r.PostForm.Get("comment"))}}
	for name, values := range r.PostForm {
		if paper, ok := strings.CutPrefix(name, "evidence."); ok {
			if act.Said.Evidence == nil {
				act.Said.Evidence = map[string]string{}
			}
			said := slices.DeleteFunc(slices.Clone(values), func(text string) bool { return strings.TrimSpace(text) == "" })
			act.Said.Evidence[paper] = strings.Join(said, " ")
		}
	}
	if _, err := p.Cases.Take(r.Context(), scope, procedure.Seen{ID: id, Ver: ver}, act); err != nil {
		return err
	}
	return web.See(w, r, casePath(id))
}

func objections(ctx context.Context, list []procedure.Objected) web.Table {
	lang := web.Lang(ctx)
	t := web.Table{Caption: caseWord(ctx, "objections"), Columns: []web.Column{{Label: caseWord(ctx, "when"), Short: true}, {Label: caseWord(ctx, "objection")}, {Label: caseWord(ctx, "state")}}}
	for _, o := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(i18n.Moment(lang, o.At)), {Text: o.Text, Missing: o.Text == ""}, web.Text(caseWord(ctx, "objection_"+o.State))}})
	}
	return t
}

// acts is what was done, newest first, each with its evidence.
func (p *casePages) acts(ctx context.Context, d *procedure.Definition, f procedure.File) web.Table {
	lang := web.Lang(ctx)
	t := web.Table{Caption: caseWord(ctx, "acts"), Columns: []web.Column{{Label: caseWord(ctx, "when"), Short: true}, {Label: caseWord(ctx, "step")}, {Label: caseWord(ctx, "who")}, {Label: caseWord(ctx, "evidence")}},
		Empty: web.Empty{Title: caseWord(ctx, "no_acts")}}
	for _, a := range slices.Backward(f.Acts) {
		title := a.Transition
		if step := d.Transition(a.Transition); step != nil {
			title = step.Title.In(lang)
		}
		if a.To == "" {
			title = caseWord(ctx, "agreed", "step", title)
		}
		var said []string
		if a.Reason != "" {
			said = append(said, d.ReasonTitle(lang, a.Reason))
		}
		var doors []web.Action
		for paper, text := range a.Said.Evidence {
			text, token, _ := strings.Cut(text, filed)
			said = append(said, d.PaperTitle(lang, paper)+": "+text)
			if token != "" {
				doors = append(doors, web.Action{Label: caseWord(ctx, "file"), Href: "/households/" + f.Number + "/attachments/" + token})
			}
		}
		if a.Said.Comment != "" {
			said = append(said, a.Said.Comment)
		}
		slices.Sort(said)
		name := caseWord(ctx, "public")
		if a.Account != 0 {
			name = p.ActorName(ctx, a.Account, a.Role)
		}
		evidence := web.Text(strings.Join(said, " · "))
		if len(doors) > 0 {
			evidence.View = web.Actions(doors)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(i18n.Moment(lang, a.At)), web.Text(title), web.Text(name), evidence}})
	}
	return t
}

// workRows is how many waiting cases the overview shows one by one.
const workRows = 5

// CaseWork lists the cases that wait for a caller, the nearest term first.
func CaseWork(cases *procedure.Service) registrypage.Work {
	return func(ctx context.Context, caller access.Caller) ([]web.Row, error) {
		scope, err := access.Decide(caller, access.CaseAct)
		if err != nil {
			return nil, nil //nolint:nilerr // nothing waits for who takes no steps
		}
		list, err := cases.List(ctx, scope, procedure.Selection{Mine: true}, procedure.Position{}, workRows)
		if err != nil {
			return nil, err
		}
		var rows []web.Row
		for _, c := range list {
			d, err := cases.Definition(c)
			if err != nil {
				return nil, err
			}
			lang := web.Lang(ctx)
			due := web.Cell{Missing: !c.HasTerm()}
			if c.HasTerm() {
				due = web.Text(i18n.Day(lang, c.Due))
			}
			title := caseWord(ctx, "title", "procedure", d.Title.In(lang), "number", registry.Number(c.Household))
			rows = append(rows, web.Row{Href: casePath(c.ID), Cells: []web.Cell{web.Text(title), web.Text(d.State(c.State).Title.In(lang)), due}})
		}
		return rows, nil
	}
}

// CasePanel is the part of a household's page that shows its cases and opens new ones.
func CasePanel(cases *procedure.Service) registrypage.Panel {
	return registrypage.Panel{Show: func(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error) {
		return casePanel(ctx, cases, scope.Caller(), f)
	}}
}

func casePanel(ctx context.Context, cases *procedure.Service, caller access.Caller, f registry.File) (templ.Component, error) {
	scope, err := access.Decide(caller, access.CaseRead)
	if err != nil || scope.Isolated(f.Area) {
		return nil, nil //nolint:nilerr // who may see no case is shown none
	}
	lang := web.Lang(ctx)
	var facts []web.Fact
	for _, ended := range []bool{false, true} {
		list, err := cases.List(ctx, scope, procedure.Selection{Household: f.ID, Ended: ended}, procedure.Position{}, 10)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			d, err := cases.Definition(c)
			if err != nil {
				return nil, err
			}
			facts = append(facts, web.Fact{Label: d.Title.In(lang), Value: d.State(c.State).Title.In(lang), Href: casePath(c.ID), Note: i18n.Day(lang, c.Since)})
		}
	}
	parts := []templ.Component{web.Facts{Items: facts}}
	procedures, _, err := cases.At(f.Area)
	if err != nil {
		return nil, err
	}
	var actions []web.Action
	for _, d := range procedures.List {
		may, err := cases.MayOpen(caller, d, f.Area)
		if err != nil {
			return nil, err
		}
		if may {
			actions = append(actions, web.Action{Label: caseWord(ctx, "open", "procedure", d.Title.In(lang)), Href: "/cases", Post: true, Hidden: []web.Pair{{Name: "household", Value: f.Number}, {Name: "procedure", Value: d.Code}}})
		}
	}
	if len(facts)+len(actions) == 0 {
		return nil, nil
	}
	return web.Box(caseWord(ctx, "nav"), append(parts, web.Actions(actions))...), nil
}
