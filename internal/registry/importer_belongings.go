package registry

import (
	"context"
	"fmt"

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
