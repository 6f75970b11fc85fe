package duplicate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/linkage"
)

// likeness is what a comparison found.
type likeness struct {
	a, b    registry.Identity
	pair    linkage.Pair
	zone    Zone
	rank    float64
	held    bool
	overlap string
	entity  int64
}

// tally is what was changed in the queue.
type tally struct {
	In      int64 `json:"in"`
	Found   int64 `json:"found"`
	Changed int64 `json:"changed"`
	Gone    int64 `json:"gone"`
}

// settling is one transaction's work on the queue.
type settling struct {
	s       *Service
	tally   tally
	inserts []inserted
	updates []Pair
	command *journal.Command
}

type inserted struct {
	Pair
	sides [2]registry.Identity
}

// settle brings stored pairs in line with what a comparison found, in one transaction that also stores the progress.
// lapsed are stored pairs that were compared and found different. What was decided stays as it is.
func (s *Service) settle(ctx context.Context, found []likeness, lapsed []Pair, save func(context.Context, store.Tx, tally) error) (tally, error) {
	w := settling{s: s, tally: tally{In: int64(len(found))}}
	stored, err := s.storedPairs(ctx, found)
	if err != nil {
		return w.tally, err
	}
	for _, one := range found {
		if err := w.compare(ctx, one, stored); err != nil {
			return w.tally, err
		}
	}
	for _, p := range lapsed {
		if p.State == Open || p.State == Postponed {
			p.State = Gone
			w.updates = append(w.updates, p)
			w.tally.Gone++
		}
	}
	if err := w.note(ctx); err != nil {
		return w.tally, err
	}
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := w.store(ctx, tx); err != nil || save == nil {
			return err
		}
		return save(ctx, tx, w.tally)
	})
	if err != nil {
		return w.tally, fmt.Errorf("store pairs of persons who may be one: %w", err)
	}
	return w.tally, nil
}

// storedPairs reads the pairs of those who were found alike.
func (s *Service) storedPairs(ctx context.Context, found []likeness) (map[key]Pair, error) {
	var ones []int64
	for _, one := range found {
		ones = append(ones, min(one.a.ID, one.b.ID))
	}
	slices.Sort(ones)
	return s.pairsOf(ctx, "p.one", slices.Compact(ones))
}

// pairsOf reads the pairs whose column holds one of these persons.
func (s *Service) pairsOf(ctx context.Context, column string, persons []int64) (map[key]Pair, error) {
	stored := map[key]Pair{}
	for some := range slices.Chunk(persons, 256) {
		args := store.Padded(some)
		list, err := store.All(ctx, s.db.In(program), "SELECT "+pairColumns+" FROM duplicate_pair p WHERE {checked} AND "+column+" IN ("+store.In(1, len(args))+")", args,
			func(r store.Rows, p *Pair) error { return scanPair(r, p) })
		if err != nil {
			return nil, fmt.Errorf("read pairs: %w", err)
		}
		for _, p := range list {
			stored[key{p.One, p.Other}] = p
		}
	}
	return stored, nil
}

// compare decides what becomes of a pair.
func (w *settling) compare(ctx context.Context, one likeness, stored map[key]Pair) error {
	now := w.s.now()
	at := keyOf(one.a.ID, one.b.ID)
	next := Pair{One: at.one, Other: at.other, Probability: one.pair.Probability, Weight: one.pair.Weight, Evidence: EvidenceOf(one.pair), Overlap: one.overlap, Entity: one.entity,
		Zone: one.zone, Rank: one.rank, Held: one.held, State: Open, Found: now, Changed: now, Ver: 1}
	before, known := stored[at]
	if !known {
		id, err := w.s.journal.Ids().One(ctx, one.a.Home)
		if err != nil {
			return err
		}
		next.ID = id
		w.inserts = append(w.inserts, inserted{next, [2]registry.Identity{one.a, one.b}})
		w.tally.Found++
		return nil
	}
	if before.State == Decided {
		return nil
	}
	next.ID, next.Found, next.State, next.Verdict, next.Keep, next.Until, next.Ver = before.ID, before.Found, before.State, before.Verdict, before.Keep, before.Until, before.Ver
	if next.Held = before.Held; before.State == Gone {
		next.State, next.Held = Open, one.held
	}
	if one.entity == 0 { // only a run over the whole register knows
		next.Entity, next.Overlap = before.Entity, before.Overlap
	}
	if next.State != before.State || next.Probability != before.Probability || next.Zone != before.Zone || next.Rank != before.Rank || next.Overlap != before.Overlap || next.Entity != before.Entity ||
		!slices.Equal(next.Evidence, before.Evidence) {
		w.updates = append(w.updates, next)
		w.tally.Changed++
	}
	return nil
}

// EvidenceOf is the evidence of a comparison, field by field.
func EvidenceOf(pair linkage.Pair) []Evidence {
	list := make([]Evidence, len(pair.Evidence))
	for i, e := range pair.Evidence {
		list[i] = Evidence{fields[i].Name, e.Level, e.Bits}
	}
	return list
}

// note seals the events of new pairs, one for each person, before the transaction.
func (w *settling) note(ctx context.Context) error {
	if len(w.inserts) == 0 {
		return nil
	}
	var err error
	if w.command, err = w.s.journal.Begin(ctx, journal.Who{Role: "system", Why: "persons who may be registered twice"}); err != nil {
		return err
	}
	for _, p := range w.inserts {
		for i, side := range p.sides {
			err := w.command.Note(ctx, journal.Entry{Kind: "person.alike", SubjectKind: registry.SubjectPerson, Subject: side.ID, Home: side.Home, Area: side.Area,
				Body: map[string]any{"pair": p.ID, "other": p.sides[1-i].ID, "zone": p.Zone}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// store writes pairs and events. A pair that another process found meanwhile, or that somebody decided, stays.
func (w *settling) store(ctx context.Context, tx store.Tx) error {
	for _, p := range w.inserts {
		evidence, err := json.Marshal(p.Evidence)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO duplicate_pair (id, one, other, probability, weight, evidence, overlap, entity, zone, rank, held, state, found, changed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (one, other) DO NOTHING`,
			p.ID, p.One, p.Other, p.Probability, p.Weight, string(evidence), p.Overlap, p.Entity, string(p.Zone), p.Rank, flag(p.Held), string(p.State), int64(p.Found), int64(p.Changed))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		for _, side := range p.sides {
			if _, err := tx.Exec(ctx, "INSERT INTO duplicate_side (home, person, pair, area, household) VALUES ($1, $2, $3, $4, $5)", side.Home, side.ID, p.ID, side.Area, side.Household); err != nil {
				return err
			}
		}
	}
	for _, p := range w.updates {
		evidence, err := json.Marshal(p.Evidence)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE duplicate_pair SET probability = $3, weight = $4, evidence = $5, overlap = $6, entity = $7, zone = $8, rank = $9, held = $10, state = $11, changed = $12, ver = ver + 1
			WHERE {checked} AND id = $1 AND ver = $2`,
			p.ID, p.Ver, p.Probability, p.Weight, string(evidence), p.Overlap, p.Entity, string(p.Zone), p.Rank, flag(p.Held), string(p.State), int64(w.s.now()))
		if err != nil {
			return err
		}
	}
	if w.command == nil {
		return nil
	}
	return w.command.Append(ctx, tx)
}

func flag(set bool) int64 {
	if set {
		return 1
	}
	return 0
}
