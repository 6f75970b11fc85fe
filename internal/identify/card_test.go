package identify_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
)

// answered is a household that gives an answer to every question of a card that asks items or figures of the household.
func answered(t *rapid.T, card *identify.Card) map[string]any {
	inputs := map[string]any{}
	for _, q := range card.Questions {
		answer := rapid.SampledFrom(q.Answers).Draw(t, q.Code)
		switch {
		case q.Item != nil && q.Item.Kind == policy.Bool:
			inputs[q.Item.Code] = answer.Option == "yes"
		case q.Item != nil:
			inputs[q.Item.Code] = answer.Option
		case q.Figure != "":
			inputs[q.Figure] = answer.From
		}
	}
	return inputs
}

// carded calls check for every rule of a shipped pack that scores the household itself.
func carded(t *testing.T, check func(t *testing.T, p *policy.Pack, rule identify.Rule)) {
	t.Helper()
	tried := 0
	for _, p := range shipped(t) {
		for _, rule := range identify.SectionOf(p).Rules {
			ofHousehold := rule.Card != nil && !slices.ContainsFunc(rule.Card.Questions, func(q identify.Question) bool { return q.Item == nil && q.Figure == "" || q.Subject == "dwelling" })
			if ofHousehold {
				tried++
				t.Run(p.ID+"/"+rule.Code, func(t *testing.T) { check(t, p, rule) })
			}
		}
	}
	if tried == 0 {
		t.Error("no shipped pack has a scorecard")
	}
}

var endOf2021 = clock.Date(2021, 12, 31)

func TestPointsAreThoseOfTheAnswersAndMorePointsNeverTurnTheVerdictTheWrongWay(t *testing.T) {
	carded(t, func(t *testing.T, p *policy.Pack, rule identify.Rule) {
		rule.Marks = nil
		ranks := map[string]int{}
		for i, c := range identify.SectionOf(p).Categories {
			ranks[c.Code] = i
		}
		rapid.Check(t, func(t *rapid.T) {
			var verdicts [2]identify.Verdict
			for i := range verdicts {
				var err error
				verdicts[i], err = identify.Judge(p, rule, identify.Input{Day: endOf2021, Inputs: answered(t, rule.Card)})
				if err != nil {
					t.Fatal(err)
				}
				sum := 0
				for k, scored := range verdicts[i].Score.Answers {
					sum += rule.Card.Questions[k].Answers[scored.Answer].Points
				}
				if s := verdicts[i].Score; !s.Known || s.Points != sum || s.Points < rule.Card.Least || s.Points > rule.Card.Most || verdicts[i].Outcome == identify.Unknown {
					t.Fatalf("%d points of %+v, want %d: %s, missing %v", s.Points, s, sum, verdicts[i].Outcome, verdicts[i].Missing)
				}
			}
			a, b := verdicts[0], verdicts[1]
			if (a.Score.Points > b.Score.Points) != rule.Card.HighPoor || a.Score.Points == b.Score.Points {
				a, b = b, a
			}
			if a.Score.Points != b.Score.Points && a.Score.Limit == b.Score.Limit && ranks[a.Category] > ranks[b.Category] {
				t.Fatalf("%d points are %s, %d points are %s", a.Score.Points, a.Category, b.Score.Points, b.Category)
			}
		})
	})
}

// askedOf are the codes of a card's questions that somebody answers: what a formula lacks is behind it.
func askedOf(p *policy.Pack, card *identify.Card) []string {
	var codes []string
	for _, q := range card.Questions {
		code := q.Figure
		if q.Item != nil {
			code = q.Item.Code
		}
		if _, computed := p.Formulas[code]; !computed {
			codes = append(codes, code)
		}
	}
	return codes
}

func TestAQuestionWithoutAnAnswerIsAsked(t *testing.T) {
	carded(t, func(t *testing.T, p *policy.Pack, rule identify.Rule) {
		asked := askedOf(p, rule.Card)
		if len(asked) == 0 {
			t.Fatalf("%s asks nothing that is not computed", rule.Code)
		}
		rapid.Check(t, func(t *rapid.T) {
			inputs := answered(t, rule.Card)
			code := rapid.SampledFrom(asked).Draw(t, "question")
			delete(inputs, code)
			v, err := identify.Judge(p, rule, identify.Input{Day: endOf2021, Inputs: inputs})
			if err != nil || v.Decided == "" && (v.Outcome != identify.Unknown || !slices.Contains(v.Missing, code)) {
				t.Fatalf("%s without %s: %s, missing %v, %v", rule.Code, code, v.Outcome, v.Missing, err)
			}
		})
	})
}

// A circumstance counts when the meeting has agreed to it, and moves nobody beyond the poorest category.
func TestACircumstanceMovesAHouseholdWhenTheMeetingAgrees(t *testing.T) {
	carded(t, func(t *testing.T, p *policy.Pack, rule identify.Rule) {
		section := identify.SectionOf(p)
		for _, mark := range rule.Marks {
			if mark.Kind != identify.Circumstance || mark.AgreedIf == nil {
				continue
			}
			base := map[string]any{"circumstances": []string{mark.Code}, "circumstances_agreed": []string{}}
			rapid.Check(t, func(t *rapid.T) {
				inputs := answered(t, rule.Card)
				for code, value := range base {
					inputs[code] = value
				}
				before, err := identify.Judge(p, rule, identify.Input{Day: endOf2021, Inputs: inputs})
				if err != nil {
					t.Fatal(err)
				}
				inputs["circumstances_agreed"] = []string{mark.Code}
				after, err := identify.Judge(p, rule, identify.Input{Day: endOf2021, Inputs: inputs})
				if err != nil {
					t.Fatal(err)
				}
				place := func(v identify.Verdict) int {
					return slices.IndexFunc(section.Categories, func(c identify.Category) bool { return c.Code == v.Category })
				}
				want := min(max(place(before)-mark.Shift, 0), len(section.Categories)-1)
				if before.Decided == "" && place(after) != want {
					t.Fatalf("%s moves from %s to %s", mark.Code, before.Category, after.Category)
				}
				if open := before.Marks[0]; !open.Open || open.Mark != mark.Code {
					t.Fatalf("before the vote the marks are %+v", before.Marks)
				}
			})
		}
	})
}

func TestAVerdictByPointsExplainsItselfInTheLanguagesOfThePack(t *testing.T) {
	carded(t, func(t *testing.T, p *policy.Pack, rule identify.Rule) {
		rapid.Check(t, func(t *rapid.T) {
			v, err := identify.Judge(p, rule, identify.Input{Day: endOf2021, Inputs: answered(t, rule.Card)})
			if err != nil {
				t.Fatal(err)
			}
			for _, lang := range identify.ReasonLanguages(p) {
				if reason := v.Reason(p, lang); reason == "" || strings.ContainsAny(reason, "⟦⟧{}") {
					t.Fatalf("in %s: %q", lang, reason)
				}
			}
			if languages := identify.ReasonLanguages(p); !slices.Contains(languages, p.Languages[0]) {
				t.Fatalf("the household's language %s is not among %v", p.Languages[0], languages)
			}
		})
	})
}
