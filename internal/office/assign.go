package office

import (
	"context"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// mostAssigned is how many households one person answers for at most: more than that nobody visits.
const mostAssigned = 500

// Assignment ties a household to the person who answers for it, from a day to a day (both included; To nil is open).
type Assignment struct {
	ID              int64
	Home, Household int64
	Area            int64
	Person          string
	From            clock.Day
	To              *clock.Day
}

// Assignments keeps who answers for which household.
type Assignments struct {
	db      *access.DB
	journal *journal.Journal
	scheme  area.Scheme
}

// NewAssignments opens the assignments of a database.
func NewAssignments(db *access.DB, j *journal.Journal, scheme area.Scheme) *Assignments {
	return &Assignments{db: db, journal: j, scheme: scheme}
}

// Assign ties households in the caller's scope for assignment.edit to the person of a login from today on; those that
// are tied already stay as they are. It returns how many are new. An Invalid fault: no active account has the login,
// or the person would answer for more than anybody visits.
func (s *Assignments) Assign(ctx context.Context, scope access.Scope, login string, households []Assignment) (int, error) {
	person, err := s.personOf(ctx, login)
	if err != nil {
		return 0, err
	}
	return s.AssignTo(ctx, scope, person, households)
}

// AssignTo is Assign for a person whose account is known.
func (s *Assignments) AssignTo(ctx context.Context, scope access.Scope, person string, households []Assignment) (int, error) {
	for _, a := range households {
		if !scope.Holds(a.Area) {
			return 0, refuse(ctx, fault.NotFound, "no_household")
		}
	}
	today := int64(scope.Caller().Today)
	held, err := store.All(ctx, s.db.In(system), "SELECT household FROM assignment WHERE {checked} AND person = $1 AND (to_day IS NULL OR to_day >= $2)", []any{person, today},
		func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return 0, fmt.Errorf("read assignments: %w", err)
	}
	known := map[int64]bool{}
	for _, id := range held {
		known[id] = true
	}
	ids, err := s.journal.Ids().Take(ctx, 0, len(households))
	if err != nil {
		return 0, err
	}
	var rows [][]any
	var entries []journal.Entry
	for i, a := range households {
		if known[a.Household] {
			continue
		}
		known[a.Household] = true
		rows = append(rows, []any{ids[i], a.Home, a.Household, a.Area, person, today, scope.Caller().Account})
		entries = append(entries, journal.Entry{Kind: "household.assigned", SubjectKind: "household", Subject: a.Household, Home: a.Home, Area: a.Area, Body: map[string]string{"person": person}})
	}
	if len(known) > mostAssigned {
		return 0, invalid(ctx, "login", "assigned_many", "n", mostAssigned)
	}
	return len(rows), s.write(ctx, scope, "assign households", entries, func(tx store.Tx, at clock.Time) error {
		for _, row := range rows {
			_, err := tx.Exec(ctx, "INSERT INTO assignment (id, home, household, area, person, from_day, made_by, made) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", append(row, int64(at))...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// personOf is the person behind the login of an active account.
func (s *Assignments) personOf(ctx context.Context, login string) (string, error) {
	people, err := store.All(ctx, s.db.In(system), "SELECT person FROM account WHERE login = $1 AND state <> 'disabled'", []any{foldLogin(login)},
		func(r store.Rows, p *string) error { return r.Scan(p) })
	if err != nil {
		return "", fmt.Errorf("look up a login: %w", err)
	}
	if len(people) == 0 {
		return "", invalid(ctx, "login", "no_login")
	}
	return people[0], nil
}

// End ends an assignment in the caller's scope: its last day was yesterday.
func (s *Assignments) End(ctx context.Context, scope access.Scope, id int64) error {
	found, err := s.read(ctx, scope, "id = $1", id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return refuse(ctx, fault.NotFound, "no_assignment")
	}
	a := found[0]
	entry := journal.Entry{Kind: "household.unassigned", SubjectKind: "household", Subject: a.Household, Home: a.Home, Area: a.Area, Body: map[string]string{"person": a.Person}}
	return s.write(ctx, scope, "end an assignment", []journal.Entry{entry}, func(tx store.Tx, _ clock.Time) error {
		today := int64(scope.Caller().Today)
		n, err := tx.Exec(ctx, "UPDATE assignment SET to_day = $2 WHERE {checked} AND id = $1 AND (to_day IS NULL OR to_day >= $3)", id, today-1, today)
		if err == nil && n != 1 {
			return refuse(ctx, fault.Conflict, "ended")
		}
		return err
	})
}

// List returns the assignments in scope that hold today or later, of a person if one is given, by identifier after one.
func (s *Assignments) List(ctx context.Context, scope access.Scope, person string, after int64, limit int) ([]Assignment, error) {
	return s.read(ctx, scope, "(to_day IS NULL OR to_day >= $1) AND ($2 = '' OR person = $2) AND id > $3 ORDER BY id LIMIT $4", int64(scope.Caller().Today), person, after, limit)
}

// Of returns who answers for a household in scope today.
func (s *Assignments) Of(ctx context.Context, scope access.Scope, home, household int64) ([]Assignment, error) {
	return s.read(ctx, scope, "home = $1 AND household = $2 AND from_day <= $3 AND (to_day IS NULL OR to_day >= $3) ORDER BY id", home, household, int64(scope.Caller().Today))
}

// Holders returns the persons who answer for households of a home in scope today, by household; of several the one who
// was named first.
func (s *Assignments) Holders(ctx context.Context, scope access.Scope, home int64, households []int64) (map[int64]string, error) {
	args := append([]any{home, int64(scope.Caller().Today)}, store.Padded(households)...)
	list, err := s.read(ctx, scope, "home = $1 AND from_day <= $2 AND (to_day IS NULL OR to_day >= $2) AND household IN ("+store.In(3, len(args)-2)+") ORDER BY id DESC", args...)
	if err != nil {
		return nil, err
	}
	holders := map[int64]string{}
	for _, a := range list {
		holders[a.Household] = a.Person
	}
	return holders, nil
}

func (s *Assignments) read(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Assignment, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT id, home, household, area, person, from_day, to_day FROM assignment WHERE {scope area household} AND "+condition, args,
		func(r store.Rows, a *Assignment) error {
			var to *int64
			err := r.Scan(&a.ID, &a.Home, &a.Household, &a.Area, &a.Person, (*int64)(&a.From), &to)
			a.To = dayOrOpen(to)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	return found, nil
}

func (s *Assignments) write(ctx context.Context, scope access.Scope, why string, entries []journal.Entry, work func(store.Tx, clock.Time) error) error {
	c := scope.Caller()
	area := int64(0)
	if len(entries) > 0 {
		area = entries[0].Area
	}
	return act(ctx, s.db, s.journal, journal.Who{Account: c.Account, Role: scope.Role(area), Place: c.Place, Why: why}, work, entries...)
}

// longestInspection is how many days an inspection may last.
const longestInspection = 30

// Inspect opens an inspection of an area (0 for everywhere) in the caller's own for some days under a case. It is
// journalled and raises an alert to a reviewer. A Forbidden fault: the caller has not shown lately who sits there.
func (s *Assignments) Inspect(ctx context.Context, c access.Caller, alerts *Alerts, key int64, matter string, days int) error {
	if err := proved(ctx, c, s.journal.Clock().Now()); err != nil {
		return err
	}
	r := access.Everywhere
	if key != 0 {
		r = s.scheme.Range(key)
	}
	scope, err := access.Decide(c, access.InspectionOpen)
	if err != nil {
		return err
	}
	matter = strings.TrimSpace(matter)
	switch {
	case matter == "":
		return invalid(ctx, "matter", "approval_empty")
	case days < 1 || days > longestInspection:
		return invalid(ctx, "days", "inspection_days", "max", longestInspection)
	case !within(scope, r):
		return refuse(ctx, fault.Forbidden, "approval_beyond")
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return err
	}
	raise, err := alerts.prepare(ctx, Alert{Rule: RuleInspection, Account: c.Account, Person: c.Person, Area: key})
	if err != nil {
		return err
	}
	entry := journal.Entry{Kind: "inspection.opened", SubjectKind: "inspection", Subject: id, Area: key, Body: map[string]any{"case": matter, "days": days}}
	return s.write(ctx, scope, matter, []journal.Entry{entry}, func(tx store.Tx, at clock.Time) error {
		_, err := tx.Exec(ctx, "INSERT INTO inspection (id, account, area, lo, hi, matter, from_day, to_day, opened) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			id, c.Account, key, r.Lo, r.Hi, matter, int64(c.Today), int64(c.Today)+int64(days)-1, int64(at))
		if err != nil {
			return err
		}
		return raise(ctx, tx)
	})
}
