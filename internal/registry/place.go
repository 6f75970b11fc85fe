package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Place is an area as a registered object: what its yearly form says of a village, a county or another level for
// which the pack has one.
type Place struct {
	area.Area
	Kind     string // code of the level, which is the subject of the form's items
	Pack     *policy.Pack
	Home, ID int64 // ID is 0 until the first answer
	Ver      int64
	Year     int          // whose yearly answers are shown, 0 for the latest of each section
	Facts    policy.Facts // what the reader may see
	Answered map[string]int
	Years    []int // that have answers, newest first
}

// PlaceForms are the sections of the form of a level's areas, none where the pack asks nothing of them.
func PlaceForms(pack *policy.Pack, kind string) []policy.FormSection {
	var forms []policy.FormSection
	for _, form := range pack.Forms {
		if form.Subject == kind {
			forms = append(forms, form)
		}
	}
	return forms
}

// IsPlace says whether a subject is a level of the pack's areas that has a form.
func IsPlace(pack *policy.Pack, subject string) bool {
	return pack.Levels.Find(subject) != 0 && len(PlaceForms(pack, subject)) > 0
}

// PlaceKinds are the levels of a pack that have a form, innermost first.
func PlaceKinds(pack *policy.Pack) []string {
	var kinds []string
	for _, level := range slices.Backward(pack.Levels) {
		if IsPlace(pack, level.Code) {
			kinds = append(kinds, level.Code)
		}
	}
	return kinds
}

// Place returns an area in scope with its form's answers of a year (0 for the latest). It returns a NotFound fault for
// an area that is absent or out of scope, or whose level has no form.
func (s *Service) Place(ctx context.Context, scope access.Scope, key int64, year int) (Place, error) {
	p, err := s.placeAt(ctx, scope, key)
	p.Year = year
	if err != nil || p.ID == 0 {
		return p, err
	}
	all, err := s.documents(ctx, scope, p.Home, p.ID, func() (crypt.DataKey, error) { return s.keys.Of(ctx, p.Home, p.ID) })
	if err != nil {
		return p, err
	}
	f := File{Year: year}
	p.Facts, p.Answered = f.show(p.Kind, p.ID, all)
	p.Facts = s.visible(scope, p.Key, p.Kind, p.Facts)
	p.Years = f.Years
	return p, nil
}

// placeAt is an area with its form and, where it has answers, its record.
func (s *Service) placeAt(ctx context.Context, scope access.Scope, key int64) (Place, error) {
	a, err := s.areas.Get(ctx, scope, key)
	if err != nil {
		return Place{}, err
	}
	p := Place{Area: a, Facts: policy.Facts{}}
	if p.Pack, err = s.Pack(key); err != nil {
		return p, err
	}
	if a.Level <= len(p.Pack.Levels) {
		p.Kind = p.Pack.Levels[a.Level-1].Code
	}
	if len(PlaceForms(p.Pack, p.Kind)) == 0 {
		return p, fault.New(fault.NotFound, "areas of this level have no form")
	}
	err = store.One(ctx, s.db.In(scope), "SELECT home, id, ver FROM place WHERE area = $1 AND {place area}", []any{key}, &p.Home, &p.ID, &p.Ver)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return p, fmt.Errorf("read a place: %w", err)
	}
	return p, nil
}

// OpenPlace returns an area in scope with a record to which changes can be made; it makes the record where there is
// none yet.
func (s *Service) OpenPlace(ctx context.Context, scope access.Scope, key int64) (Place, error) {
	p, err := s.placeAt(ctx, scope, key)
	if err != nil || p.ID != 0 {
		return p, err
	}
	fresh, err := s.newPlace(ctx, p)
	if err != nil {
		return p, err
	}
	c := scope.Caller()
	command, err := s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: scope.Role(key), Place: c.Place, Why: "form of an area"})
	if err != nil {
		return p, err
	}
	if err := command.Note(ctx, fresh.opened(nil)); err != nil {
		return p, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		var others int64
		if err := store.One(ctx, tx, "SELECT count(*) FROM place WHERE area = $1 AND {place area}", []any{key}, &others); err != nil {
			return err
		}
		if others > 0 {
			return fault.New(fault.Conflict, "somebody else has just opened the form of this area")
		}
		if err := journal.StoreKeys(ctx, tx, []journal.NewKey{fresh.key}); err != nil {
			return err
		}
		if err := tx.Bulk(ctx, "place", placeColumns, [][]any{fresh.row()}); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return p, fmt.Errorf("open the form of an area: %w", err)
	}
	return s.placeAt(ctx, scope, key)
}

var placeColumns = []string{"home", "id", "area"}

// freshPlace is a record of an area that is not stored yet.
type freshPlace struct {
	place Place
	key   journal.NewKey
}

// newPlace takes the identifier and the key of a new record.
func (s *Service) newPlace(ctx context.Context, p Place) (freshPlace, error) {
	home, err := s.homeOf(ctx, p.Pack, p.Key)
	if err != nil {
		return freshPlace{}, err
	}
	if p.ID, err = s.journal.Ids().One(ctx, home); err != nil {
		return freshPlace{}, err
	}
	p.Home, p.Ver = home, 1
	return freshPlace{p, s.keys.Make(home, p.ID)}, nil
}

func (f freshPlace) row() []any { return []any{f.place.Home, f.place.ID, f.place.Key} }

// opened is the event of the new record.
func (f freshPlace) opened(body map[string]any) journal.Entry {
	return journal.Entry{Kind: f.place.Kind + ".opened", SubjectKind: f.place.Kind, Subject: f.place.ID, Home: f.place.Home, Area: f.place.Key, VerAfter: 1, Key: &f.key.Key, Body: body}
}

// homeOf is the storage home of rows about an area: its county's, 0 for an area around several.
func (s *Service) homeOf(ctx context.Context, pack *policy.Pack, key int64) (int64, error) {
	level := homeLevel(pack, s.areas.Scheme())
	if s.areas.Scheme().Level(key) < level {
		return 0, nil
	}
	return s.areas.Home(ctx, key, level)
}

// Tally is what the register itself counts in an area now: households that have not ended and their members.
type Tally struct {
	Households, Persons         int64
	PoorHouseholds, PoorPersons int64 // whose status is in the group poor
	// Population is who lives in the area, registered or not, as its form states it; 0 where no form does. A register of
	// the poor and of those near to them holds a part of the population only.
	Population int64
}

// Count returns one of policy.Counted; NaN for a share of nobody. The rate is the share of the poor in the population,
// in those registered where the population is not known.
func (t Tally) Count(what string) float64 {
	switch what {
	case "households":
		return float64(t.Households)
	case "persons":
		return float64(t.Persons)
	case "poor_households":
		return float64(t.PoorHouseholds)
	case "poor_persons":
		return float64(t.PoorPersons)
	}
	return 100 * float64(t.PoorPersons) / float64(cmp.Or(t.Population, t.Persons))
}

// Tally counts the households in an area as far as the scope reaches.
func (s *Service) Tally(ctx context.Context, scope access.Scope, key int64) (Tally, error) {
	var t Tally
	pack, err := s.Pack(key)
	if err != nil {
		return t, err
	}
	poor := StatusesOf(pack, "poor")
	cells, err := s.Breakdown(ctx, scope, Filter{Area: key})
	if err != nil {
		return t, err
	}
	for _, cell := range cells {
		t.Households += cell.Households
		t.Persons += cell.Persons
		if slices.Contains(poor, cell.Status) {
			t.PoorHouseholds += cell.Households
			t.PoorPersons += cell.Persons
		}
	}
	return t, nil
}

// StatusesOf are the statuses of a pack that are in a group.
func StatusesOf(pack *policy.Pack, groups ...string) []string {
	item, ok := pack.Item(SubjectHousehold, FieldStatus)
	if !ok {
		return nil
	}
	var codes []string
	for _, option := range item.Options() {
		if slices.Contains(groups, option.Group) {
			codes = append(codes, option.Code)
		}
	}
	return codes
}

// Stated is a figure that an area's form states beside what the register counts.
type Stated struct {
	Item    *policy.Item
	Value   policy.Value // what the form says, nil for unknown
	Counted float64      // what the register counts, NaN where that is no number
}

// Differs says whether the form states another number than the register counts, by more than tolerance (a share of
// the counted number, for a rate percentage points); false where one of them is unknown.
func (s Stated) Differs(tolerance float64) bool {
	stated, known := numberOf(s.Value)
	if !known || math.IsNaN(s.Counted) {
		return false
	}
	if s.Item.Counts == "poor_rate" {
		return math.Abs(stated-s.Counted) > tolerance*100
	}
	return math.Abs(stated-s.Counted) > tolerance*s.Counted
}

// Compare puts the figures of an area's form that the register counts itself beside the register's own: households,
// persons and the poor. The form's are those of p's year, the register's those of now; the rate has the form's
// population below its line.
func (p Place) Compare(t Tally) []Stated {
	var list []Stated
	t.Population = p.population()
	for _, item := range p.Pack.ItemsOf(p.Kind) {
		if item.Counts != "" {
			list = append(list, Stated{item, p.Facts[item.Code], t.Count(item.Counts)})
		}
	}
	return list
}

// population is who lives in the area as the form states it, 0 where it does not.
func (p Place) population() int64 {
	for _, item := range p.Pack.ItemsOf(p.Kind) {
		if n, ok := numberOf(p.Facts[item.Code]); ok && item.Counts == "persons" {
			return int64(n)
		}
	}
	return 0
}

// numberOf is a canonical value of a number.
func numberOf(value policy.Value) (float64, bool) {
	num, _ := indexCell(value)
	if num == nil {
		return 0, false
	}
	return *num, true
}
