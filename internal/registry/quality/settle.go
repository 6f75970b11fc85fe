package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// eventKind ends the kind of the event that problems of a household or an area were found or fixed.
const eventKind = ".problems"

// looked is what a look at a household found.
type looked struct {
	household registry.Household
	kind      string // of an area: its level, with home, identifier, version and area of its record in household
	findings  []Finding
	// covers says which rules were decided: only their problems can be fixed.
	covers func(rule string) bool
	// known says which rules still exist; the problems of others are obsolete.
	known func(rule string) bool
	marks []mark
}

// everything covers and knows every rule.
func everything(string) bool { return true }

// mark is what a rule over several households keeps of one: a blind index, or a figure. Without either it is taken
// away.
type mark struct {
	rule  string
	blind []byte
	num   *int64
}

// tally is what a look changed.
type tally struct {
	Found, Fixed int64 // problems
	Households   int64 // whose problems changed
}

// settle brings the list of problems in line with what was found, in one transaction that also stores the progress.
func (s *Service) settle(ctx context.Context, list []looked, save func(context.Context, store.Tx, tally) error) (tally, error) {
	stored, err := s.stored(ctx, list)
	if err != nil {
		return tally{}, err
	}
	work := settling{s: s, now: s.journal.Clock().Now(), today: s.today()}
	for _, one := range list {
		work.compare(one, stored[one.household.ID])
	}
	if err := work.prepare(ctx); err != nil {
		return tally{}, err
	}
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := work.store(ctx, tx); err != nil {
			return err
		}
		if save == nil {
			return nil
		}
		return save(ctx, tx, work.tally)
	})
	if err != nil {
		return tally{}, fmt.Errorf("store problems: %w", err)
	}
	return work.tally, nil
}

// stored reads the problems of households, by household.
func (s *Service) stored(ctx context.Context, list []looked) (map[int64][]Problem, error) {
	byHome := map[int64][]int64{}
	for _, one := range list {
		byHome[one.household.Home] = append(byHome[one.household.Home], one.household.ID)
	}
	found := map[int64][]Problem{}
	for home, ids := range byHome {
		args := append([]any{home}, store.Padded(ids)...)
		rows, err := store.All(ctx, s.db.In(program), "SELECT "+problemColumns+" FROM problem_item p WHERE {checked} AND p.home = $1 AND p.household IN ("+store.In(2, len(args)-1)+")", args,
			func(r store.Rows, p *Problem) error { return scanProblem(r, p) })
		if err != nil {
			return nil, fmt.Errorf("read problems: %w", err)
		}
		for _, p := range rows {
			found[p.Household] = append(found[p.Household], p)
		}
	}
	return found, nil
}

// settling is one transaction's work on the list.
type settling struct {
	s       *Service
	now     clock.Time
	today   clock.Day
	tally   tally
	inserts []Problem
	updates []Problem // with the version they were read at
	marks   []looked
	events  []happening
	command *journal.Command
}

// happening is what changed about a household's problems.
type happening struct {
	household       registry.Household
	kind            string
	found, fixed    []string
	obsolete, again []string
}

// compare decides what becomes of a household's problems.
func (w *settling) compare(one looked, stored []Problem) {
	if len(one.marks) > 0 {
		w.marks = append(w.marks, one)
	}
	happened := happening{household: one.household, kind: registry.SubjectHousehold}
	if one.kind != "" {
		happened.kind = one.kind
	}
	type key struct {
		subject int64
		rule    string
	}
	firing := map[key]Finding{}
	for _, f := range one.findings {
		firing[key{f.Subject, f.Rule}] = f
	}
	for _, p := range stored {
		at := key{p.Subject, p.Rule}
		finding, fires := firing[at]
		delete(firing, at)
		next := p
		switch {
		case fires:
			w.keep(&next, one.household, finding, &happened)
		case !one.known(p.Rule) || one.household.Closed != nil:
			if p.Unsettled() {
				next.State = Obsolete
				happened.obsolete = append(happened.obsolete, p.Rule)
			}
		case one.covers(p.Rule) && (p.Unsettled() || p.State == Accepted):
			next.State = Fixed
			happened.fixed = append(happened.fixed, p.Rule)
			w.tally.Fixed++
		}
		next.Area = one.household.Area
		if changed(p, next) {
			next.Changed = w.now
			w.updates = append(w.updates, next)
		}
	}
	for _, f := range one.findings {
		if _, fresh := firing[key{f.Subject, f.Rule}]; fresh {
			w.inserts = append(w.inserts, w.fresh(one.household, f))
			happened.found = append(happened.found, f.Rule)
			w.tally.Found++
		}
	}
	if len(happened.found)+len(happened.fixed)+len(happened.obsolete)+len(happened.again) > 0 {
		w.events = append(w.events, happened)
		w.tally.Households++
	}
}

// fresh is a new problem.
func (w *settling) fresh(h registry.Household, f Finding) Problem {
	return Problem{Home: h.Home, Household: h.ID, SubjectKind: f.SubjectKind, Subject: f.Subject, Area: h.Area, Rule: f.Rule, Severity: f.Severity, Class: f.Class,
		Fields: f.Fields, Found: w.now, Role: f.Role, Due: w.today + clock.Day(f.Days), State: Open, Changed: w.now, Ver: 1}
}

// keep is a problem whose rule fires: as it was, or come back.
func (w *settling) keep(p *Problem, h registry.Household, f Finding, happened *happening) {
	p.Severity, p.Class, p.Fields, p.Role = f.Severity, f.Class, f.Fields, f.Role
	if p.State != Fixed && p.State != Obsolete {
		return
	}
	p.State, p.Reopened, p.Due, p.Reason = Open, p.Reopened+1, w.today+clock.Day(f.Days), ""
	if p.Owner != 0 {
		p.State = Claimed
	}
	happened.again = append(happened.again, p.Rule)
	w.tally.Found++
}

func changed(a, b Problem) bool {
	return a.State != b.State || a.Severity != b.Severity || a.Class != b.Class || a.Role != b.Role || a.Area != b.Area || !slices.Equal(a.Fields, b.Fields)
}

// prepare takes identifiers and seals the events, before the transaction.
func (w *settling) prepare(ctx context.Context) error {
	for i := range w.inserts {
		id, err := w.s.journal.Ids().One(ctx, w.inserts[i].Home)
		if err != nil {
			return err
		}
		w.inserts[i].ID = id
	}
	if len(w.events) == 0 {
		return nil
	}
	byHome := map[int64][]int64{}
	for _, e := range w.events {
		byHome[e.household.Home] = append(byHome[e.household.Home], e.household.ID)
	}
	var err error
	if w.command, err = w.s.journal.Begin(ctx, journal.Who{Role: "system", Why: "rules of data quality"}); err != nil {
		return err
	}
	for home, ids := range byHome {
		keys, err := w.s.keys.Many(ctx, home, ids)
		if err != nil {
			return err
		}
		for _, e := range w.events {
			key, ok := keys[e.household.ID]
			if e.household.Home != home || !ok {
				continue
			}
			err := w.command.Note(ctx, journal.Entry{Kind: e.kind + eventKind, SubjectKind: e.kind, Subject: e.household.ID, Home: home, Area: e.household.Area,
				VerBefore: e.household.Ver, VerAfter: e.household.Ver, Key: &key, Body: map[string]any{"found": e.found, "again": e.again, "fixed": e.fixed, "obsolete": e.obsolete}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// store writes problems, marks and events. What another process wrote meanwhile stays: it looked at newer data.
func (w *settling) store(ctx context.Context, tx store.Tx) error {
	for _, p := range w.inserts {
		_, err := tx.Exec(ctx, `INSERT INTO problem_item (home, id, household, subject_kind, subject, area, rule, severity, class, fields, found, role, due, state, changed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (home, household, subject, rule) DO NOTHING`,
			p.Home, p.ID, p.Household, p.SubjectKind, p.Subject, p.Area, p.Rule, string(p.Severity), int64(p.Class), strings.Join(p.Fields, " "), int64(p.Found), p.Role, int64(p.Due), string(p.State), int64(p.Changed))
		if err != nil {
			return err
		}
	}
	for _, p := range w.updates {
		_, err := tx.Exec(ctx, `UPDATE problem_item SET area = $4, severity = $5, class = $6, fields = $7, reopened = $8, role = $9, due = $10, state = $11, changed = $12, reason = $13, ver = ver + 1
			WHERE {checked} AND home = $1 AND id = $2 AND ver = $3`,
			p.Home, p.ID, p.Ver, p.Area, string(p.Severity), int64(p.Class), strings.Join(p.Fields, " "), p.Reopened, p.Role, int64(p.Due), string(p.State), int64(p.Changed), p.Reason)
		if err != nil {
			return err
		}
	}
	for _, one := range w.marks {
		if err := storeMarks(ctx, tx, one); err != nil {
			return err
		}
	}
	if w.command == nil {
		return nil
	}
	return w.command.Append(ctx, tx)
}

func storeMarks(ctx context.Context, tx store.Tx, one looked) error {
	h := one.household
	for _, m := range one.marks {
		var err error
		if m.blind == nil && m.num == nil {
			_, err = tx.Exec(ctx, "DELETE FROM quality_mark WHERE {checked} AND home = $1 AND household = $2 AND rule = $3", h.Home, h.ID, m.rule)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO quality_mark (home, household, rule, area, mark, num) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (home, household, rule) DO UPDATE SET area = excluded.area, mark = excluded.mark, num = excluded.num
				WHERE quality_mark.area <> excluded.area OR quality_mark.mark IS DISTINCT FROM excluded.mark OR quality_mark.num IS DISTINCT FROM excluded.num`,
				h.Home, h.ID, m.rule, h.Area, m.blind, m.num)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
