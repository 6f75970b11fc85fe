package crosscheck

import (
	"context"
	"encoding/binary"
	"fmt"

	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// hit is something that speaks against what the register says of a member or a household.
type hit struct {
	list        List // zero for a screen
	member      registry.Identity
	kind        string
	subject     int64
	how         string
	probability float64
	mark        []byte                // tells the hit from others, the same at every run
	body        func(id int64) []byte // what the list says, sealed for a lead; nil for a screen
	signs       string
}

// mark is the blind index of what a hit of a rule is about.
func (s *Service) mark(rule string, subject int64, what string) []byte {
	text := binary.BigEndian.AppendUint64([]byte(rule+"\x00"), uint64(subject))
	hash := s.keys.Ring().Blind("check_lead", append(text, what...))
	return hash[:]
}

// settle stores the hits that are not known as leads and says how many those are, in one transaction that save takes
// part in. A lead that is known stays as people left it; a later list brings it the values that this list holds.
func (s *Service) settle(ctx context.Context, check *Check, hits []hit, save func(context.Context, store.Tx, int64) error) (int64, error) {
	known, err := s.known(ctx, check.Code, hits)
	if err != nil {
		return 0, err
	}
	var fresh, again []fill
	met := map[string]bool{}
	for _, one := range hits {
		at := fmt.Sprint(one.member.Home, one.mark)
		before, is := known[at]
		switch {
		case met[at]:
		case !is:
			id, err := s.journal.Ids().One(ctx, one.member.Home)
			if err != nil {
				return 0, err
			}
			fresh = append(fresh, fill{one, id, 0})
		case one.list.Day > before.day:
			again = append(again, fill{one, before.id, before.ver})
		}
		met[at] = true
	}
	command, err := s.noted(ctx, check, fresh)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		for _, f := range fresh {
			if err := s.insert(ctx, tx, check, f); err != nil {
				return err
			}
		}
		for _, f := range again {
			_, err := tx.Exec(ctx, "UPDATE check_lead SET list = $3, day = $4, body = $5 WHERE {checked} AND home = $1 AND id = $2", f.hit.member.Home, f.id, f.hit.list.ID, int64(f.hit.list.Day), f.sealed())
			if err != nil {
				return err
			}
		}
		if command != nil {
			if err := command.Append(ctx, tx); err != nil {
				return err
			}
		}
		return save(ctx, tx, int64(len(fresh)))
	})
	if err != nil {
		return 0, fmt.Errorf("store leads: %w", err)
	}
	return int64(len(fresh)), nil
}

// fill is a hit and the lead it becomes or refreshes.
type fill struct {
	hit     hit
	id, ver int64
}

func (f fill) sealed() any {
	if f.hit.body == nil {
		return nil
	}
	return f.hit.body(f.id)
}

// stored is a lead that a hit may be.
type stored struct {
	home, id, ver int64
	day           clock.Day
	mark          []byte
}

// known are the leads that hits are, by home and mark.
func (s *Service) known(ctx context.Context, rule string, hits []hit) (map[string]stored, error) {
	byHome := map[int64][]any{}
	for _, one := range hits {
		byHome[one.member.Home] = append(byHome[one.member.Home], one.mark)
	}
	found := map[string]stored{}
	for home, marks := range byHome {
		list, err := store.All(ctx, s.db.In(program), "SELECT home, id, ver, day, mark FROM check_lead WHERE {checked} AND home = $1 AND rule = $2 AND mark IN ("+store.In(3, len(marks))+")",
			append([]any{home, rule}, marks...), func(r store.Rows, one *stored) error {
				return r.Scan(&one.home, &one.id, &one.ver, (*int64)(&one.day), &one.mark)
			})
		if err != nil {
			return nil, fmt.Errorf("read leads: %w", err)
		}
		for _, one := range list {
			found[fmt.Sprint(one.home, one.mark)] = one
		}
	}
	return found, nil
}

// noted prepares one event for each household, or other subject, with new leads; nil where there are none.
func (s *Service) noted(ctx context.Context, check *Check, fresh []fill) (*journal.Command, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	command, err := s.journal.Begin(ctx, journal.Who{Role: "system", Why: "cross-checks"})
	if err != nil {
		return nil, err
	}
	type subject struct {
		kind string
		id   int64
	}
	ids := map[subject][]int64{}
	var entries []journal.Entry
	for _, f := range fresh {
		at := f.hit.member
		kind, id := Lead{Household: at.Household, SubjectKind: f.hit.kind, Subject: f.hit.subject}.journalled()
		about := subject{kind, id}
		if ids[about] = append(ids[about], f.id); len(ids[about]) == 1 {
			entries = append(entries, journal.Entry{Kind: kind + ".leads", SubjectKind: kind, Subject: id, Home: at.Home, Area: at.Area})
		}
	}
	for i, e := range entries {
		entries[i].Body = map[string]any{"rule": check.Code, "leads": ids[subject{e.SubjectKind, e.Subject}]}
	}
	return command, command.Note(ctx, entries...)
}

func (s *Service) insert(ctx context.Context, tx store.Tx, check *Check, f fill) error {
	h, now := f.hit, s.now()
	_, err := tx.Exec(ctx, `INSERT INTO check_lead (home, id, household, subject_kind, subject, area, rule, effect, class, mark, list, day, how, probability, body, signs, found, role, due, state, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) ON CONFLICT (home, rule, mark) DO NOTHING`,
		h.member.Home, f.id, h.member.Household, h.kind, h.subject, h.member.Area, check.Code, string(check.Effect), int64(check.Class), h.mark, h.list.ID, int64(h.list.Day), h.how, h.probability,
		f.sealed(), h.signs, int64(now), check.Role, int64(s.today())+int64(check.Due), string(New), int64(now))
	return err
}
