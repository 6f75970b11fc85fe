package registry

import (
	"context"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// entrySubject is how change sets reach entries of income or expenditure.
type entrySubject struct {
	s    *Service
	kind string
}

func (e entrySubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	s := e.s
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return change.Record{}, err
	}
	var row Entry
	var area, ver int64
	var number string
	err = store.One(ctx, s.db.In(scope), `SELECT e.household, e.class, e.source, e.from_day, e.to_day, e.minor, e.origin, e.ver, h.area, h.number
		FROM entry e JOIN household h ON h.home = e.home AND h.id = e.household
		WHERE e.home = $1 AND e.id = $2 AND e.subject = $3 AND e.ended IS NULL AND {scope h.area}`, []any{home, id, e.kind},
		&row.Household, &row.Class, &row.Source, &row.From, &row.To, &row.Minor, &row.Basis, &ver, &area, &number)
	if errors.Is(err, store.ErrNoRows) {
		return change.Record{}, fault.New(fault.NotFound, "no such entry")
	}
	if err != nil {
		return change.Record{}, fmt.Errorf("read an entry: %w", err)
	}
	key, err := s.keys.Of(ctx, home, row.Household)
	if err != nil {
		return change.Record{}, fmt.Errorf("open household %d: %w", row.Household, err)
	}
	pack, err := s.Pack(area)
	if err != nil {
		return change.Record{}, err
	}
	y, _, _ := row.To.Civil()
	fields := change.Values{"year": int64(y), "class": textOrNil(row.Class), "amount": row.Minor, "basis": textOrNil(row.Basis)}
	if name := sourceItem(pack, e.kind); name != "" {
		fields[name] = textOrNil(row.Source)
	}
	return change.Record{Kind: e.kind, ID: id, Home: home, Area: area, Ver: ver, Label: number, On: on, Fields: fields, Key: key}, nil
}

func (e entrySubject) Sees(scope access.Scope, r change.Record, field string) bool {
	return e.s.sees(scope, e.kind, r.Area, field)
}

func (e entrySubject) Protected(_ context.Context, r change.Record, field string) (bool, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return false, err
	}
	item, err := itemOf(pack, e.kind, field)
	if err != nil {
		return false, err
	}
	return item.Protected, nil
}

func (e entrySubject) Check(_ context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return nil, err
	}
	return touching(checkValues(pack, e.kind, r.Fields, set), set), nil
}

func (e entrySubject) Prepare(_ context.Context, _ access.Scope, r change.Record, set change.Values) (change.Write, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return nil, err
	}
	merged := policy.Facts{}
	for _, values := range []change.Values{r.Fields, set} {
		for field, value := range values {
			merged[field] = value
		}
	}
	row := entryOf(pack, e.kind, merged, 0)
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "entry", "{checked} AND home = $1 AND id = $2", r.Ver, r.Home, r.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE entry SET class = $3, source = $4, from_day = $5, to_day = $6, minor = $7, origin = $8 WHERE {checked} AND home = $1 AND id = $2",
			r.Home, r.ID, row.Class, row.Source, int64(row.From), int64(row.To), row.Minor, row.Basis)
		return err
	}, nil
}
