package page

import (
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/verify/duplicate"
	"rightkey/internal/web"
)

// review shows a pair: both persons, both rosters, what speaks for and against, and what can be said.
func (p *pages) review(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	one, err := p.Duplicates.Open(ctx, scope, id)
	if err != nil {
		return err
	}
	places, err := p.Duplicates.Registry().Places(ctx, one.Areas[:])
	if err != nil {
		return err
	}
	parts := []templ.Component{web.Box(word(ctx, "compare"), sideBySide(ctx, one, places), web.Note(word(ctx, "sum", "p", percent(one.Probability), "overlap", overlap(ctx, one.Overlap))))}
	if len(one.Judged) > 0 {
		parts = append(parts, web.Box(word(ctx, "said"), p.judged(ctx, one)))
	}
	zones, err := p.zones(ctx, one.Areas[0])
	if err != nil {
		return err
	}
	parts = append(parts, zones)
	parts = append(parts, p.todo(ctx, one)...)
	for i, side := range one.Sides {
		title := word(ctx, "household", "number", side.File.Number, "place", placeName(ctx, places, one.Areas[i]))
		parts = append(parts, web.Box(title, roster(ctx, side)))
	}
	next, err := p.Duplicates.Queue(ctx, scope, duplicate.Filter{States: duplicate.Undecided}, duplicate.Position{Rank: one.Rank, ID: one.ID}, 1)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "pair"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/duplicates"}, {Label: word(ctx, "pair")}}}
	if len(next) > 0 {
		page.Actions = []web.Action{{Label: word(ctx, "next"), Href: pairPath(next[0].ID), Key: "n"}}
	}
	return p.Show(w, r, http.StatusOK, page, parts...)
}

// sideBySide are both persons with their differing characters marked and what each field weighs.
func sideBySide(ctx context.Context, one duplicate.Review, places map[int64]area.Area) web.DiffColumns {
	lang := web.Lang(ctx)
	columns := web.DiffColumns{Caption: word(ctx, "compare"), Left: word(ctx, "person", "number", one.Sides[0].Person.Number), Right: word(ctx, "person", "number", one.Sides[1].Person.Number)}
	var values [2]map[string]string
	for i, side := range one.Sides {
		m := side.Person
		values[i] = map[string]string{"name": m.Name, "sex": coded(ctx, side.File.Pack, registry.FieldSex, m.Sex), "id": m.IDTail, "place": placeName(ctx, places, one.Areas[i])}
		if m.IDTail != "" {
			values[i]["id"] = "…" + m.IDTail
		}
		if m.Birth != nil {
			values[i]["birth"] = i18n.Day(lang, *m.Birth)
		}
	}
	for _, e := range one.Evidence {
		line := web.DiffLine{Label: word(ctx, "field."+e.Field), Note: said(ctx, e)}
		for i, value := range []*web.DiffValue{&line.Left, &line.Right} {
			value.Text, value.Missing = values[i][e.Field], values[i][e.Field] == ""
			if e.Field == "name" {
				value.Source = word(ctx, "since", "day", i18n.Day(lang, one.Sides[i].Person.From))
			}
		}
		columns.Lines = append(columns.Lines, line)
	}
	return columns
}

func coded(ctx context.Context, pack *policy.Pack, field, code string) string {
	if pack == nil || code == "" {
		return code
	}
	item, ok := pack.Item(registry.SubjectPerson, field)
	if !ok {
		return code
	}
	for _, o := range item.Options() {
		if o.Code == code {
			return o.Label.In(web.Lang(ctx))
		}
	}
	return code
}

func overlap(ctx context.Context, words string) string {
	switch words {
	case "same household":
		return word(ctx, "overlap.same")
	case "part of the household":
		return word(ctx, "overlap.part")
	}
	return word(ctx, "overlap.member")
}

// roster are the members of a person's household; the person himself is marked.
func roster(ctx context.Context, side duplicate.Side) web.Table {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "roster"), Columns: []web.Column{{Label: word(ctx, "field.name")}, {Label: word(ctx, "relation")}, {Label: word(ctx, "field.sex")}, {Label: word(ctx, "field.birth")}, {Label: word(ctx, "number")}},
		Empty: web.Empty{Text: word(ctx, "no_members")}}
	for _, m := range side.File.Members {
		row := web.Row{Cells: []web.Cell{{Text: m.Name, Missing: m.Name == ""}, web.Text(coded(ctx, side.File.Pack, registry.FieldRelation, m.Relation)), web.Text(coded(ctx, side.File.Pack, registry.FieldSex, m.Sex)),
			{Missing: m.Birth == nil}, {Text: m.Number, Href: "/households/" + side.File.Number}}}
		if m.Birth != nil {
			row.Cells[3].Text = i18n.Day(lang, *m.Birth)
		}
		if m.ID == side.Person.ID {
			row.Cells[0].View = web.Badge{Tone: web.ToneInfo, Text: word(ctx, "this_one")}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// judged tells who said what.
func (p *pages) judged(ctx context.Context, one duplicate.Review) web.Table {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "said"), Columns: []web.Column{{Label: word(ctx, "who")}, {Label: word(ctx, "verdict.title")}, {Label: word(ctx, "when")}}}
	for _, j := range one.Judged {
		cell := web.Text(word(ctx, "verdict."+string(j.Verdict)))
		if j.Blind {
			cell.View = web.Badge{Tone: web.ToneInfo, Text: word(ctx, "blind")}
		}
		if j.Undone {
			cell.View = web.Badge{Text: word(ctx, "taken_back")}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(p.AccountName(ctx, j.Account)), cell, web.Text(i18n.Moment(lang, j.At))}})
	}
	return table
}

// todo is what the reader can do with a pair.
func (p *pages) todo(ctx context.Context, one duplicate.Review) []templ.Component {
	path, ver := pairPath(one.ID), strconv.FormatInt(one.Ver, 10)
	switch {
	case one.State == duplicate.Decided:
		undo := web.Action{Label: word(ctx, "undo.do"), Href: path + "/undo", Post: true, Hidden: []web.Pair{{Name: "ver", Value: ver}}}
		parts := []templ.Component{web.Note(word(ctx, "decided", "verdict", word(ctx, "verdict."+string(one.Verdict))))}
		actions := []web.Action{undo}
		if one.Set != 0 {
			parts = append(parts, web.Note(word(ctx, "merge_waits")))
			actions = append(actions, web.Action{Label: word(ctx, "merge_open"), Href: "/changes/" + strconv.FormatInt(one.Set, 10)})
		}
		return []templ.Component{web.Box(word(ctx, "undo.title"), append(parts, web.Actions(actions))...)}
	case one.State == duplicate.Gone:
		return []templ.Component{web.Notice{Tone: web.ToneInfo, Text: word(ctx, "gone")}}
	case one.Mine:
		return []templ.Component{web.Notice{Tone: web.ToneInfo, Text: word(ctx, "mine")}}
	}
	forms := []templ.Component{web.Box(word(ctx, "judge.title"), judgeForm(path+"/judge", ver, judgeFields(ctx, one)))}
	if one.State == duplicate.Open || one.State == duplicate.Postponed {
		until := web.Field{Name: "until", Label: word(ctx, "postpone.until"), Kind: web.FieldDate, Required: true}
		forms = append(forms, web.Box(word(ctx, "postpone.title"), simpleForm(path+"/postpone", ver, []web.Field{until}, word(ctx, "postpone.do"))))
	}
	return forms
}

// judgeFields ask what the two are and whose number goes on.
func judgeFields(ctx context.Context, one duplicate.Review) []web.Field {
	verdict := web.Field{Name: "verdict", Label: word(ctx, "verdict.title"), Kind: web.FieldRadio, Required: true}
	for i, v := range duplicate.Verdicts {
		verdict.Options = append(verdict.Options, web.Option{Value: string(v), Label: word(ctx, "verdict."+string(v)), Key: strconv.Itoa(i + 1)})
	}
	keep := web.Field{Name: "keep", Label: word(ctx, "keep.title"), Help: word(ctx, "keep.help"), Kind: web.FieldSelect, Options: []web.Option{{Label: word(ctx, "keep.nobody")}}}
	head := web.Field{Name: "head", Label: word(ctx, "head.title"), Help: word(ctx, "head.help"), Kind: web.FieldSelect, Options: []web.Option{{Label: word(ctx, "head.nobody")}}}
	for _, side := range one.Sides {
		keep.Options = append(keep.Options, web.Option{Value: side.Person.Number, Label: side.Person.Number + " " + side.Person.Name})
		if side.Person.IsHead {
			for _, m := range side.File.Members {
				if m.ID != side.Person.ID {
					head.Options = append(head.Options, web.Option{Value: m.Number, Label: m.Number + " " + m.Name})
				}
			}
		}
	}
	if len(head.Options) == 1 {
		return []web.Field{verdict, keep}
	}
	return []web.Field{verdict, keep, head}
}

// personIn is the person that a field of a form names by number, 0 if it is empty.
func personIn(r *http.Request, field string) (int64, error) {
	text := r.PostForm.Get(field)
	if text == "" {
		return 0, nil
	}
	id, ok := registry.ParseNumber(text)
	if !ok {
		return 0, fault.New(fault.Invalid, "%s", word(r.Context(), "fault.number")).With(0, field, "%s", word(r.Context(), "fault.number"))
	}
	return id, nil
}

func (p *pages) judge(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	say := duplicate.Say{Verdict: duplicate.Verdict(r.PostForm.Get("verdict"))}
	if say.Keep, err = personIn(r, "keep"); err != nil {
		return err
	}
	if say.Head, err = personIn(r, "head"); err != nil {
		return err
	}
	if _, err := p.Duplicates.Judge(r.Context(), scope, id, ver, say); err != nil {
		return err
	}
	return web.See(w, r, pairPath(id))
}

func (p *pages) postpone(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	until, err := clock.ParseDay(r.PostForm.Get("until"))
	if err != nil {
		return fault.New(fault.Invalid, "%s", word(r.Context(), "fault.day")).With(0, "until", "%s", word(r.Context(), "fault.day"))
	}
	if _, err := p.Duplicates.Postpone(r.Context(), scope, id, ver, until); err != nil {
		return err
	}
	return web.See(w, r, pairPath(id))
}

func (p *pages) undo(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	if _, err := p.Duplicates.Undo(r.Context(), scope, id, ver); err != nil {
		return err
	}
	return web.See(w, r, pairPath(id))
}

// labels is a file of what was decided, for refitting the model: no person is named in it.
func (p *pages) labels(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.Scope(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	list, err := p.Duplicates.Labels(r.Context(), scope)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="duplicate-labels.csv"`)
	out := csv.NewWriter(w)
	names := []string{"pair", "same", "weight", "probability"}
	if len(list) > 0 {
		for _, e := range list[0].Evidence {
			names = append(names, e.Field)
		}
	}
	rows := [][]string{names}
	for _, l := range list {
		row := []string{strconv.FormatInt(l.Pair, 10), strconv.FormatBool(l.Same), strconv.FormatFloat(l.Weight, 'f', 2, 64), strconv.FormatFloat(l.Probability, 'f', 4, 64)}
		for _, e := range l.Evidence {
			row = append(row, e.Level)
		}
		rows = append(rows, slices.Clone(row))
	}
	return out.WriteAll(rows)
}
