package identify

import (
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// ModelCard says what a scorecard was made from and how often it errs: what it was found to do to households that it
// had not seen.
type ModelCard struct {
	Data   i18n.Text // which survey
	Built  i18n.Text // by whom and how
	Limits i18n.Text // what it must not be used for
	Rows   int       // households of the survey
	Line   i18n.Text // who counted as poor there
	AUC    float64   // 0 if not known
	Bands  []ScoreBand
}

// ScoreBand is a range of points with the households of the survey in it and the share of them that was poor.
type ScoreBand struct {
	From, To int // inclusive
	Rows     int
	Poor     float64
}

type modelSchema struct {
	Data   map[i18n.Lang]string `yaml:"data"`
	Built  map[i18n.Lang]string `yaml:"built"`
	Limits map[i18n.Lang]string `yaml:"limits"`
	Line   map[i18n.Lang]string `yaml:"line"`
	Rows   int                  `yaml:"rows"`
	AUC    policy.Number        `yaml:"auc"`
	Bands  []bandSchema         `yaml:"bands"`
	Pos    policy.Pos
}

type bandSchema struct {
	From int           `yaml:"from"`
	To   int           `yaml:"to"`
	Rows int           `yaml:"rows"`
	Poor policy.Number `yaml:"poor"`
	Pos  policy.Pos
}

func (r *reading) model(what string, s modelSchema) *ModelCard {
	m := &ModelCard{Data: r.text(s.Pos, what, s.Data), Built: r.text(s.Pos, what, s.Built), Limits: r.text(s.Pos, what, s.Limits), Line: r.text(s.Pos, what, s.Line), Rows: s.Rows}
	m.AUC, _ = s.AUC.Float64()
	for i, b := range s.Bands {
		share, _ := b.Poor.Float64()
		if b.To < b.From || i > 0 && b.From != s.Bands[i-1].To+1 || share < 0 || share > 1 || b.Rows < 0 {
			r.fail(b.Pos, "%s: bands of the model have to follow each other without a gap, with shares of poor from 0 to 1", what)
		}
		m.Bands = append(m.Bands, ScoreBand{b.From, b.To, b.Rows, share})
	}
	return m
}
