package identify

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Weight is other points than the scorecard's for an answer.
type Weight struct {
	Question string // code
	Answer   int    // place among the question's answers
	Points   int
}

// ParseWeight reads other points for an answer that is named QUESTION.PLACE, its place among the question's from 0.
func ParseWeight(answer, points string) (Weight, error) {
	at := strings.LastIndex(answer, ".")
	if at < 0 {
		return Weight{}, noWeight()
	}
	place, errPlace := strconv.Atoi(answer[at+1:])
	number, errPoints := strconv.Atoi(points)
	if errPlace != nil || errPoints != nil {
		return Weight{}, noWeight()
	}
	return Weight{answer[:at], place, number}, nil
}

// noWeight is the fault of points that a scenario cannot give.
func noWeight() error {
	return refuse("points", "weight", "the scorecard has no such answer, or its points are no whole number within a million")
}

// Scorecard is the card by whose points a rule ranks households; nil for one that ranks by welfare, or not at all.
func (r Rule) Scorecard() *Card {
	m, _ := measureOf(r)
	return m.card
}

// mostWeight bounds the points of an answer in a scenario.
const mostWeight = 1_000_000

// mirrorWeighted is the column that a scenario with other points adds up.
const mirrorWeighted = "scenario.points"

// mirrorAnswer is the column of the mirror that holds the answers to a question of a scorecard.
func mirrorAnswer(card, question string) string { return "answer." + card + "." + question }

// code names an answer by what it says, so that it is found again in another version of the pack.
func (q Question) code(answer int) string {
	a := q.Answers[answer]
	switch {
	case a.Option != "":
		return a.Option
	case q.Figure == "":
		return strconv.Itoa(answer) + "/" + strconv.Itoa(len(q.Answers))
	case answer == 0:
		return "to " + q.bound(1)
	}
	return q.bound(answer) + " to " + q.bound(answer+1)
}

// bound is where a band of a question's figure begins; nothing after the last.
func (q Question) bound(answer int) string {
	if answer == len(q.Answers) {
		return ""
	}
	return strconv.FormatFloat(q.Answers[answer].From, 'g', -1, 64)
}

// answerColumns are a column for each question of the scorecards of all installed packs.
func answerColumns(packs []*policy.Pack) []mirror.Column {
	var columns []mirror.Column
	for _, pack := range packs {
		for _, card := range SectionOf(pack).Cards {
			for _, q := range card.Questions {
				name := mirrorAnswer(card.Code, q.Code)
				if !slices.ContainsFunc(columns, func(c mirror.Column) bool { return c.Name == name }) {
					columns = append(columns, mirror.Column{Name: name, Kind: mirror.Code})
				}
			}
		}
	}
	return columns
}

// mirrorAnswers puts the answers of households' newest assessments by a scorecard into their values for the mirror.
func (s *Service) mirrorAnswers(ctx context.Context, scope access.Scope, schema *mirror.Schema, home int64, households []int64, values map[int64][]int64) error {
	type row struct {
		household    int64
		hash, inputs string
	}
	args, newest := newestOf(home, households)
	found, err := store.All(ctx, s.db.In(scope), "SELECT a.household, a.hash, a.inputs FROM assessment a"+newest+" AND a.points IS NOT NULL", args,
		func(r store.Rows, one *row) error { return r.Scan(&one.household, &one.hash, &one.inputs) })
	if err != nil {
		return fmt.Errorf("read the answers to scorecards: %w", err)
	}
	first, err := schema.Index(MirrorVerdict)
	if err != nil {
		return err
	}
	for _, one := range found {
		var basis struct {
			Score *Score `json:"score"`
		}
		if err := json.Unmarshal([]byte(one.inputs), &basis); err != nil {
			return fmt.Errorf("read the answers to a scorecard: %w", err)
		}
		pack, ok := s.packs.Get(one.hash)
		if !ok || basis.Score == nil {
			continue
		}
		card, ok := SectionOf(pack).Card(basis.Score.Card)
		if !ok {
			continue
		}
		for _, scored := range basis.Score.Answers {
			column, err := schema.Index(mirrorAnswer(card.Code, scored.Question))
			at := slices.IndexFunc(card.Questions, func(q Question) bool { return q.Code == scored.Question })
			if err != nil || at < 0 || scored.Answer < 0 || scored.Answer >= len(card.Questions[at].Answers) {
				continue
			}
			if values[one.household][column-first], err = schema.Code(column, card.Questions[at].code(scored.Answer)); err != nil {
				return err
			}
		}
	}
	return nil
}

// changed are the weights that differ from the card's points. It returns an Invalid fault for an answer that the card
// does not have.
func (c *Card) changed(weights []Weight) (map[string]map[int]int, error) {
	changed := map[string]map[int]int{}
	for _, w := range weights {
		at := slices.IndexFunc(c.Questions, func(q Question) bool { return q.Code == w.Question })
		if at < 0 || w.Answer < 0 || w.Answer >= len(c.Questions[at].Answers) || max(w.Points, -w.Points) > mostWeight {
			return nil, noWeight()
		}
		if c.Questions[at].Answers[w.Answer].Points != w.Points {
			if changed[w.Question] == nil {
				changed[w.Question] = map[int]int{}
			}
			changed[w.Question][w.Answer] = w.Points
		}
	}
	return changed, nil
}

// weigh lets a scenario rank by other points, if it has any.
func (s *simulation) weigh() error {
	if len(s.effect.Weights) == 0 {
		return nil
	}
	changed, err := s.measure.card.changed(s.effect.Weights)
	if err != nil || len(changed) == 0 {
		return err
	}
	s.measure.column = mirrorWeighted
	s.table, err = s.measure.card.weigh(s.table, changed)
	return err
}

// weigh adds the points of a scorecard's answers up with other points for some of them. A household that was judged by
// other questions, or an answer that the card does not have, has no points.
func (c *Card) weigh(t *mirror.Table, changed map[string]map[int]int) (*mirror.Table, error) {
	terms := make([]mirror.Term, len(c.Questions))
	for i, q := range c.Questions {
		terms[i] = mirror.Term{Column: mirrorAnswer(c.Code, q.Code), Adds: map[int64]int64{}}
		at := slices.IndexFunc(t.Columns(), func(column mirror.Column) bool { return column.Name == terms[i].Column })
		if at < 0 {
			return nil, fault.New(fault.Conflict, "the answers to this scorecard are not in memory yet: they are after the next start of the program").Coded("scenario.unread_card")
		}
		for k, answer := range q.Answers {
			points, ok := changed[q.Code][k]
			if !ok {
				points = answer.Points
			}
			if n := slices.Index(t.Columns()[at].Codes, q.code(k)); n >= 0 {
				terms[i].Adds[int64(n)] = int64(points)
			}
		}
	}
	return t.With(mirrorWeighted, terms)
}

// cutOff selects by the pack's own cut-off, area by area where it differs: the widest of the poor categories. A cut-off
// that is for some households only is not looked at.
func (s *simulation) cutOff(whole []access.Range) {
	byLimit := map[int64]int{}
	for _, piece := range s.pieces(whole) {
		limit := s.cutAt(piece.Lo)
		at, ok := byLimit[limit]
		if !ok {
			at = len(s.parts)
			byLimit[limit] = at
			s.parts = append(s.parts, selected{limit: limit})
		}
		s.parts[at].in = append(s.parts[at].in, piece)
	}
}

// cutAt is the limit of who is poor by the pack's cut-offs at an area; one within which nobody is where it has none.
func (s *simulation) cutAt(area int64) int64 {
	limit := -s.measure.everybody()
	for _, cut := range s.poorCuts() {
		value, ok := s.pack.Value(cut.Value, area, s.day)
		if !ok || !value.IsNumber {
			continue
		}
		own := int64(math.Floor(value.Number))
		switch whole := float64(own) == value.Number; {
		case whole:
			own = s.measure.limit(own)
		case s.measure.highPoor:
			own++
		}
		if s.measure.within(limit, own) {
			limit = own
		}
	}
	return limit
}

// poorCuts are the cut-offs for everybody of categories that are poor.
func (s *simulation) poorCuts() []Cutoff {
	return slices.DeleteFunc(slices.Clone(s.measure.card.Cutoffs), func(cut Cutoff) bool {
		category, _ := SectionOf(s.pack).Category(cut.Category)
		return cut.When != nil || category.Outcome != Poor
	})
}

// pieces part areas where a cut-off may differ.
func (s *simulation) pieces(whole []access.Range) []access.Range {
	var begins []int64
	for _, cut := range s.poorCuts() {
		for _, value := range s.pack.Values {
			if value.Code == cut.Value {
				begins = append(begins, value.Area.Lo, value.Area.Hi+1)
			}
		}
	}
	var list []access.Range
	for _, r := range whole {
		for _, begin := range sorted(begins) {
			if r.Lo < begin && begin <= r.Hi {
				list = append(list, access.Range{Lo: r.Lo, Hi: begin - 1})
				r.Lo = begin
			}
		}
		list = append(list, r)
	}
	return list
}
