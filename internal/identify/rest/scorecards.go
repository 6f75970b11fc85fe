package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/rest"
)

func (rooms Rooms) registerScorecards(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-scorecards", Method: http.MethodGet, Path: "/packs/{hash}/scorecards", Summary: "Read the scorecards of a pack, and how often their models err", Room: room, Verb: access.PackRead,
		About: "Intervals are of 95 %, of single households: neighbours are alike, so that the true ones are somewhat wider."}, rooms.scorecards)
}

// Scorecard is a scorecard of a pack.
type Scorecard struct {
	Code      string              `json:"code"`
	Label     i18n.Text           `json:"label" doc:"By language."`
	HighPoor  bool                `json:"highPoor" doc:"The more points, the poorer; else the more points, the better off."`
	Least     int                 `json:"least" doc:"Fewest points that answers can give."`
	Most      int                 `json:"most"`
	Cutoffs   []ScorecardCutoff   `json:"cutoffs" nullable:"false"`
	Questions []ScorecardQuestion `json:"questions" nullable:"false"`
	Model     *ScorecardModel     `json:"model,omitempty" doc:"Absent where the pack has none."`
}

// ScorecardCutoff is how many points part a category from the next one.
type ScorecardCutoff struct {
	Category string    `json:"category"`
	Value    string    `json:"value" doc:"Code of the dated figure of the pack that holds the points."`
	For      i18n.Text `json:"for,omitempty" doc:"For whom it is, by language; absent for everybody."`
}

// ScorecardQuestion is a question with its answers.
type ScorecardQuestion struct {
	Code    string            `json:"code"`
	Label   i18n.Text         `json:"label" doc:"By language."`
	Answers []ScorecardAnswer `json:"answers" nullable:"false"`
}

// ScorecardAnswer is an answer with its points.
type ScorecardAnswer struct {
	Label  i18n.Text `json:"label" doc:"By language."`
	Points int       `json:"points"`
}

// ScorecardModel is what a scorecard was made from and how often it errs.
type ScorecardModel struct {
	Data   i18n.Text        `json:"data" doc:"Which survey, by language."`
	Built  i18n.Text        `json:"built" doc:"By whom and how, by language."`
	Line   i18n.Text        `json:"line" doc:"Who counted as poor there, by language."`
	Limits i18n.Text        `json:"limits" doc:"What it must not be used for, by language."`
	Rows   int              `json:"rows" doc:"Households of the survey."`
	AUC    float64          `json:"auc,omitempty"`
	Bands  []ScorecardBand  `json:"bands" nullable:"false"`
	Tenths []ScorecardTenth `json:"tenths" nullable:"false" doc:"Tenths of the households by points, the fewest first."`
	Errors []ScorecardError `json:"errors" nullable:"false" doc:"By cut-off, the fewest points first."`
}

// ScorecardBand is a range of points.
type ScorecardBand struct {
	From int     `json:"from"`
	To   int     `json:"to"`
	Rows int     `json:"rows" doc:"Households of the survey in it."`
	Poor float64 `json:"poor" doc:"Share of them that was poor."`
}

// Share is a share with its interval.
type Share struct {
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// ScorecardTenth is a tenth of the households of the survey.
type ScorecardTenth struct {
	Observed Share   `json:"observed" doc:"Share that was poor."`
	Expected float64 `json:"expected" doc:"Share that a logistic regression on the points lets one expect."`
}

// ScorecardError is what a cut-off would have done to the households of the survey.
type ScorecardError struct {
	Points    int     `json:"points"`
	Taken     float64 `json:"taken" doc:"Share of the households taken in."`
	Exclusion Share   `json:"exclusion" doc:"Share of the poor left out."`
	Inclusion Share   `json:"inclusion" doc:"Share of those taken in who are not poor."`
}

type scorecardsInput struct {
	Hash string `path:"hash" pattern:"^[0-9a-f]{64}$"`
}

func (rooms Rooms) scorecards(ctx context.Context, in *scorecardsInput) (*rest.Listed[Scorecard], error) {
	pack, ok := rooms.Identify.Pack(in.Hash)
	if !ok {
		return nil, fault.New(fault.NotFound, "no such pack")
	}
	items := []Scorecard{}
	for _, card := range identify.SectionOf(pack).Cards {
		items = append(items, scorecardOf(card))
	}
	return rest.List(ctx, items, nil)
}

func scorecardOf(card *identify.Card) Scorecard {
	one := Scorecard{Code: card.Code, Label: card.Label, HighPoor: card.HighPoor, Least: card.Least, Most: card.Most, Cutoffs: []ScorecardCutoff{}, Questions: []ScorecardQuestion{}}
	for _, cut := range card.Cutoffs {
		one.Cutoffs = append(one.Cutoffs, ScorecardCutoff{cut.Category, cut.Value, cut.Label})
	}
	for _, q := range card.Questions {
		question := ScorecardQuestion{Code: q.Code, Label: q.Label, Answers: []ScorecardAnswer{}}
		for _, a := range q.Answers {
			question.Answers = append(question.Answers, ScorecardAnswer{a.Label, a.Points})
		}
		one.Questions = append(one.Questions, question)
	}
	if card.Model != nil {
		one.Model = modelOf(card)
	}
	return one
}

func modelOf(card *identify.Card) *ScorecardModel {
	m := card.Model
	model := &ScorecardModel{Data: m.Data, Built: m.Built, Line: m.Line, Limits: m.Limits, Rows: m.Rows, AUC: m.AUC, Bands: []ScorecardBand{}, Tenths: []ScorecardTenth{}, Errors: []ScorecardError{}}
	for _, b := range m.Bands {
		model.Bands = append(model.Bands, ScorecardBand(b))
	}
	for _, t := range card.Tenths() {
		model.Tenths = append(model.Tenths, ScorecardTenth{Share(t.Observed), t.Expected})
	}
	for _, at := range card.Accuracy() {
		model.Errors = append(model.Errors, ScorecardError{at.Points, at.Taken, Share(at.Exclusion), Share(at.Inclusion)})
	}
	return model
}
