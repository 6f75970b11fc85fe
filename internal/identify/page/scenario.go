package page

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
	"rightkey/poverty/targeting"
)

// sides are the two scenarios that stand beside each other: the parameters "a", "a_amount" and so on.
var sides = []string{"a", "b"}

// scenario shows one or two scenarios beside each other. Nothing is written.
func (p *pages) scenario(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	known := []string{"area", "rule", "benefit", "a", "a_amount", "b", "b_amount"}
	for name := range r.URL.Query() {
		if ofPoints(name) {
			known = append(known, name)
		}
	}
	query, err := web.Asked(r, known...)
	if err != nil {
		return err
	}
	scope, err := p.Scope(r, access.AssessRun)
	if err != nil {
		return err
	}
	at, err := p.placeOf(ctx, scope, query.Get("area"))
	if err != nil {
		return err
	}
	pack, err := p.Identify.PackAt(at.key)
	if err != nil {
		return err
	}
	form, err := p.scenarioForm(ctx, scope, at, pack, query)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "scenario.title"), Wide: true, Area: &web.Choice{Label: at.label}, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/identify"}, {Label: word(ctx, "scenario.title")}}}
	parts := []templ.Component{web.Note(word(ctx, "scenario.about")), form}
	effects, err := p.effects(ctx, scope, at, pack, query)
	var refused *fault.Error
	switch {
	case errors.As(err, &refused):
		return p.Show(w, r, web.Status(err), page, append(parts, web.Notice{Tone: web.ToneBad, Text: web.Said(ctx, refused)})...)
	case err != nil:
		return err
	}
	if len(effects) > 0 && len(effects[0].Areas) == 0 {
		return p.Show(w, r, http.StatusOK, page, append(parts, web.Empty{Title: word(ctx, "scenario.nobody"), Text: word(ctx, "scenario.nobody_text")})...)
	}
	if len(effects) == 0 {
		return p.Show(w, r, http.StatusOK, page, append(parts, web.Empty{Title: word(ctx, "scenario.empty"), Text: word(ctx, "scenario.empty_text")})...)
	}
	parts = append(parts, compared(ctx, pack, effects, at, door(pack, p.MayAnywhere(r, access.HouseholdList)))...)
	return p.Show(w, r, http.StatusOK, page, parts...)
}

// scenarioForm asks for the two changes.
func (p *pages) scenarioForm(ctx context.Context, scope access.Scope, at place, pack *policy.Pack, query url.Values) (web.Filters, error) {
	areas, err := p.areaOptions(ctx, scope, at)
	if err != nil {
		return web.Filters{}, err
	}
	rule := web.Field{Name: "rule", Label: word(ctx, "rule"), Kind: web.FieldSelect, Value: query.Get("rule")}
	for _, one := range identify.SectionOf(pack).Rules {
		rule.Options = append(rule.Options, web.Option{Value: one.Code, Label: one.Label.In(web.Lang(ctx))})
	}
	fields := []web.Field{{Name: "area", Label: web.T(ctx, "common.area"), Kind: web.FieldSelect, Value: at.code, Options: areas}, rule}
	for _, side := range sides {
		change := web.Field{Name: side, Label: word(ctx, "scenario."+side), Kind: web.FieldSelect, Value: query.Get(side), Options: []web.Option{{Label: word(ctx, "scenario.none")}}}
		for _, c := range identify.Changes {
			change.Options = append(change.Options, web.Option{Value: string(c), Label: word(ctx, "scenario.change."+string(c), "currency", pack.Currency)})
		}
		fields = append(fields, change, web.Field{Name: side + "_amount", Label: word(ctx, "scenario.amount"), Value: query.Get(side + "_amount"), Attributes: templ.Attributes{"inputmode": "decimal"}})
	}
	fields = append(fields, web.Field{Name: "benefit", Label: word(ctx, "scenario.benefit", "currency", pack.Currency), Value: query.Get("benefit"), Attributes: templ.Attributes{"inputmode": "decimal"}})
	return web.Filters{Action: "/identify/scenario", Fields: fields, Clear: "/identify/scenario", Submit: word(ctx, "scenario.work_out"), More: pointsForm(ctx, pack, query)}, nil
}

// effects works the scenarios out that the address asks for.
func (p *pages) effects(ctx context.Context, scope access.Scope, at place, pack *policy.Pack, query url.Values) ([]identify.Effect, error) {
	var effects []identify.Effect
	benefit, err := scenarioAmount(ctx, "benefit", query.Get("benefit"), pack.Digits)
	if err != nil {
		return nil, err
	}
	for _, side := range sides {
		weights, err := weightsOf(side, query)
		if err != nil {
			return nil, err
		}
		change := identify.Change(query.Get(side))
		switch {
		case change == "" && len(weights) == 0:
			continue
		case change == "":
			change = identify.NewPoints
		}
		digits := 0
		if change == identify.NewLine || change == identify.NewBudget {
			digits = pack.Digits
		}
		amount, err := scenarioAmount(ctx, side+"_amount", query.Get(side+"_amount"), digits)
		if err != nil {
			return nil, err
		}
		effect, err := p.Identify.Simulate(ctx, scope, identify.Scenario{Area: at.key, Rule: query.Get("rule"), Change: change, Amount: amount, Benefit: benefit, Weights: weights})
		if err != nil {
			return nil, err
		}
		effects = append(effects, effect)
	}
	return effects, nil
}

// scenarioAmount reads a number with so many digits that count; nothing is 0.
func scenarioAmount(ctx context.Context, field, written string, digits int) (int64, error) {
	if written == "" {
		return 0, nil
	}
	number, err := strconv.ParseFloat(strings.ReplaceAll(written, ",", ""), 64)
	minor := math.Round(number * math.Pow10(digits))
	if err != nil || !(minor >= 0 && minor < 1<<40) {
		return 0, fault.New(fault.Invalid, "%s", word(ctx, "fault.parameter")).With(0, field, "%s", word(ctx, "fault.parameter"))
	}
	return int64(minor), nil
}

// compared are scenarios beside each other: the whole, by area, by groups and by tenths.
func compared(ctx context.Context, pack *policy.Pack, effects []identify.Effect, at place, lacking func(area string) string) []templ.Component {
	first := effects[0]
	table := func(key, column string, parts func(identify.Effect) []part) web.Table {
		return movedTable(ctx, word(ctx, "scenario."+key), column, effects, parts)
	}
	boxes := []templ.Component{web.Box(word(ctx, "scenario.whole"), wholeTable(ctx, pack, effects, lacking(at.code))),
		web.Box(word(ctx, "scenario.by_area"), table("by_area", web.T(ctx, "common.area"), func(e identify.Effect) (parts []part) {
			for _, a := range e.Areas {
				parts = append(parts, part{a.Area.Code, a.Area.Label(web.Lang(ctx)), a.Moved})
			}
			return parts
		})),
		folded(ctx, "coverage", web.Note(word(ctx, "scenario.coverage_note")), coverageTable(ctx, first, lacking))}
	if len(first.Groups) > 0 {
		boxes = append(boxes, folded(ctx, "by_group", table("by_group", word(ctx, "scenario.group"), func(e identify.Effect) (parts []part) {
			for _, g := range e.Groups {
				parts = append(parts, part{g.Dimension.Code + "=" + g.Value, groupLabel(ctx, pack, g), g.Moved})
			}
			return parts
		})))
	}
	return append(boxes, folded(ctx, "by_tenth", table("by_tenth", word(ctx, "scenario.tenth"), func(e identify.Effect) (parts []part) {
		for i, d := range e.Deciles {
			parts = append(parts, part{strconv.Itoa(i), number(ctx, int64(i+1)), d})
		}
		return parts
	})), web.Note(word(ctx, "scenario.as_of", "at", i18n.Moment(web.Lang(ctx), first.AsOf))))
}

// folded is a part of the consequences that opens when it is asked for: all of them at once are longer than a phone's
// reader scrolls.
func folded(ctx context.Context, key string, content ...templ.Component) templ.Component {
	return web.Folded(word(ctx, "scenario."+key), false, web.Parts(content...))
}

// coverageTable says of each area whom of the poor the register has now: it is the same whatever a scenario changes.
func coverageTable(ctx context.Context, e identify.Effect, lacking func(area string) string) web.Table {
	t := web.Table{Caption: word(ctx, "scenario.coverage"), Scroll: true, Columns: []web.Column{{Label: web.T(ctx, "common.area")}, {Label: word(ctx, "scenario.before"), Number: true}, {Label: word(ctx, "scenario.unregistered"), Number: true},
		{Label: word(ctx, "scenario.covered"), Number: true}}}
	if e.Reached != nil {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, "scenario.reached")})
	}
	for _, a := range e.Areas {
		shares := []string{covered(ctx, a.Before, a.Unregistered), expected(ctx, a.Reached)}[:len(t.Columns)-3]
		row := web.Row{Cells: []web.Cell{web.Text(a.Area.Label(web.Lang(ctx))), web.Text(number(ctx, a.Before.Households)), {Text: number(ctx, a.Unregistered.Households), Href: lacking(a.Area.Code)}}}
		for _, written := range shares {
			row.Cells = append(row.Cells, web.Cell{Text: written, Missing: written == ""})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// door leads from the number of households that the register lacks in an area to their list; nowhere for who may not list
// households.
func door(pack *policy.Pack, lists bool) func(area string) string {
	of := identify.Unregistered(pack)
	return func(area string) string {
		if !lists {
			return ""
		}
		return "/households?" + url.Values{"area": {area}, "verdict": of.Verdict, "status.not": of.NotStatus}.Encode()
	}
}

// covered is the share of the households found poor that are registered as poor; nothing where nobody is found poor.
func covered(ctx context.Context, poor, unregistered identify.Heads) string {
	return share(ctx, 1-float64(unregistered.Households)/float64(poor.Households), poor.Households > 0)
}

// groupLabel is a value of a dimension in words.
func groupLabel(ctx context.Context, pack *policy.Pack, g identify.MovedGroup) string {
	label, value := g.Dimension.Item.Label.In(web.Lang(ctx)), word(ctx, "scenario.not_known")
	if g.Dimension.Code == registry.ByHeadSex {
		label = word(ctx, "scenario.head_sex")
	}
	if g.Value != "" {
		value = g.Dimension.Item.Format(web.Lang(ctx), dimensionValue(g))
	}
	return label + ": " + value
}

// dimensionValue is a value of a dimension as its item holds it.
func dimensionValue(g identify.MovedGroup) policy.Value {
	switch g.Dimension.Item.Kind {
	case policy.Bool:
		return g.Value == "true"
	case policy.Multi:
		return []string{g.Value}
	}
	return g.Value
}

// wholeTable has a row for each figure that a scenario has, and a column for each scenario; lacking is the address of the
// households that the register lacks.
func wholeTable(ctx context.Context, pack *policy.Pack, effects []identify.Effect, lacking string) web.Table {
	table := web.Table{Caption: word(ctx, "scenario.whole"), Scroll: true, Columns: []web.Column{{Label: word(ctx, "scenario.figure")}}}
	figures := []struct {
		key  string
		of   func(identify.Effect) string
		href string
	}{
		{"change_made", func(e identify.Effect) string {
			return changeMade(ctx, pack, e)
		}, ""},
		{"before", func(e identify.Effect) string { return heads(ctx, e.Before) }, ""},
		{"after", func(e identify.Effect) string { return heads(ctx, e.After) }, ""},
		{"in", func(e identify.Effect) string { return heads(ctx, e.In) }, ""},
		{"out", func(e identify.Effect) string { return heads(ctx, e.Out) }, ""},
		{"exclusion", func(e identify.Effect) string { return expected(ctx, e.Exclusion) }, ""},
		{"inclusion", func(e identify.Effect) string { return expected(ctx, e.Inclusion) }, ""},
		{"cost", func(e identify.Effect) string { return cost(ctx, pack, e) }, ""},
		{"unregistered", func(e identify.Effect) string { return heads(ctx, e.Unregistered) }, lacking},
		{"covered", func(e identify.Effect) string { return covered(ctx, e.Before, e.Unregistered) }, ""},
		{"reached", func(e identify.Effect) string { return expected(ctx, e.Reached) }, ""},
		{"quota", func(e identify.Effect) string { return quota(ctx, e) }, ""},
	}
	for i := range effects {
		table.Columns = append(table.Columns, web.Column{Label: word(ctx, "scenario."+sides[i])})
	}
	for _, f := range figures {
		row := web.Row{Cells: []web.Cell{web.Text(word(ctx, "scenario."+f.key))}}
		for _, e := range effects {
			written := f.of(e)
			row.Cells = append(row.Cells, web.Cell{Text: written, Missing: written == "", Href: f.href})
		}
		if slices.ContainsFunc(row.Cells[1:], func(c web.Cell) bool { return !c.Missing }) {
			table.Rows = append(table.Rows, row)
		}
	}
	return table
}

// cost is what a scenario costs; nothing where nobody said what a household gets.
func cost(ctx context.Context, pack *policy.Pack, e identify.Effect) string {
	if e.Benefit == 0 {
		return ""
	}
	return amount(ctx, e.Cost, pack)
}

// changeMade is what a scenario changes, in words.
func changeMade(ctx context.Context, pack *policy.Pack, e identify.Effect) string {
	made := word(ctx, "scenario.change."+string(e.Change), "currency", pack.Currency)
	switch e.Change {
	case identify.NewPoints:
	case identify.NewLine, identify.NewBudget:
		made += ": " + amount(ctx, e.Amount, pack)
	default:
		made += ": " + number(ctx, e.Amount)
	}
	if len(e.Weights) == 0 {
		return made
	}
	return made + " · " + weightsMade(ctx, pack, e)
}

// heads writes households and persons.
func heads(ctx context.Context, h identify.Heads) string {
	return word(ctx, "scenario.heads", "households", h.Households, "persons", h.Persons)
}

// expected writes an error with its interval; nothing where the rule has no model card.
func expected(ctx context.Context, e *targeting.Expected) string {
	if e == nil {
		return ""
	}
	lang := web.Lang(ctx)
	return word(ctx, "scenario.expected", "estimate", i18n.Percent(lang, e.Estimate, 1), "low", i18n.Percent(lang, e.Low, 1), "high", i18n.Percent(lang, e.High, 1))
}

// quota holds what a scenario finds against the planned number; nothing where there is none.
func quota(ctx context.Context, e identify.Effect) string {
	if e.Quota == nil {
		return ""
	}
	return word(ctx, "scenario.of_quota", "persons", e.After.Persons, "quota", e.Quota.Persons, "share", share(ctx, float64(e.After.Persons)/float64(e.Quota.Persons), true))
}

// part is the households of an area, group or tenth.
type part struct {
	key, label string
	identify.Moved
}

// movedTable has a row for each part, with its households before, and after each scenario. A part that a later scenario
// does not have is one that nobody was in.
func movedTable(ctx context.Context, caption, first string, effects []identify.Effect, parts func(identify.Effect) []part) web.Table {
	table := web.Table{Caption: caption, Scroll: true, Columns: []web.Column{{Label: first}, {Label: word(ctx, "scenario.before"), Number: true}}}
	rows := map[string]int{}
	for i, e := range effects {
		for _, key := range []string{"after", "in", "out"} {
			table.Columns = append(table.Columns, web.Column{Label: word(ctx, "scenario."+sides[i]) + ": " + word(ctx, "scenario."+key), Number: true})
		}
		for _, p := range parts(e) {
			at, known := rows[p.key]
			if !known {
				at = len(table.Rows)
				rows[p.key] = at
				table.Rows = append(table.Rows, web.Row{Cells: slices.Repeat([]web.Cell{web.Text(number(ctx, 0))}, 2+3*len(effects))})
				table.Rows[at].Cells[0], table.Rows[at].Cells[1] = web.Text(p.label), web.Text(number(ctx, p.Before.Households))
			}
			for k, h := range []identify.Heads{p.After, p.In, p.Out} {
				table.Rows[at].Cells[2+3*i+k] = web.Text(number(ctx, h.Households))
			}
		}
	}
	return table
}
