package identify

import (
	"math"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Card is a scorecard: questions whose answers carry points, and cut-offs that part households into categories by the
// sum of their points.
type Card struct {
	Code      string
	Label     i18n.Text
	HighPoor  bool // the more points, the poorer; else the more points, the better off
	OnCutoff  bool // a household exactly on a cut-off belongs to its category
	Questions []Question
	Cutoffs   []Cutoff // from the poorest category up
	Otherwise string   // category of who reaches no cut-off
	Model     *ModelCard
	Least     int // the fewest and the most points that answers can give
	Most      int
}

// Question is one question of a scorecard.
type Question struct {
	Code    string
	Label   i18n.Text
	Subject string // of Item
	Item    *policy.Item
	Figure  string // code of a household's item, a formula of it, or "members", whose number Answers part into bands
	Answers []Answer
}

// Answer is one answer of a question with its points: an option of the question's item, a band of its figure, or
// the first condition that holds.
type Answer struct {
	Label  i18n.Text
	Option string
	From   float64 // of a band: from this figure, to before the next answer's
	When   *policy.Condition
	Points int
}

// Cutoff is the number of points from which on (to which, where points are of the better off) a household belongs to a
// category. It is a dated figure of the pack, so that it can differ by area and date.
type Cutoff struct {
	Category string
	Value    string            // code among the pack's values
	When     *policy.Condition // for whom it is; nil: for everybody
	Label    i18n.Text         // what it is for, where there is a condition
}

// Scored is one question's answer with its points, as it is kept.
type Scored struct {
	Question string `json:"question"`
	Answer   int    `json:"answer"` // place among the question's answers, -1 for unknown
	Points   int    `json:"points"`
}

// points scores a household. missing are the codes of what would have to be asked.
func (c *Card) points(p *policy.Pack, inputs map[string]any) (total int, scored []Scored, missing []string, err error) {
	for _, q := range c.Questions {
		at, lacking, err := q.answer(p, inputs)
		if err != nil {
			return 0, nil, nil, err
		}
		one := Scored{Question: q.Code, Answer: at}
		if at >= 0 {
			one.Points = q.Answers[at].Points
			total += one.Points
		} else {
			missing = append(missing, lacking...)
		}
		scored = append(scored, one)
	}
	return total, scored, missing, nil
}

// answer is the place of a household's answer; -1 with what has to be asked where it is unknown.
func (q Question) answer(p *policy.Pack, inputs map[string]any) (at int, missing []string, err error) {
	switch {
	case q.Item != nil:
		at, missing = q.chosen(inputs)
	case q.Figure != "":
		return q.band(p, inputs)
	default:
		return q.holding(inputs)
	}
	return at, missing, nil
}

// chosen finds the option that is the value of the question's item, of a part's item the first part's.
func (q Question) chosen(inputs map[string]any) (int, []string) {
	value := inputs[q.Item.Code]
	if q.Subject != "household" {
		value = nil
		if list, _ := inputs[partLists[q.Subject]].([]map[string]any); len(list) > 0 {
			value = list[0][q.Item.Code]
		}
	}
	option := ""
	switch v := value.(type) {
	case string:
		option = v
	case bool:
		option = map[bool]string{true: "yes", false: "no"}[v]
	}
	for i, a := range q.Answers {
		if value != nil && a.Option == option {
			return i, nil
		}
	}
	return -1, []string{q.Item.Code}
}

// band finds the answer whose band holds the figure; what is below the first band is in it.
func (q Question) band(p *policy.Pack, inputs map[string]any) (int, []string, error) {
	figure, known := inputs[q.Figure].(float64)
	if !known {
		formula, ok := p.Formulas[q.Figure]
		if !ok {
			return -1, []string{q.Figure}, nil
		}
		members, _ := inputs["people"].([]map[string]any)
		behind, err := addMembers(p, formula, members, inputs)
		if err != nil {
			return -1, nil, err
		}
		result, err := formula.Eval(inputs)
		if err != nil || !result.Known() {
			return -1, asked(result.Unknown, behind), err
		}
		figure = result.Number
	}
	at := 0
	for i, a := range q.Answers {
		if figure >= a.From {
			at = i
		}
	}
	return at, nil, nil
}

// holding finds the first answer whose condition holds; the last may have none and holds for the others.
func (q Question) holding(inputs map[string]any) (int, []string, error) {
	for i, a := range q.Answers {
		if a.When == nil {
			return i, nil, nil
		}
		holds, known, err := a.When.Holds(inputs)
		if err != nil {
			return -1, nil, err
		}
		if !known {
			return -1, a.When.Missing(inputs), nil
		}
		if holds {
			return i, nil, nil
		}
	}
	return -1, nil, nil
}

// category finds what points belong to, with the cut-off that decided (the nearest one that was not reached, for the
// others) and its number. known is false where the pack has no such figure for the place and day, or where it
// is unknown for whom a cut-off is.
func (c *Card) category(points int, inputs map[string]any) (category string, decided Cutoff, limit float64, known bool, missing []string) {
	for _, cut := range c.Cutoffs {
		if cut.When != nil {
			holds, sure, err := cut.When.Holds(inputs)
			if err != nil || !sure {
				return "", cut, 0, false, cut.When.Missing(inputs)
			}
			if !holds {
				continue
			}
		}
		number, ok := inputs[cut.Value].(float64)
		if !ok {
			return "", cut, 0, false, nil
		}
		if c.reached(float64(points), number) {
			return cut.Category, cut, number, true, nil
		}
		// Of several cut-offs of one category the widest decides: who has a condition may have more room.
		if decided.Value == "" || cut.Category != decided.Category || c.reached(limit, number) {
			decided, limit = cut, number
		}
	}
	return c.Otherwise, decided, limit, decided.Value != "", nil
}

// reached says whether points are within a cut-off.
func (c *Card) reached(points, cutoff float64) bool {
	if points == cutoff {
		return c.OnCutoff
	}
	return (points > cutoff) == c.HighPoor
}

// span is the fewest and most points of a question.
func (q Question) span() (least, most int) {
	least, most = math.MaxInt, math.MinInt
	for _, a := range q.Answers {
		least, most = min(least, a.Points), max(most, a.Points)
	}
	return least, most
}
