package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
)

var (
	householdInsert  = []string{"home", "id", "number", "area", "status", "status_from", "opened"}
	statusInsert     = []string{"home", "household", "from_day", "n", "status", "source", "set_id", "at"}
	aliasInsert      = []string{"source", "key", "home", "kind", "id"}
	dwellingInsert   = []string{"home", "id", "household", "from_day", "lat", "lon"}
	entryInsert      = []string{"home", "id", "household", "subject", "class", "source", "from_day", "to_day", "minor", "currency", "origin", "opened"}
	personInsert     = []string{"home", "id", "number", "name", "sex", "birth", "id_sealed", "id_tail", "id_state"}
	membershipInsert = []string{"home", "household", "person", "from_day", "relation", "head"}
)

// planHouseholds decides on rows of households, with their dwelling and entries.
func (r *importRun) planHouseholds(ctx context.Context, b *batch, rows []parsed, dry bool) error {
	if err := r.findAreas(ctx, rows); err != nil {
		return err
	}
	found, err := r.lookup(ctx, SubjectHousehold, keysOf(rows, func(p parsed) string { return p.key }))
	if err != nil {
		return err
	}
	for i := range rows {
		r.run.Way().Make()
		p := &rows[i]
		area := r.areas[p.area]
		if area == 0 && p.area != "" {
			p.reject(r.im.Mapping.areaColumn(), "no_area", "code", p.area)
		}
		if p.rejected() {
			continue
		}
		at, exists := found[p.key]
		if exists {
			b.outcomes[i], err = r.revise(ctx, b, p, SubjectHousehold, at.id, change.Values(p.values), dry)
		} else if r.unknownNumber(p) {
			continue
		} else if err = r.inTime(ctx, p, area); err == nil && !p.rejected() {
			if b.outcomes[i] = r.creates(p, dry); !dry {
				err = r.newHousehold(ctx, b, p, area)
			}
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", p.n, err)
		}
	}
	return nil
}

// creates is the outcome of a row whose record is not stored yet: where an earlier row of the same file will have
// created it, the row will change it.
func (r *importRun) creates(p *parsed, dry bool) outcome {
	if dry && r.fresh[p.key] {
		return updated
	}
	if dry {
		r.fresh[p.key] = true
	}
	return created
}

// findAreas looks up the codes of a chunk that were not met before.
func (r *importRun) findAreas(ctx context.Context, rows []parsed) error {
	codes := slices.DeleteFunc(keysOf(rows, func(p parsed) string { return p.area }), func(code string) bool {
		_, met := r.areas[code]
		return met
	})
	if len(codes) == 0 {
		return nil
	}
	found, err := r.s.areas.Codes(ctx, r.scope, codes)
	if err != nil {
		return err
	}
	for _, code := range codes {
		r.areas[code] = found[code]
	}
	return nil
}

// home is the storage home of an area, by the level that the pack names.
func (r *importRun) home(ctx context.Context, area int64) (int64, error) {
	level := homeLevel(r.r.pack, r.s.areas.Scheme())
	county := r.s.areas.Scheme().At(area, level)
	if home, ok := r.homes[county]; ok {
		return home, nil
	}
	home, err := r.s.areas.Home(ctx, area, level)
	if err == nil {
		r.homes[county] = home
	}
	return home, err
}

func (r *importRun) newHousehold(ctx context.Context, b *batch, p *parsed, area int64) error {
	home, err := r.home(ctx, area)
	if err != nil {
		return err
	}
	ids, err := r.s.journal.Ids().Take(ctx, home, 2+len(p.entries))
	if err != nil {
		return err
	}
	id, dwelling := ids[0], ids[1]
	key := r.s.keys.Make(home, id)
	b.keys = append(b.keys, key)
	status, _ := p.values[FieldStatus].(string)
	day, now := int64(p.day), int64(r.s.journal.Clock().Now())
	b.add("household", householdInsert, []any{home, id, Number(id), area, status, day, day})
	if status != "" {
		b.add("household_status", statusInsert, []any{home, id, day, 1, status, "import", 0, now})
	}
	b.add("alias", aliasInsert, []any{r.alias(SubjectHousehold), p.key, home, SubjectHousehold, id})
	if err := r.newFacts(ctx, b, SubjectHousehold, home, id, area, id, p.day, p.values, key.Key); err != nil {
		return err
	}
	if len(p.dwelling) > 0 || p.lat != nil {
		b.add("dwelling", dwellingInsert, []any{home, dwelling, id, day, p.lat, p.lon})
		if err := r.newFacts(ctx, b, SubjectDwelling, home, dwelling, area, id, p.day, p.dwelling, key.Key); err != nil {
			return err
		}
	}
	year, _, _ := p.day.Civil()
	for i, a := range p.entries {
		from, to := yearOf(year)
		b.add("entry", entryInsert, []any{home, ids[2+i], id, a.subject, a.class, "", from, to, a.minor, r.r.pack.Currency, "", day})
	}
	return b.command.Note(ctx, journal.Entry{Kind: "household.created", SubjectKind: SubjectHousehold, Subject: id, Home: home, Area: area, ValidOn: &p.day, VerAfter: 1,
		Key: &key.Key, Body: map[string]any{"import": r.im.ID, "row": p.n, "set": p.values, "dwelling": p.dwelling}})
}

func yearOf(y int) (from, to int64) {
	a, z := year(y)
	return int64(a), int64(z)
}

// newFacts queues the documents and index rows of a new subject.
func (r *importRun) newFacts(ctx context.Context, b *batch, kind string, home, subject, area, household int64, day clock.Day, facts policy.Facts, key crypt.DataKey) error {
	year, _, _ := day.Civil()
	for _, d := range bySection(r.r.pack, kind, facts, year) {
		text, err := encodeFacts(d.Facts, subject, secret(r.r.pack, kind), key)
		if err != nil {
			return err
		}
		b.add("facts", factColumns, factRow(home, subject, d, text))
	}
	index, err := r.s.indexRows(ctx, r.r.pack, kind, home, subject, area, household, facts)
	if err != nil {
		return err
	}
	b.add("fact_index", indexColumns, index...)
	phones, err := r.s.phoneKeys(ctx, r.r.pack, kind, home, subject, area, household, facts)
	if err != nil {
		return err
	}
	b.add("phone_key", phoneKeyColumns, phones...)
	return nil
}

// planEntries decides on rows of income or expenditure.
func (r *importRun) planEntries(ctx context.Context, b *batch, rows []parsed, dry bool) error {
	subject := r.im.Mapping.Subject
	households, err := r.households(ctx, rows)
	if err != nil {
		return err
	}
	found, err := r.lookup(ctx, subject, keysOf(rows, func(p parsed) string { return p.key }))
	if err != nil {
		return err
	}
	added := map[int64][]int64{}
	byID := map[int64]*Household{}
	for i := range rows {
		p := &rows[i]
		h := r.householdOf(p, households)
		if p.rejected() {
			continue
		}
		if at, exists := found[p.key]; exists {
			if b.outcomes[i], err = r.revise(ctx, b, p, subject, at.id, change.Values(p.values), dry); err != nil {
				return fmt.Errorf("row %d: %w", p.n, err)
			}
			continue
		}
		if r.unknownNumber(p) {
			continue
		}
		if err := r.inTime(ctx, p, h.Area); err != nil {
			return fmt.Errorf("row %d: %w", p.n, err)
		}
		if p.rejected() {
			continue
		}
		if b.outcomes[i] = r.creates(p, dry); dry {
			continue
		}
		id, err := r.s.journal.Ids().One(ctx, h.Home)
		if err != nil {
			return err
		}
		e := entryOf(r.r.pack, subject, p.values, p.day)
		b.add("entry", entryInsert, []any{h.Home, id, h.ID, subject, e.Class, e.Source, int64(e.From), int64(e.To), e.Minor, r.r.pack.Currency, e.Basis, int64(p.day)})
		b.add("alias", aliasInsert, []any{r.alias(subject), p.key, h.Home, subject, id})
		added[h.ID], byID[h.ID] = append(added[h.ID], id), h
	}
	for _, id := range slices.Sorted(maps.Keys(added)) {
		h := byID[id]
		err := b.command.Note(ctx, journal.Entry{Kind: "household.entries", SubjectKind: SubjectHousehold, Subject: id, Home: h.Home, Area: h.Area, ValidOn: &r.r.day,
			VerBefore: h.Ver, VerAfter: h.Ver, Body: map[string]any{"import": r.im.ID, subject: added[id]}})
		if err != nil {
			return err
		}
	}
	return nil
}

// entryOf is the entry that an item dictionary's values describe: year, class, amount and basis are core items, the
// first text item says what it came from.
func entryOf(pack *policy.Pack, subject string, values policy.Facts, day clock.Day) Entry {
	y, _, _ := day.Civil()
	if given, ok := values["year"].(int64); ok {
		y = int(given)
	}
	e := Entry{Subject: subject}
	e.From, e.To = year(y)
	e.Class, _ = values["class"].(string)
	e.Minor, _ = values["amount"].(int64)
	e.Basis, _ = values["basis"].(string)
	if name := sourceItem(pack, subject); name != "" {
		e.Source, _ = values[name].(string)
	}
	return e
}

// sourceItem is the item that says in words what an entry came from, "" if the pack has none.
func sourceItem(pack *policy.Pack, subject string) string {
	for _, item := range pack.ItemsOf(subject) {
		if !item.Core && item.Kind == policy.Text {
			return item.Code
		}
	}
	return ""
}

// refusalText is why the change room refuses a row.
func refusalText(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return "the values were refused"
	}
	parts := []string{f.Message}
	for _, d := range f.Details {
		parts = append(parts, d.Field+": "+d.Reason)
	}
	return strings.Join(parts, "; ")
}
