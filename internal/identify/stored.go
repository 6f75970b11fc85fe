package identify

import (
	"context"
	"encoding/json"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
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
	Category  string // of the pack; "" where it tells none apart
	Points    *int64 // of a scorecard; nil like Welfare
	Trial     bool   // a judgement under another pack or rule for comparison, not the household's current one
	Welfare   *int64 // minor units; nil if it could not be computed, or the reader may not see it
	Line      *int64
	Persons   int64
	// Basis and Reason are empty where the reader may not see personal fields.
	Basis  Basis
	Reason i18n.Text
}

// Basis is what a verdict rests on, as it was kept.
type Basis struct {
	Rule    string         `json:"rule"`
	Formula string         `json:"formula"`
	Line    string         `json:"line,omitempty"` // code
	Inputs  map[string]any `json:"inputs"`
	Missing []string       `json:"missing"`
	Score   *Score         `json:"score,omitempty"`
	Marks   []Found        `json:"marks,omitempty"`
	Parts   []Parted       `json:"parts,omitempty"`
	Decided string         `json:"decided,omitempty"` // mark that decided
}

// snapshot is what is kept of a verdict: its inputs and the reason in the languages of the program and the pack.
func snapshot(v Verdict, pack *policy.Pack) (inputs, reason string, err error) {
	kept := Basis{Rule: v.Rule, Formula: v.Formula, Inputs: v.Inputs, Missing: v.Missing, Score: v.Score, Marks: v.Marks, Parts: v.Parts, Decided: v.Decided}
	if v.HasLine {
		kept.Line = v.Line.Code
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

// storedColumns are of an assessment a and of the household h that it is about.
const storedColumns = `a.id, a.household, h.number, h.area, a.area, a.run, a.day, a.at, a.pack, a.version, a.hash, a.verdict, a.category, a.points, a.trial, a.welfare, a.line, a.persons, a.inputs, a.reason
	FROM assessment a JOIN household h ON h.home = a.home AND h.id = a.household`

// scan reads an assessment; the fields a reader sees go by the area in which the household is now.
func scan(scope access.Scope) func(store.Rows, *Stored) error {
	return func(r store.Rows, a *Stored) error {
		var now, trial int64
		var inputs, reason string
		err := r.Scan(&a.ID, &a.Household, &a.Number, &now, &a.Area, &a.Run, &a.Day, (*int64)(&a.At), &a.Pack, &a.Version, &a.Hash, &a.Outcome, &a.Category, &a.Points, &trial, &a.Welfare, &a.Line, &a.Persons, &inputs, &reason)
		if err != nil {
			return err
		}
		a.Trial = trial == 1
		if !scope.Sees(now, access.P2) {
			a.Welfare, a.Points = nil, nil
			return nil
		}
		if err := json.Unmarshal([]byte(inputs), &a.Basis); err != nil {
			return err
		}
		return json.Unmarshal([]byte(reason), &a.Reason)
	}
}

// Of lists the assessments of a household in scope, newest first.
func (s *Service) Of(ctx context.Context, scope access.Scope, h registry.Household, limit int) ([]Stored, error) {
	if scope.Isolated(h.Area) {
		return nil, nil
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+storedColumns+" WHERE a.home = $1 AND a.household = $2 AND {scope h.area h.id} ORDER BY a.id DESC LIMIT $3",
		[]any{h.Home, h.ID, limit}, scan(scope))
	if err != nil {
		return nil, fmt.Errorf("read assessments: %w", err)
	}
	return found, nil
}

// OfNumber lists the assessments of the household in scope with a number, newest first, and journals that they were
// read. It returns a NotFound fault for a household that is absent or out of scope.
func (s *Service) OfNumber(ctx context.Context, scope access.Scope, number string, limit int) ([]Stored, error) {
	list, err := s.registry.List(ctx, scope, registry.Filter{Number: number, Closed: true}, registry.Position{}, 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "no such household")
	}
	found, err := s.Of(ctx, scope, list[0], limit)
	if err != nil {
		return nil, err
	}
	return found, s.shown(ctx, scope, "assessment.read", list[0].Area, found)
}

// Newest returns the newest assessment that counts of each of some households of an area, by household, and journals
// whose were read. Who was never judged is left out.
func (s *Service) Newest(ctx context.Context, scope access.Scope, area int64, list []registry.Household) (map[int64]Stored, error) {
	return s.Stood(ctx, scope, area, list, s.journal.Clock().Now())
}

// Stood is Newest as it stood at a moment: on what was decided then a decision rests, whatever was judged later.
func (s *Service) Stood(ctx context.Context, scope access.Scope, area int64, list []registry.Household, at clock.Time) (map[int64]Stored, error) {
	newest := map[int64]Stored{}
	var shown []Stored
	for _, h := range list {
		if scope.Isolated(h.Area) {
			continue
		}
		found, err := store.All(ctx, s.db.In(scope), "SELECT "+storedColumns+" WHERE a.home = $1 AND a.household = $2 AND {scope h.area h.id} AND a.trial = 0 AND a.at <= $3 ORDER BY a.id DESC LIMIT 1",
			[]any{h.Home, h.ID, int64(at)}, scan(scope))
		if err != nil {
			return nil, fmt.Errorf("read the assessment of a household as it stood: %w", err)
		}
		for _, a := range found {
			newest[h.ID] = a
			shown = append(shown, a)
		}
	}
	return newest, s.shown(ctx, scope, "assessment.listed", area, shown)
}

// Selection says which assessments of a run are listed: those below Area with an Outcome ("" for all); where another
// run is named, those of households that it judged too, with the outcome Before ("" for all).
type Selection struct {
	Run, Area int64
	Outcome   Outcome
	Against   int64 // another run, 0 for none
	Before    Outcome
}

// List lists assessments of a run in scope by area, after a position. It is for the program's own work: see Browse.
func (s *Service) List(ctx context.Context, scope access.Scope, of Selection, after registry.Position, limit int) ([]Stored, error) {
	condition, args := s.selected(of, after.Area, after.Area, after.ID, limit)
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+storedColumns+condition+" AND (a.area, a.id) > ($4, $5) ORDER BY a.area, a.id LIMIT $6", args, scan(scope))
	if err != nil {
		return nil, fmt.Errorf("read the assessments of a run: %w", err)
	}
	return found, nil
}

// selected is the condition of a selection: the household is in scope now, and was below the area on the day.
func (s *Service) selected(of Selection, from int64, more ...any) (condition string, args []any) {
	below := s.areas.Scheme().Range(of.Area)
	condition = " WHERE a.run = $1 AND {scope h.area} AND a.area BETWEEN $2 AND $3"
	args = append([]any{of.Run, max(below.Lo, from), below.Hi}, more...)
	if of.Outcome != "" {
		args = append(args, string(of.Outcome))
		condition += fmt.Sprintf(" AND a.verdict = $%d", len(args))
	}
	if of.Against != 0 {
		args = append(args, of.Against, string(of.Before))
		condition += fmt.Sprintf(" AND EXISTS (SELECT 1 FROM assessment o WHERE o.home = a.home AND o.household = a.household AND o.run = $%d AND $%d IN ('', o.verdict))", len(args)-1, len(args))
	}
	return condition, args
}

// Browse is List for people and programs: it journals whose welfare it shows before it answers.
func (s *Service) Browse(ctx context.Context, scope access.Scope, of Selection, after registry.Position, limit int) ([]Stored, error) {
	found, err := s.List(ctx, scope, of, after, limit)
	if err != nil {
		return nil, err
	}
	return found, s.shown(ctx, scope, "assessment.listed", of.Area, found)
}

// shown journals whose assessments are shown with personal fields.
func (s *Service) shown(ctx context.Context, scope access.Scope, kind string, area int64, list []Stored) error {
	var ids []int64
	for _, a := range list {
		if a.Reason != nil {
			ids = append(ids, a.Household)
		}
	}
	if err := s.journal.Shown(ctx, reads(scope, area), kind, registry.SubjectHousehold, 0, area, ids); err != nil {
		return fmt.Errorf("journal that assessments were read: %w", err)
	}
	return nil
}

// reads is who reads in an area, for the journal.
func reads(scope access.Scope, area int64) journal.Who {
	c, role := scope.Caller(), scope.Role(area)
	if ranges := scope.Ranges(); role == "" && len(ranges) > 0 { // of an area around the caller's own
		role = scope.Role(ranges[0].Lo)
	}
	return journal.Who{Account: c.Account, Role: role, Place: c.Place, Why: c.Purpose}
}

// Exported journals that the selected assessments are about to be written into a file, and says how many they are.
func (s *Service) Exported(ctx context.Context, scope access.Scope, of Selection, columns []string) (int64, error) {
	condition, args := s.selected(of, 0)
	var n int64
	err := store.One(ctx, s.db.In(scope), "SELECT count(*) FROM assessment a JOIN household h ON h.home = a.home AND h.id = a.household"+condition, args, &n)
	if err != nil {
		return 0, fmt.Errorf("count the assessments of a run: %w", err)
	}
	err = s.journal.Record(ctx, reads(scope, of.Area), journal.Entry{Kind: "assessment.exported", SubjectKind: "run", Subject: of.Run, Area: of.Area,
		Body: map[string]any{"households": n, "columns": columns, "verdict": string(of.Outcome)}})
	if err != nil {
		return 0, fmt.Errorf("journal an export: %w", err)
	}
	return n, nil
}
