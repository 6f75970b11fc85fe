package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// FieldChange is one field of a record that became another: who changed it, when, and from which day it holds.
type FieldChange struct {
	Event       int64
	At          clock.Time
	On          clock.Day // from which it holds in the world
	Account     int64     // 0 for the program itself
	Role, Why   string
	SubjectKind string
	Subject     int64
	Number      string // of the person whose field it is, "" for others
	Field       string
	Year        int // of a yearly answer, 0 for others
	Before      any // nil is unknown
	After       any
	Set         int64         // change set, 0 where there was none
	Source      change.Source // of the set; File where an import opened the record
	Import      int64         // the import that opened the record, 0 for others
}

// HistoryFilter selects field changes; its zero value selects all.
type HistoryFilter struct {
	Subject string // kind of record
	Field   string
}

// eventHistory is the kind of the event that a household's history was read.
const eventHistory = "household.history.read"

// History returns every change of every field of a household, its members, dwellings and entries that the reader may
// see, newest first, and journals that it was read. Of a former member it holds what held while he was one. It
// returns a NotFound fault for a household that is absent or out of scope.
func (s *Service) History(ctx context.Context, scope access.Scope, id int64, f HistoryFilter) (Household, []FieldChange, error) {
	h, err := s.household(ctx, scope, id)
	if err != nil {
		return h, nil, err
	}
	if scope.Isolated(h.Area) {
		return h, nil, fault.New(fault.Forbidden, "who judges a household anew does not see its history")
	}
	scope = scope.In(h.State())
	past, err := s.past(ctx, scope, h)
	if err != nil {
		return h, nil, err
	}
	var shown []FieldChange
	persons := []int64{h.ID}
	for _, c := range slices.Backward(past.changes) {
		if (f.Subject != "" && f.Subject != c.SubjectKind) || (f.Field != "" && f.Field != c.Field) || !s.seesChange(scope, h.Area, &c) {
			continue
		}
		shown = append(shown, c)
		if c.SubjectKind == SubjectPerson && !slices.Contains(persons, c.Subject) {
			persons = append(persons, c.Subject)
		}
	}
	if err := past.nameSources(ctx, scope, shown); err != nil {
		return h, nil, err
	}
	if err := s.journal.Shown(ctx, reads(scope, h.Area), eventHistory, SubjectHousehold, h.Home, h.Area, persons); err != nil {
		return h, nil, fmt.Errorf("journal that a history was read: %w", err)
	}
	return h, shown, nil
}

// seesChange says whether the reader may see a change; of secret values he sees the last characters.
func (s *Service) seesChange(scope access.Scope, area int64, c *FieldChange) bool {
	if class, own := entryClasses[c.Field]; own {
		return scope.Sees(area, class)
	}
	if c.SubjectKind == SubjectRoster {
		return scope.Sees(area, access.P1)
	}
	pack, err := s.Pack(area)
	if err != nil {
		return false
	}
	class := classOf(pack, c.SubjectKind, c.Field)
	if _, known := pack.Item(c.SubjectKind, c.Field); known && class == access.P4 && scope.Sees(area, access.P2) {
		c.Before, c.After = tailOf(c.Before), tailOf(c.After)
		return true
	}
	return scope.Sees(area, class)
}

func tailOf(value any) any {
	if text, ok := value.(string); ok {
		return Tail(text)
	}
	return nil
}

// past is what the journal knows of a household's records, oldest first.
type past struct {
	s       *Service
	pack    *policy.Pack
	first   int64 // the dwelling that the household was registered with, 0 for none
	changes []FieldChange
}

// subjectsOf are the household, everybody who was ever a member, its dwellings and its entries.
const subjectsOf = `(e.subject = $2 OR e.subject IN (SELECT m.person FROM membership m WHERE m.home = $1 AND m.household = $2
	UNION ALL SELECT d.id FROM dwelling d WHERE d.home = $1 AND d.household = $2 UNION ALL SELECT n.id FROM entry n WHERE n.home = $1 AND n.household = $2))`

// past reads the events of a household's records, in the order in which they were stored.
func (s *Service) past(ctx context.Context, scope access.Scope, h Household) (*past, error) {
	pack, err := s.Pack(h.Area)
	if err != nil {
		return nil, err
	}
	spans, err := s.spans(ctx, scope, h)
	if err != nil {
		return nil, err
	}
	p := &past{s: s, pack: pack}
	err = store.One(ctx, s.db.In(scope), "SELECT coalesce(min(id), 0) FROM dwelling WHERE {checked} AND home = $1 AND household = $2 AND from_day = $3", []any{h.Home, h.ID, int64(h.Opened)}, &p.first)
	if err != nil {
		return nil, fmt.Errorf("look for the first dwelling: %w", err)
	}
	keys := map[int64]*crypt.DataKey{}
	open := func(_, subject int64) (*crypt.DataKey, error) {
		if _, person := spans[subject]; !person {
			subject = h.ID // dwellings and entries are sealed under their household's key
		}
		if key := keys[subject]; key != nil {
			return key, nil
		}
		key, err := s.keys.Of(ctx, h.Home, subject)
		if err != nil {
			return nil, err
		}
		keys[subject] = &key
		return &key, nil
	}
	rows, err := s.db.Query(ctx, scope, journal.Select+" WHERE {checked} AND e.home = $1 AND "+subjectsOf+
		" AND (e.kind LIKE '%.changed' OR e.kind LIKE '%.created' OR e.kind = 'person.relation') ORDER BY e.at, e.ver_after, e.id", h.Home, h.ID)
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := journal.Scan(rows, open)
		if err != nil {
			return nil, err
		}
		if span, person := spans[e.Subject]; person && !span.holds(e.ValidOn) {
			continue
		}
		if err := p.add(e); err != nil {
			return nil, fmt.Errorf("event %d: %w", e.ID, err)
		}
	}
	return p, rows.Err()
}

// span is until when somebody was a member: the first day on which he no longer was, nil while he is.
type span struct{ to *clock.Day }

// holds says whether what holds from a day concerns the household.
func (s span) holds(on clock.Day) bool { return s.to == nil || on < *s.to }

// spans are the ends of the memberships of everybody who was ever a member.
func (s *Service) spans(ctx context.Context, scope access.Scope, h Household) (map[int64]span, error) {
	type row struct {
		person int64
		to     *int64
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT person, to_day FROM membership WHERE {checked} AND home = $1 AND household = $2 ORDER BY from_day", []any{h.Home, h.ID},
		func(r store.Rows, row *row) error { return r.Scan(&row.person, &row.to) })
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	spans := map[int64]span{}
	for _, row := range rows {
		spans[row.person] = span{day(row.to)}
	}
	return spans, nil
}

// eventBody is what events of records hold: the changed fields with both values, or what the record was opened with.
type eventBody struct {
	Set      json.RawMessage   `json:"set"` // the change set's number, or the values of an import
	Diff     map[string][2]any `json:"diff"`
	Dwelling map[string]any    `json:"dwelling"`
	Import   int64             `json:"import"`
}

// add takes the fields of an event. One whose body was erased, or is not about fields, has none.
func (p *past) add(e journal.Event) error {
	if e.Body == nil {
		return nil
	}
	var body eventBody
	if err := policy.DecodeJSON(e.Body, &body); err != nil {
		return err
	}
	c := FieldChange{Event: e.ID, At: e.At, On: e.ValidOn, Account: e.Who.Account, Role: e.Who.Role, Why: e.Who.Why, SubjectKind: e.SubjectKind, Subject: e.Subject, Import: body.Import}
	if c.SubjectKind == SubjectPerson {
		c.Number = Number(e.Subject)
	}
	diff := body.Diff
	if diff == nil {
		opened := map[string]any{}
		if err := policy.DecodeJSON(body.Set, &opened); err != nil && len(body.Set) > 0 {
			return err
		}
		diff = map[string][2]any{}
		for field, value := range opened {
			diff[field] = [2]any{nil, value}
		}
	} else if len(body.Set) > 0 {
		if err := json.Unmarshal(body.Set, &c.Set); err != nil {
			return err
		}
	}
	p.addFields(c, diff)
	if len(body.Dwelling) > 0 && p.first != 0 {
		c.SubjectKind, c.Subject, diff = SubjectDwelling, p.first, map[string][2]any{}
		for field, value := range body.Dwelling {
			diff[field] = [2]any{nil, value}
		}
		p.addFields(c, diff)
	}
	return nil
}

func (p *past) addFields(c FieldChange, diff map[string][2]any) {
	y, _, _ := c.On.Civil()
	for _, field := range slices.Sorted(maps.Keys(diff)) {
		one := c
		one.Field, one.Before, one.After = field, policy.Canonical(diff[field][0]), policy.Canonical(diff[field][1])
		if item, ok := p.pack.Item(c.SubjectKind, field); ok && !item.Core && yearly(p.pack, item.Section) {
			one.Year = y
		}
		if equalValues(one.Before, one.After) {
			continue
		}
		p.changes = append(p.changes, one)
	}
}

func equalValues(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// nameSources says of each change where its set was submitted.
func (p *past) nameSources(ctx context.Context, scope access.Scope, list []FieldChange) error {
	sources := map[int64]change.Source{}
	for i := range list {
		c := &list[i]
		if c.Import != 0 {
			c.Source = change.File
		}
		if c.Set == 0 {
			continue
		}
		if _, known := sources[c.Set]; !known {
			set, err := p.s.changes.Summary(ctx, scope, c.Set)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			sources[c.Set] = set.Source
		}
		c.Source = sources[c.Set]
	}
	return nil
}
