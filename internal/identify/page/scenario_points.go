package page

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

// pointsParameter is the parameter by which a side gives an answer other points: "a.QUESTION.PLACE".
func pointsParameter(side, question string, place int) string {
	return side + "." + question + "." + strconv.Itoa(place)
}

// ofPoints says whether a parameter gives an answer other points.
func ofPoints(name string) bool {
	side, answer, ok := strings.Cut(name, ".")
	return ok && answer != "" && slices.Contains(sides, side)
}

// weightsOf are the other points that a side of the address gives.
func weightsOf(side string, query url.Values) ([]identify.Weight, error) {
	var weights []identify.Weight
	for name := range query {
		answer, ok := strings.CutPrefix(name, side+".")
		if !ok {
			continue
		}
		weight, err := identify.ParseWeight(answer, query.Get(name))
		if err != nil {
			return nil, err
		}
		weights = append(weights, weight)
	}
	return weights, nil
}

// cardOf is the scorecard by which the rule of the address ranks; nil where it has none.
func cardOf(pack *policy.Pack, rule string) *identify.Card {
	of, err := identify.RuleOf(pack, rule)
	if err != nil {
		return nil
	}
	return of.Scorecard()
}

// pointsForm asks, for each answer of the rule's scorecard and each side, for other points; nil where it has no card.
func pointsForm(ctx context.Context, pack *policy.Pack, query url.Values) templ.Component {
	card := cardOf(pack, query.Get("rule"))
	if card == nil {
		return nil
	}
	lang := web.Lang(ctx)
	table := web.Table{Caption: card.Label.In(lang), Scroll: true, Columns: []web.Column{{Label: word(ctx, "scenario.question")}, {Label: word(ctx, "scenario.answer")}, {Label: word(ctx, "scenario.points_now"), Number: true}}}
	for _, side := range sides {
		table.Columns = append(table.Columns, web.Column{Label: word(ctx, "scenario."+side)})
	}
	for _, q := range card.Questions {
		for i, answer := range q.Answers {
			row := web.Row{Cells: []web.Cell{web.Text(q.Label.In(lang)), web.Text(answer.Label.In(lang)), web.Text(number(ctx, int64(answer.Points)))}}
			for _, side := range sides {
				name := pointsParameter(side, q.Code, i)
				label := word(ctx, "scenario."+side) + ": " + q.Label.In(lang) + ", " + answer.Label.In(lang)
				row.Cells = append(row.Cells, web.Cell{View: pointsField(name, query.Get(name), label, answer.Points)})
			}
			table.Rows = append(table.Rows, row)
		}
	}
	given := false
	for name := range query {
		given = given || ofPoints(name)
	}
	return web.Folded(word(ctx, "scenario.points_of", "card", card.Label.In(lang)), given, web.Parts(web.Note(word(ctx, "scenario.points_note")), table))
}

// weightsMade are the other points of a scenario in words, in the order of the card.
func weightsMade(ctx context.Context, pack *policy.Pack, e identify.Effect) string {
	card, lang := cardOf(pack, e.Rule), web.Lang(ctx)
	var made []string
	for _, q := range card.Questions {
		for i, answer := range q.Answers {
			for _, w := range e.Weights {
				if w.Question == q.Code && w.Answer == i {
					made = append(made, word(ctx, "scenario.points_made", "question", q.Label.In(lang), "answer", answer.Label.In(lang), "now", answer.Points, "then", w.Points))
				}
			}
		}
	}
	return strings.Join(made, word(ctx, "semicolon"))
}
