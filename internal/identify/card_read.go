package identify

import (
	"fmt"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

type cardSchema struct {
	Code        string               `yaml:"code"`
	Label       map[i18n.Lang]string `yaml:"label"`
	Direction   string               `yaml:"direction"` // high_poor, high_rich
	OnCutoff    string               `yaml:"on_cutoff"` // in, out
	Questions   []questionSchema     `yaml:"questions"`
	Cutoffs     []cutoffSchema       `yaml:"cutoffs"`
	Otherwise   string               `yaml:"otherwise"`
	Model       *modelSchema         `yaml:"model"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

type questionSchema struct {
	Code        string               `yaml:"code"`
	Label       map[i18n.Lang]string `yaml:"label"` // default: the item's
	Item        string               `yaml:"item"`  // household.CODE, dwelling.CODE
	Figure      string               `yaml:"figure"`
	Points      map[string]int       `yaml:"points"` // of an item: by option; yes and no
	Answers     []answerSchema       `yaml:"answers"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

type answerSchema struct {
	Label  map[i18n.Lang]string `yaml:"label"`
	From   policy.Number        `yaml:"from"`
	When   string               `yaml:"when"`
	Points int                  `yaml:"points"`
	Pos    policy.Pos
}

type cutoffSchema struct {
	Category string               `yaml:"category"`
	Value    string               `yaml:"value"`
	When     string               `yaml:"when"`
	Label    map[i18n.Lang]string `yaml:"label"`
	Pos      policy.Pos
}

// partLists are the lists of a household's parts in conditions, by the subject of their elements.
var partLists = map[string]string{"person": "people", "dwelling": "dwellings"}

func (r *reading) card(s cardSchema) {
	what := fmt.Sprintf("scorecard %q", s.Code)
	c := &Card{Code: s.Code, Label: r.text(s.Pos, what, s.Label), HighPoor: s.Direction == "high_poor", OnCutoff: s.OnCutoff == "in", Otherwise: s.Otherwise}
	if s.Direction != "high_poor" && s.Direction != "high_rich" {
		r.fail(s.Pos, "%s: direction %q is neither high_poor nor high_rich", what, s.Direction)
	}
	if s.OnCutoff != "in" && s.OnCutoff != "out" {
		r.fail(s.Pos, "%s: on_cutoff %q is neither in nor out", what, s.OnCutoff)
	}
	r.decided("scorecard", s.Code, s.Source, s.Unconfirmed, s.Pos)
	for _, question := range s.Questions {
		q := r.question(question)
		least, most := q.span()
		c.Least, c.Most = c.Least+least, c.Most+most
		c.Questions = append(c.Questions, q)
	}
	r.known(s.Pos, what, s.Otherwise)
	for _, cut := range s.Cutoffs {
		r.known(cut.Pos, what, cut.Category)
		r.value(cut.Pos, what, cut.Value)
		one := Cutoff{Category: cut.Category, Value: cut.Value, When: r.condition(cut.Pos, what, cut.When)}
		if one.When != nil {
			one.Label = r.text(cut.Pos, what, cut.Label)
		}
		c.Cutoffs = append(c.Cutoffs, one)
	}
	if len(c.Questions) == 0 || len(c.Cutoffs) == 0 || c.Otherwise == "" {
		r.fail(s.Pos, "%s needs questions, cut-offs and the category of the others", what)
	}
	if s.Model != nil {
		c.Model = r.model(what, *s.Model)
	}
	if _, twice := r.section.Card(s.Code); twice || s.Code == "" {
		r.fail(s.Pos, "%s has no code or stands twice", what)
	}
	r.section.Cards = append(r.section.Cards, c)
}

func (r *reading) question(s questionSchema) Question {
	what := fmt.Sprintf("question %q", s.Code)
	q := Question{Code: s.Code, Figure: s.Figure}
	r.decided("question", s.Code, s.Source, s.Unconfirmed, s.Pos)
	switch {
	case s.Item != "" && s.Figure == "" && s.Answers == nil:
		r.ofItem(&q, s)
	case s.Figure != "" && s.Item == "" && s.Points == nil:
		r.ofFigure(&q, s)
	case s.Figure == "" && s.Item == "" && s.Points == nil:
		for i, a := range s.Answers {
			when := r.condition(a.Pos, what, a.When)
			if when == nil && i < len(s.Answers)-1 {
				r.fail(a.Pos, "%s: only the last answer may do without a condition", what)
			}
			q.Answers = append(q.Answers, Answer{Label: r.text(a.Pos, what, a.Label), When: when, Points: a.Points})
		}
	default:
		r.fail(s.Pos, "%s: say either an item with the points of its options, a figure with the answers' bands, or answers with conditions", what)
	}
	if q.Label == nil {
		q.Label = r.text(s.Pos, what, s.Label)
	}
	if len(q.Answers) < 2 {
		r.fail(s.Pos, "%s has fewer than two answers", what)
	}
	return q
}

// ofItem gives every option of a choice, or yes and no, its points.
func (r *reading) ofItem(q *Question, s questionSchema) {
	subject, code, _ := strings.Cut(s.Item, ".")
	item, ok := r.pack.Item(subject, code)
	if !ok || subject != "household" && subject != "dwelling" || item.Kind != policy.Choice && item.Kind != policy.Bool {
		r.fail(s.Pos, "question %q: %q is no choice or yes-no item of household or dwelling", s.Code, s.Item)
		return
	}
	q.Item, q.Subject, q.Label = item, subject, item.Label
	if s.Label != nil {
		q.Label = nil
	}
	options := item.Options()
	if item.Kind == policy.Bool {
		options = []policy.Option{{Code: "yes", Label: r.pack.Terms["yes"]}, {Code: "no", Label: r.pack.Terms["no"]}}
	}
	for _, option := range options {
		points, ok := s.Points[option.Code]
		if !ok {
			r.fail(s.Pos, "question %q gives the option %q no points", s.Code, option.Code)
		}
		q.Answers = append(q.Answers, Answer{Label: option.Label, Option: option.Code, Points: points})
	}
	if len(s.Points) != len(options) {
		r.fail(s.Pos, "question %q gives points to an option that %s does not have", s.Code, s.Item)
	}
}

// ofFigure reads bands of a number, rising.
func (r *reading) ofFigure(q *Question, s questionSchema) {
	item, isItem := r.pack.Item("household", s.Figure)
	formula, isFormula := r.pack.Formulas[s.Figure]
	switch {
	case s.Figure == "members":
	case isItem && (item.Kind == policy.Int || item.Kind == policy.Decimal || item.Kind == policy.Money):
		q.Label = item.Label
	case isFormula && formula.Subject == "household":
		q.Label = formula.Label
	default:
		r.fail(s.Pos, "question %q: %q is no number of the household", s.Code, s.Figure)
	}
	if s.Label != nil {
		q.Label = nil
	}
	for i, a := range s.Answers {
		from, _ := a.From.Float64()
		if !a.From.Set && i > 0 || i > 0 && from <= q.Answers[i-1].From {
			r.fail(a.Pos, "question %q: the answers' bands have to rise: from", s.Code)
		}
		q.Answers = append(q.Answers, Answer{Label: r.text(a.Pos, "question "+s.Code, a.Label), From: from, Points: a.Points})
	}
}
