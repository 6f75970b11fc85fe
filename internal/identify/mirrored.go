package identify

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
)

// Columns that identification adds to the mirror: those of a household's latest assessment.
const (
	MirrorVerdict = registry.MirrorVerdict // poor, not_poor or unknown
	MirrorWelfare = registry.MirrorWelfare // minor units per person or adult and period of the rule
	MirrorPoints  = "assessment.points"    // of a scorecard
)

// MirrorColumns are the columns that identification adds to the mirror of households: what the latest assessment says,
// and the answers to the questions of the scorecards that are installed when it is first called.
func (s *Service) MirrorColumns() []mirror.Column { return s.mirrorColumns() }

func (s *Service) columnsOfMirror() []mirror.Column {
	digits := 2
	if pack, err := s.packs.Current(s.today()); err == nil {
		digits = pack.Digits
	}
	return append([]mirror.Column{
		{Name: MirrorVerdict, Kind: mirror.Code, Codes: registry.Verdicts},
		{Name: MirrorWelfare, Kind: mirror.Number, Scale: digits},
		{Name: MirrorPoints, Kind: mirror.Number},
	}, answerColumns(s.packs.All())...)
}

// MirrorValues gives the latest assessment of households of a home.
func (s *Service) MirrorValues(ctx context.Context, schema *mirror.Schema, home int64, households []int64) (map[int64][]int64, error) {
	scope := access.System("the mirror follows the register; queries on it are decided one by one")
	latest, err := s.Latest(ctx, scope, home, households)
	if err != nil {
		return nil, fmt.Errorf("read assessments for the mirror: %w", err)
	}
	verdict, err := schema.Index(MirrorVerdict)
	if err != nil {
		return nil, err
	}
	found := map[int64][]int64{}
	for household, one := range latest {
		code, err := schema.Code(verdict, string(one.Outcome))
		if err != nil {
			return nil, err
		}
		values := slices.Repeat([]int64{mirror.Unknown}, len(s.MirrorColumns()))
		values[0] = code
		for i, figure := range []*int64{one.Welfare, one.Points} {
			if figure != nil {
				values[1+i] = *figure
			}
		}
		found[household] = values
	}
	return found, s.mirrorAnswers(ctx, scope, schema, home, households, found)
}

// AssessedOn is a query for the latest assessment by a day, $1, that came to a verdict, of each household of a home, $2,
// from after $3 to $4: household, welfare and whether it is poor.
const AssessedOn = `SELECT a.household AS household, a.welfare AS welfare, CASE WHEN a.verdict = 'poor' THEN 1 ELSE 0 END AS poor FROM assessment a
	JOIN (SELECT max(id) AS id FROM assessment WHERE home = $2 AND household > $3 AND household <= $4 AND day <= $1 AND trial = 0 GROUP BY household) latest ON latest.id = a.id WHERE a.home = $2 AND a.verdict <> 'unknown'`

// NewestVerdict is a scalar query for what the newest assessment of household h says, null where there is none.
const NewestVerdict = "SELECT a.verdict FROM assessment a WHERE a.home = h.home AND a.household = h.id AND a.trial = 0 ORDER BY a.id DESC LIMIT 1"
