package identify

import (
	"context"
	"encoding/json"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Stored is a kept assessment.
type Stored struct {
	ID        int64
	Household int64
	Number    string // of the household
	Area      int64  // key on the day of the assessment
	Run       int64
	Day       clock.Day // reference day
	At        clock.Time
	Pack      string
	Version   string
	Hash      string
	Outcome   Outcome
	Welfare   *int64 // minor units; nil if it could not be computed, or the reader may not see it
	Line      *int64
	Persons   int64
	// Inputs and Reason are absent where the reader may not see personal fields.
	Inputs map[string]any
	Reason i18n.Text
}

// snapshot is what is kept of a verdict: its inputs and the reason in the languages of the program and the pack.
func snapshot(v Verdict, pack *policy.Pack) (inputs, reason string, err error) {
	kept := map[string]any{"rule": v.Rule, "formula": v.Formula, "inputs": v.Inputs, "missing": v.Missing}
	if v.HasLine {
		kept["line"] = v.Line.Code
	}
	inputText, err := json.Marshal(kept)
	if err != nil {
		return "", "", fmt.Errorf("keep the inputs of an assessment: %w", err)
	}
	words := i18n.Text{}
	for _, lang := range ReasonLanguages(pack) {
		words[lang] = v.Reason(pack, lang)
	}
	reasonText, err := json.Marshal(words)
	return string(inputText), string(reasonText), err
}

const storedColumns = `a.id, a.household, h.number, a.area, a.run, a.day, a.at, a.pack, a.version, a.hash, a.verdict, a.welfare, a.line, a.persons, a.inputs, a.reason`

func (s *Service) scan(scope access.Scope) func(store.Rows, *Stored) error {
	return func(r store.Rows, a *Stored) error {
		var inputs, reason string
		err := r.Scan(&a.ID, &a.Household, &a.Number, &a.Area, &a.Run, &a.Day, (*int64)(&a.At), &a.Pack, &a.Version, &a.Hash, &a.Outcome, &a.Welfare, &a.Line, &a.Persons, &inputs, &reason)
		if err != nil {
			return err
		}
		if !scope.Sees(a.Area, access.P2) {
			a.Welfare = nil
			return nil
		}
		if err := json.Unmarshal([]byte(inputs), &a.Inputs); err != nil {
			return err
		}
		return json.Unmarshal([]byte(reason), &a.Reason)
	}
}

// Of lists the assessments of a household in scope, newest first.
func (s *Service) Of(ctx context.Context, scope access.Scope, h registry.Household, limit int) ([]Stored, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+storedColumns+` FROM assessment a JOIN household h ON h.home = a.home AND h.id = a.household
		WHERE a.home = $1 AND a.household = $2 AND {scope h.area} ORDER BY a.id DESC LIMIT $3`, []any{h.Home, h.ID, limit}, s.scan(scope))
	if err != nil {
		return nil, fmt.Errorf("read assessments: %w", err)
	}
	return found, nil
}

// List lists the assessments of a run in scope below an area, after an identifier.
func (s *Service) List(ctx context.Context, scope access.Scope, run, areaKey int64, outcome Outcome, after int64, limit int) ([]Stored, error) {
	sql := "SELECT " + storedColumns + ` FROM assessment a JOIN household h ON h.home = a.home AND h.id = a.household
		WHERE a.run = $1 AND a.id > $2 AND {scope h.area} AND {scope a.area}`
	args := []any{run, after, limit}
	if outcome != "" {
		sql += " AND a.verdict = $4"
		args = append(args, string(outcome))
	}
	narrowed := scope.Within(s.areas.Scheme().Range(areaKey))
	found, err := store.All(ctx, s.db.In(narrowed), sql+" ORDER BY a.id LIMIT $3", args, s.scan(scope))
	if err != nil {
		return nil, fmt.Errorf("read the assessments of a run: %w", err)
	}
	return found, nil
}

// AreaCount is the headcount of a run in an area.
type AreaCount struct {
	Area                      area.Area
	Households, Poor, Unknown int64 // households
	Persons, PoorPersons      int64
	UnknownPersons            int64
}

// PersonRate is the share of persons in poor households among those whose household could be judged; false if none.
func (c AreaCount) PersonRate() (float64, bool) {
	judged := c.Persons - c.UnknownPersons
	return float64(c.PoorPersons) / float64(judged), judged > 0
}

// Headcount counts a run in scope by the areas directly below areaKey, and as a whole.
func (s *Service) Headcount(ctx context.Context, scope access.Scope, run, areaKey int64) (total AreaCount, byArea []AreaCount, err error) {
	scheme := s.areas.Scheme()
	level := min(scheme.Level(areaKey)+1, scheme.Levels())
	child := scheme.Range(scheme.Child(scheme.At(areaKey, level-1), 1))
	narrowed := scope.Within(scheme.Range(areaKey))
	rows, err := store.All(ctx, s.db.In(narrowed), `SELECT x.area, x.verdict, count(*), CAST(sum(x.persons) AS bigint) FROM
		(SELECT a.area - a.area % $2 AS area, a.verdict, a.persons FROM assessment a WHERE a.run = $1 AND {scope a.area}) x GROUP BY x.area, x.verdict ORDER BY x.area`,
		[]any{run, child.Hi - child.Lo + 1}, func(r store.Rows, row *struct {
			area              int64
			outcome           Outcome
			households, heads int64
		}) error {
			return r.Scan(&row.area, &row.outcome, &row.households, &row.heads)
		})
	if err != nil {
		return total, nil, fmt.Errorf("count a run by area: %w", err)
	}
	for _, row := range rows {
		if len(byArea) == 0 || byArea[len(byArea)-1].Area.Key != row.area {
			byArea = append(byArea, AreaCount{Area: area.Area{Key: row.area}})
		}
		for _, c := range []*AreaCount{&byArea[len(byArea)-1], &total} {
			c.add(row.outcome, row.households, row.heads)
		}
	}
	for i := range byArea {
		path, err := s.areas.Path(ctx, byArea[i].Area.Key)
		if err != nil {
			return total, nil, err
		}
		if len(path) > 0 {
			byArea[i].Area = path[len(path)-1]
		}
	}
	return total, byArea, nil
}

func (c *AreaCount) add(outcome Outcome, households, persons int64) {
	c.Households += households
	c.Persons += persons
	switch outcome {
	case Poor:
		c.Poor += households
		c.PoorPersons += persons
	case Unknown:
		c.Unknown += households
		c.UnknownPersons += persons
	}
}
