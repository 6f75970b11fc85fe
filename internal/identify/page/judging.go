package page

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

// judging shows how a pack judges: its rules, what excludes or moves a household, and each scorecard with its points, its
// cut-offs and how often its model errs.
func (p *pages) judging(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := web.Asked(r); err != nil {
		return err
	}
	pack, ok := p.Identify.Pack(r.PathValue("hash"))
	if !ok {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	section := identify.SectionOf(pack)
	parts := []templ.Component{web.Box(word(ctx, "judging.rules"), ruleTable(ctx, section)), web.Box(word(ctx, "judging.marks"), markTable(ctx, section))}
	for _, card := range section.Cards {
		parts = append(parts, p.card(ctx, pack, card)...)
	}
	title := word(ctx, "judging.title", "pack", pack.Title.In(web.Lang(ctx)))
	return p.Show(w, r, http.StatusOK, web.Page{Title: title, Wide: true, Crumbs: []web.Crumb{{Label: pack.ID + " " + pack.Version, Href: "/packs/" + pack.Hash}, {Label: word(ctx, "judging.short")}}}, parts...)
}

func ruleTable(ctx context.Context, section *identify.Section) web.Table {
	table := web.Table{Caption: word(ctx, "judging.rules"), Columns: []web.Column{{Label: word(ctx, "rule")}, {Label: word(ctx, "judging.by")}, {Label: word(ctx, "judging.source")}},
		Empty: web.Empty{Title: word(ctx, "judging.no_rules"), Text: word(ctx, "judging.no_rules_text")}}
	for _, rule := range section.Rules {
		by := "welfare"
		switch {
		case rule.Card != nil:
			by = "points"
		case len(rule.Parts) > 0:
			by = "parts"
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(rule.Label.In(web.Lang(ctx))), web.Text(word(ctx, "judging.by_"+by)), web.Text(rule.Source)}})
	}
	return table
}

func markTable(ctx context.Context, section *identify.Section) web.Table {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "judging.marks"), Columns: []web.Column{{Label: word(ctx, "judging.mark")}, {Label: word(ctx, "judging.kind")}, {Label: word(ctx, "judging.grade")}, {Label: word(ctx, "judging.waiver")}},
		Empty: web.Empty{Title: word(ctx, "judging.no_marks"), Text: word(ctx, "judging.no_marks_text")}}
	for _, m := range section.Marks {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(m.Label.In(lang)), web.Text(word(ctx, "judging.kind_"+string(m.Kind))), web.Text(word(ctx, "judging.grade_"+string(m.Grade))), web.Text(m.Waiver.In(lang))}})
	}
	return table
}

// card shows one scorecard.
func (p *pages) card(ctx context.Context, pack *policy.Pack, card *identify.Card) []templ.Component {
	lang := web.Lang(ctx)
	direction := "high_rich"
	if card.HighPoor {
		direction = "high_poor"
	}
	facts := web.Facts{Items: []web.Fact{{Label: word(ctx, "judging.direction"), Value: word(ctx, "judging."+direction)},
		{Label: word(ctx, "judging.span"), Value: number(ctx, int64(card.Least)) + " – " + number(ctx, int64(card.Most))}}}
	for _, cut := range card.Cutoffs {
		facts.Items = append(facts.Items, p.cutoffFact(ctx, pack, cut))
	}
	points := web.Table{Caption: word(ctx, "judging.points"), Columns: []web.Column{{Label: word(ctx, "judging.question")}, {Label: word(ctx, "judging.answer")}, {Label: word(ctx, "judging.points"), Number: true}}}
	for _, q := range card.Questions {
		for i, a := range q.Answers {
			label := ""
			if i == 0 {
				label = q.Label.In(lang)
			}
			points.Rows = append(points.Rows, web.Row{Cells: []web.Cell{web.Text(label), web.Text(a.Label.In(lang)), web.Text(number(ctx, int64(a.Points)))}})
		}
	}
	parts := []templ.Component{web.Box(card.Label.In(lang), facts), web.Box(word(ctx, "judging.points"), points)}
	if card.Model == nil {
		return append(parts, web.Note(word(ctx, "judging.no_model")))
	}
	return append(parts, web.Box(word(ctx, "judging.model"), modelFacts(ctx, card.Model), bandBars(ctx, card.Model), tenths(ctx, card), cutErrors(ctx, card)))
}

// cutoffFact is a cut-off with its figure of today, where the pack has one for the whole country.
func (p *pages) cutoffFact(ctx context.Context, pack *policy.Pack, cut identify.Cutoff) web.Fact {
	lang := web.Lang(ctx)
	category, _ := identify.SectionOf(pack).Category(cut.Category)
	f := web.Fact{Label: word(ctx, "judging.cutoff", "category", category.Label.In(lang)), Note: cut.Label.In(lang)}
	for _, v := range pack.Values {
		if v.Code != cut.Value {
			continue
		}
		f.Value = i18n.Decimal(lang, v.Number, 0)
		if v.Unconfirmed {
			f.View = web.Badge{Tone: web.ToneWarn, Text: web.T(ctx, "common.unconfirmed")}
		}
	}
	return f
}

func modelFacts(ctx context.Context, m *identify.ModelCard) web.Facts {
	lang := web.Lang(ctx)
	facts := web.Facts{}
	for _, f := range []struct {
		key  string
		text i18n.Text
	}{{"data", m.Data}, {"built", m.Built}, {"poor_there", m.Line}, {"limits", m.Limits}} {
		facts.Items = append(facts.Items, web.Fact{Label: word(ctx, "judging."+f.key), Value: f.text.In(lang)})
	}
	return web.Facts{Items: append(facts.Items, web.Fact{Label: word(ctx, "judging.rows"), Value: number(ctx, int64(m.Rows))}, web.Fact{Label: word(ctx, "judging.auc"), Value: i18n.Decimal(lang, m.AUC, 3)})}
}

// bandBars are the shares of poor households by points.
func bandBars(ctx context.Context, m *identify.ModelCard) web.Bars {
	lang := web.Lang(ctx)
	bars := web.Bars{Caption: word(ctx, "judging.poor_by_points"), Unit: "%"}
	for _, b := range m.Bands {
		bars.Items = append(bars.Items, web.Bar{Label: number(ctx, int64(b.From)) + "–" + number(ctx, int64(b.To)), Value: b.Poor, Text: i18n.Percent(lang, b.Poor, 1)})
	}
	return bars
}

// tenths are how many of each tenth of the survey were poor, beside how many their points let one expect.
func tenths(ctx context.Context, card *identify.Card) templ.Component {
	list := card.Tenths()
	if len(list) == 0 {
		return templ.NopComponent
	}
	observed, expected := web.Curve{Label: word(ctx, "judging.observed")}, web.Curve{Label: word(ctx, "judging.expected")}
	plot := web.Curves{Caption: word(ctx, "judging.tenths"), Unit: "%", Across: word(ctx, "judging.tenth")}
	for i, t := range list {
		plot.Marks = append(plot.Marks, number(ctx, int64(i+1)))
		observed.Points = append(observed.Points, estimated(ctx, t.Observed))
		expected.Points = append(expected.Points, web.CurvePoint{Value: t.Expected, Text: i18n.Percent(web.Lang(ctx), t.Expected, 1)})
	}
	plot.Curves = []web.Curve{observed, expected}
	return plot
}

// cutErrors are both errors of the model by the cut-off.
func cutErrors(ctx context.Context, card *identify.Card) templ.Component {
	list := card.Accuracy()
	if len(list) == 0 {
		return templ.NopComponent
	}
	exclusion, inclusion := web.Curve{Label: word(ctx, "judging.exclusion")}, web.Curve{Label: word(ctx, "judging.inclusion")}
	plot := web.Curves{Caption: word(ctx, "judging.errors"), Unit: "%", Across: word(ctx, "judging.at_points")}
	for _, at := range list {
		plot.Marks = append(plot.Marks, number(ctx, int64(at.Points)))
		exclusion.Points = append(exclusion.Points, estimated(ctx, at.Exclusion))
		inclusion.Points = append(inclusion.Points, estimated(ctx, at.Inclusion))
	}
	plot.Curves = []web.Curve{exclusion, inclusion}
	return plot
}

// estimated is a share with its interval.
func estimated(ctx context.Context, f identify.Measured) web.CurvePoint {
	lang := web.Lang(ctx)
	return web.CurvePoint{Value: f.Share, Low: f.Low, High: f.High, Text: i18n.Percent(lang, f.Share, 1), Interval: i18n.Percent(lang, f.Low, 1) + " – " + i18n.Percent(lang, f.High, 1)}
}
