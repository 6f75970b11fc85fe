package registry

import (
	"context"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// placeSubject is how change sets reach areas of a level: the answers of their form.
type placeSubject struct {
	s    *Service
	kind string
}

// placeKind is how records of a level are reached, nil where kind is no level of the pack in use.
func (s *Service) placeKind(kind string) change.Subject {
	pack, err := s.packs.Current(s.today())
	if err != nil || pack.Levels.Find(kind) == 0 {
		return nil
	}
	return placeSubject{s, kind}
}

func (p placeSubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	s := p.s
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return change.Record{}, err
	}
	var key, ver int64
	err = store.One(ctx, s.db.In(scope), "SELECT area, ver FROM place WHERE home = $1 AND id = $2 AND {place area}", []any{home, id}, &key, &ver)
	if errors.Is(err, store.ErrNoRows) {
		return change.Record{}, fault.New(fault.NotFound, "no such area")
	}
	if err != nil {
		return change.Record{}, fmt.Errorf("read a place: %w", err)
	}
	at, err := s.placeAt(ctx, scope, key)
	if err != nil {
		return change.Record{}, err
	}
	if at.Kind != p.kind {
		return change.Record{}, fault.New(fault.NotFound, "no such area")
	}
	seal, err := s.keys.Of(ctx, home, id)
	if err != nil {
		return change.Record{}, fmt.Errorf("open place %d: %w", id, err)
	}
	documents, err := s.documents(ctx, scope, home, id, func() (crypt.DataKey, error) { return seal, nil })
	if err != nil {
		return change.Record{}, err
	}
	return change.Record{Kind: p.kind, ID: id, Home: home, Area: key, Ver: ver, Label: at.Code, On: on, Fields: change.Values(documents.of(on).flat()), Key: seal}, nil
}

func (p placeSubject) Sees(scope access.Scope, r change.Record, field string) bool {
	return p.s.sees(scope, p.kind, r.Area, field)
}

func (p placeSubject) Protected(_ context.Context, r change.Record, field string) (bool, error) {
	return p.s.protected(r.Area, p.kind, field, nil)
}

func (p placeSubject) Check(_ context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	return p.s.checked(r.Area, p.kind, r.Fields, set)
}

func (p placeSubject) Prepare(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (change.Write, error) {
	writeFacts, err := p.s.prepareFacts(ctx, scope, r, p.kind, 0, set)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "place", "{checked} AND home = $1 AND id = $2", r.Ver, r.Home, r.ID); err != nil {
			return err
		}
		return writeFacts(ctx, tx)
	}, nil
}
