package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
)

// OpenAsOf returns a household's file as it stood on a day, as far as the register knows today: the status, members,
// dwellings and entries of that day and the fields with the values that held then. A value that was corrected later
// from an earlier day on is shown corrected; of yearly sections it shows the latest answers that held by then. Where
// an event's body was erased the field keeps its present value. The reading is journalled. It returns a NotFound
// fault for a household that is absent, out of scope, or was not registered on that day.
func (s *Service) OpenAsOf(ctx context.Context, scope access.Scope, id int64, on clock.Day) (File, error) {
	h, err := s.household(ctx, scope, id)
	if err != nil {
		return File{}, err
	}
	if h.Opened > on {
		return File{}, fault.New(fault.NotFound, "the household was not registered on this day")
	}
	f := File{Household: h, AsOf: &on}
	if f.Pack, err = s.Pack(h.Area); err != nil {
		return File{}, err
	}
	if f.past, err = s.past(ctx, scope, h); err != nil {
		return File{}, err
	}
	if err := s.fill(ctx, scope.In(h.State()), &f); err != nil {
		return File{}, err
	}
	f.rewind()
	f.isolate(scope)
	return f, s.showed(ctx, scope, f)
}

// rewind takes what fill left as of today back to the day.
func (f *File) rewind() {
	on := *f.AsOf
	f.Waiting, f.Events = nil, nil
	if f.Closed != nil && *f.Closed > on {
		f.Closed = nil
	}
	f.Status, f.Since = "", f.Opened
	f.Statuses = slices.DeleteFunc(f.Statuses, func(c StatusChange) bool { return c.From > on })
	stored := clock.Time(0)
	for _, c := range f.Statuses {
		if c.At >= stored { // the status that was stored last stands
			f.Status, f.Since, stored = c.Status, c.From, c.At
		}
	}
	f.rewindMembers(on)
	f.Dwellings = slices.DeleteFunc(f.Dwellings, func(d Dwelling) bool { return d.From > on || (d.To != nil && *d.To <= on) })
}

// rewindMembers sorts the members anew: present is who was one on the day.
func (f *File) rewindMembers(on clock.Day) {
	var present, former []Member
	f.Head, f.HeadName = 0, ""
	for _, m := range append(slices.Clone(f.Members), f.ended...) {
		if m.From > on {
			continue
		}
		if m.To != nil && *m.To <= on {
			former = append(former, m)
			continue
		}
		m.To = nil
		f.rewindPerson(&m, on)
		if m.IsHead {
			f.Head, f.HeadName = m.ID, m.Name
			present = slices.Insert(present, 0, m)
		} else {
			present = append(present, m)
		}
	}
	f.Members, f.Former, f.Household.Members = present, formerly(present, former), len(present)
}

// rewindPerson gives a member the columns that held on the day.
func (f *File) rewindPerson(m *Member, on clock.Day) {
	of := f.past.of(m.ID)
	text := func(field, now string) string {
		if now == "" {
			return now // unknown, or not for the reader
		}
		value, _ := of.at(field, now, on).(string)
		return value
	}
	m.Name, m.Sex, m.Relation = text(FieldName, m.Name), text(FieldSex, m.Sex), text(FieldRelation, m.Relation)
	m.IsHead, _ = of.at("head", m.IsHead, on).(bool)
	if m.Died != nil && *m.Died > on {
		m.Died = nil
	}
	if m.Birth == nil {
		return
	}
	switch birth := of.at(FieldBirth, m.Birth.String(), on).(type) {
	case nil:
		m.Birth = nil
	case string:
		if d, err := clock.ParseDay(birth); err == nil {
			m.Birth = &d
		}
	}
}

// fieldChanges are those of one record, oldest first.
type fieldChanges []FieldChange

// of are the changes of one record.
func (p *past) of(subject int64) fieldChanges {
	return slices.DeleteFunc(slices.Clone(p.changes), func(c FieldChange) bool { return c.Subject != subject })
}

// at is a field's value on a day: what stood before its first change, then every change that held by then, in the
// order in which they were stored.
func (list fieldChanges) at(field string, now any, on clock.Day) any {
	value, met := now, false
	for _, c := range list {
		if c.Field != field {
			continue
		}
		if !met {
			value, met = c.Before, true
		}
		if c.On <= on {
			value = c.After
		}
	}
	return value
}

// rewind brings a record's documents to what held on a day.
func (p *past) rewind(all documents, kind string, subject int64, on clock.Day) documents {
	type place struct {
		field string
		year  int
	}
	met := map[place]bool{}
	for _, c := range p.of(subject) {
		item, ok := p.pack.Item(kind, c.Field)
		if !ok || item.Core {
			continue
		}
		at := place{c.Field, c.Year}
		d := document{Section: item.Section, Year: c.Year}
		if !met[at] {
			met[at] = true
			d.Facts = policy.Facts{c.Field: c.Before}
			all.put(d)
		}
		if c.On <= on {
			d.Facts = policy.Facts{c.Field: c.After}
			all.put(d)
		}
	}
	return slices.DeleteFunc(all, func(d document) bool { return !d.known() })
}

// entriesAsOf are the entries that counted on a day, with the values that held then.
func (s *Service) entriesAsOf(ctx context.Context, scope access.Scope, f *File) ([]Entry, error) {
	on := *f.AsOf
	all, err := s.entriesWhere(ctx, scope, f.Home, f.ID, "(ended IS NULL OR ended > $3) AND coalesce(opened, $4) <= $3", int64(on), int64(f.Opened))
	if err != nil {
		return nil, fmt.Errorf("as of a day: %w", err)
	}
	for i := range all {
		e := &all[i]
		of := f.past.of(e.ID)
		values := EntryFields(f.Pack, *e)
		for field, now := range values {
			values[field] = of.at(field, now, on)
		}
		was := entryOf(f.Pack, e.Subject, values, e.To)
		was.Home, was.ID, was.Household, was.Currency, was.Ver = e.Home, e.ID, e.Household, e.Currency, e.Ver
		was.Evidence, _ = values[FieldEvidence].(string)
		if number, ok := values[FieldPerson].(string); ok {
			was.Person, _ = ParseNumber(number)
		}
		*e = was
	}
	sortEntries(all)
	return all, nil
}

// sortEntries puts the newest period first, as the register reads entries.
func sortEntries(list []Entry) {
	slices.SortStableFunc(list, func(a, b Entry) int {
		switch {
		case a.From != b.From:
			return int(b.From - a.From)
		case a.Subject != b.Subject:
			return strings.Compare(b.Subject, a.Subject)
		case a.Class != b.Class:
			return strings.Compare(a.Class, b.Class)
		}
		return int(a.ID - b.ID)
	})
}
