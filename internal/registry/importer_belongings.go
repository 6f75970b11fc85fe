package registry

import (
	"context"
	"fmt"
	"strconv"

	"rightkey/internal/change"
	"rightkey/internal/store"
)

// belongings are the changes of the dwelling and the entries of a household's row whose household exists already. A
// file of households knows one amount a class and year: it corrects the entry that it brought before, and opens one
// where there is none.
func (r *importRun) belongings(ctx context.Context, p *parsed, h change.Record) ([]change.Row, error) {
	if r.im.Mapping.Subject != SubjectHousehold {
		return nil, nil
	}
	var rows []change.Row
	if len(p.dwelling) > 0 {
		at, err := r.own(ctx, "SELECT id, ver FROM dwelling WHERE {checked} AND home = $1 AND household = $2 AND to_day IS NULL ORDER BY id", h.Home, h.ID)
		if err != nil {
			return nil, fmt.Errorf("look for the dwelling: %w", err)
		}
		rows = append(rows, at.row(SubjectDwelling, h.ID, change.Values(p.dwelling)))
	}
	y, _, _ := p.day.Civil()
	from, to := yearOf(y)
	for _, a := range p.entries {
		at, err := r.own(ctx, `SELECT id, ver FROM entry WHERE {checked} AND home = $1 AND household = $2 AND subject = $3 AND class = $4 AND from_day = $5 AND to_day = $6
			AND source = '' AND person = 0 AND origin = '' AND ended IS NULL ORDER BY id`, h.Home, h.ID, a.subject, a.class, from, to)
		if err != nil {
			return nil, fmt.Errorf("look for the entry: %w", err)
		}
		rows = append(rows, at.row(a.subject, h.ID, change.Values{"year": int64(y), "class": a.class, "amount": a.minor}))
	}
	return rows, nil
}

// owned is a record that belongs to a household, the zero one where there is none.
type owned struct{ id, ver int64 }

// row is the change of the record, or the opening of one.
func (o owned) row(kind string, household int64, set change.Values) change.Row {
	if o.id == 0 {
		return change.Row{SubjectKind: kind, Under: household, Set: set}
	}
	return change.Row{SubjectKind: kind, Subject: o.id, BaseVer: o.ver, Set: set}
}

func (r *importRun) own(ctx context.Context, sql string, args ...any) (owned, error) {
	found, err := store.All(ctx, r.s.db.In(r.scope), sql+" LIMIT 1", args, func(rows store.Rows, o *owned) error { return rows.Scan(&o.id, &o.ver) })
	if err != nil || len(found) == 0 {
		return owned{}, err
	}
	return found[0], nil
}

// shut rejects a row whose year is not collected today.
func (r *importRun) shut(p *parsed, w *WindowShut) {
	column := r.im.Mapping.Year
	if column == "" {
		column = r.im.Mapping.Key
	}
	p.reject(column, "window", "year", strconv.Itoa(w.Year), "opens", w.Opens.String(), "locks", w.Locks.String())
}

// inTime rejects a row that would open a record whose yearly answers are not collected today. A late correction needs
// a second person, who decides on changes of records, not on new ones.
func (r *importRun) inTime(ctx context.Context, p *parsed, area int64) error {
	y, _, _ := p.day.Civil()
	late, err := r.time.facts(ctx, r.r.pack, r.im.Mapping.Subject, area, p.day, p.values)
	if err == nil && !late {
		late, err = r.time.facts(ctx, r.r.pack, SubjectDwelling, area, p.day, p.dwelling)
	}
	for _, a := range p.entries {
		if err == nil && !late {
			late, err = r.time.entry(ctx, r.r.pack, a.subject, area, int64(y))
		}
	}
	if subject := r.im.Mapping.Subject; err == nil && !late && (subject == SubjectIncome || subject == SubjectExpenditure) {
		e := entryOf(r.r.pack, subject, p.values, p.day)
		y, _, _ = e.To.Civil()
		late, err = r.time.entry(ctx, r.r.pack, subject, area, int64(y))
	}
	if shut := ShutOf(err); shut != nil {
		r.shut(p, shut)
		return nil
	}
	if late {
		p.reject(r.im.Mapping.Key, "late", "year", strconv.Itoa(y))
	}
	return err
}
