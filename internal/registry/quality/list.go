package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Filter selects problems. The zero Filter selects all in scope, settled ones among them.
type Filter struct {
	Area      int64 // subtree; 0 for everywhere in scope
	Household int64 // or record of an area; 0 for all
	Rule      string
	Severity  string
	Role      string  // who is to settle it
	States    []State // any of these; none for all
	Owner     int64   // account; office.Nobody or office.Mine; 0 for all
	Overdue   bool    // unsettled and past its date
}

// Position is a place in the list's order: by date, then by identifier. From a place one reads on, or Back: the rows next
// before it, in the same order.
type Position struct {
	Due  clock.Day `json:"due"`
	ID   int64     `json:"id"`
	Back bool      `json:"-"`
}

// query is a condition on problems p with its bound values.
type query struct {
	scope access.Scope
	parts []string
	args  []any
}

func (q *query) bind(value any) string {
	q.args = append(q.args, value)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *query) where() string { return strings.Join(q.parts, " AND ") }

// Sensitive says whether the scope sees the problems of special fields.
func Sensitive(scope access.Scope) bool { return scope.Seen() >= access.P3 }

// visible is the condition that a scope's reader may see a problem p.
func (q *query) visible() {
	q.parts = append(q.parts, "{scope p.area}", "p.class <= "+q.bind(int64(q.scope.Seen())))
}

// dimensions are what lists can be narrowed by and counts are made of.
var dimensions = map[string]string{"rule": "p.rule", "severity": "p.severity", "role": "p.role", "state": "p.state"}

// condition turns a filter into SQL, without the part of one dimension.
func (s *Service) condition(scope access.Scope, f Filter, without string) *query {
	q := &query{scope: scope.Within(s.registry.Areas().Scheme().Range(f.Area))}
	q.visible()
	equal := func(dimension, value string) {
		if value != "" && dimension != without {
			q.parts = append(q.parts, dimensions[dimension]+" = "+q.bind(value))
		}
	}
	equal("rule", f.Rule)
	equal("severity", f.Severity)
	equal("role", f.Role)
	if f.Household != 0 {
		q.parts = append(q.parts, "p.household = "+q.bind(f.Household))
	}
	if len(f.States) > 0 && without != "state" {
		q.parts = append(q.parts, store.OneOf("p.state", f.States, q.bind))
	}
	if f.Owner != 0 {
		q.parts = append(q.parts, office.OwnedBy("p.owner", f.Owner, scope.Caller(), q.bind))
	}
	if f.Overdue {
		q.parts = append(q.parts, "p.state IN ('open', 'claimed', 'proposed') AND p.due < "+q.bind(int64(s.today())))
	}
	return q
}

// joined are problems with the households that they are about; those about areas have none.
const joined = " FROM problem_item p LEFT JOIN household h ON h.home = p.home AND h.id = p.household WHERE "

// List returns problems in scope from a position on, the most urgent first.
func (s *Service) List(ctx context.Context, scope access.Scope, f Filter, from Position, limit int) ([]Problem, error) {
	q := s.condition(scope, f, "")
	beyond, sort := store.Ascending(from.Back)
	if from != (Position{}) {
		q.parts = append(q.parts, "(p.due, p.id) "+beyond+" ("+q.bind(int64(from.Due))+", "+q.bind(from.ID)+")")
	}
	found, err := s.read(ctx, q, " ORDER BY p.due"+sort+", p.id"+sort+" LIMIT "+q.bind(limit))
	return store.InOrder(found, from.Back), err
}

func (s *Service) read(ctx context.Context, q *query, rest string) ([]Problem, error) {
	found, err := store.All(ctx, s.db.In(q.scope), "SELECT "+problemColumns+", coalesce(h.number, '')"+joined+q.where()+rest, q.args,
		func(r store.Rows, p *Problem) error { return scanProblem(r, p, &p.Number) })
	if err != nil {
		return nil, fmt.Errorf("list problems: %w", err)
	}
	return found, nil
}

// Browse is List for people and programs: it journals whose problems it shows before it answers.
func (s *Service) Browse(ctx context.Context, scope access.Scope, f Filter, after Position, limit int) ([]Problem, error) {
	list, err := s.List(ctx, scope, f, after, limit)
	if err != nil {
		return nil, err
	}
	return list, s.shown(ctx, scope, f.Area, list)
}

func (s *Service) shown(ctx context.Context, scope access.Scope, area int64, list []Problem) error {
	var ids []int64
	for _, p := range list {
		if !p.AboutPlace() {
			ids = append(ids, p.Household)
		}
	}
	slices.Sort(ids)
	if err := s.journal.Shown(ctx, who(scope, area, ""), "problem.listed", registry.SubjectHousehold, 0, area, slices.Compact(ids)); err != nil {
		return fmt.Errorf("journal that problems were listed: %w", err)
	}
	return nil
}

// who acts or reads in an area, for the journal; why is a reason in words, the caller's purpose if empty.
func who(scope access.Scope, area int64, why string) journal.Who {
	c, role := scope.Caller(), scope.Role(area)
	if ranges := scope.Ranges(); role == "" && len(ranges) > 0 {
		role = scope.Role(ranges[0].Lo)
	}
	if why == "" {
		why = c.Purpose
	}
	return journal.Who{Account: c.Account, Role: role, Place: c.Place, Why: why}
}

// Count is how many problems the filter selects in scope.
func (s *Service) Count(ctx context.Context, scope access.Scope, f Filter) (int64, error) {
	q := s.condition(scope, f, "")
	var n int64
	if err := store.One(ctx, s.db.In(q.scope), "SELECT count(*)"+joined+q.where(), q.args, &n); err != nil {
		return 0, fmt.Errorf("count problems: %w", err)
	}
	return n, nil
}

// Facet counts the problems that a filter selects by rule, severity, role or state. The filter's own part in that
// dimension is left out: the counts are doors to the other values.
func (s *Service) Facet(ctx context.Context, scope access.Scope, f Filter, dimension string) (map[string]int64, error) {
	column, ok := dimensions[dimension]
	if !ok {
		return nil, fault.New(fault.Invalid, "problems are not counted by %q", dimension)
	}
	q := s.condition(scope, f, dimension)
	type cell struct {
		value string
		n     int64
	}
	cells, err := store.All(ctx, s.db.In(q.scope), "SELECT "+column+", count(*)"+joined+q.where()+" GROUP BY "+column, q.args,
		func(r store.Rows, c *cell) error { return r.Scan(&c.value, &c.n) })
	if err != nil {
		return nil, fmt.Errorf("count problems by %s: %w", dimension, err)
	}
	counts := map[string]int64{}
	for _, c := range cells {
		counts[c.value] = c.n
	}
	return counts, nil
}

// AreaCount is how many selected problems lie in an area, how many of them block benefit and how many are overdue.
type AreaCount struct {
	Area                           int64
	Problems, Provisional, Overdue int64
}

// ByArea counts the selected problems by the areas directly below f.Area.
func (s *Service) ByArea(ctx context.Context, scope access.Scope, f Filter) ([]AreaCount, error) {
	scheme := s.registry.Areas().Scheme()
	level := min(scheme.Level(f.Area)+1, scheme.Levels())
	below := scheme.Range(scheme.Child(scheme.At(f.Area, level-1), 1))
	q := s.condition(scope, f, "")
	width, today := q.bind(below.Hi-below.Lo+1), q.bind(int64(s.today()))
	found, err := store.All(ctx, s.db.In(q.scope), "SELECT x.a, count(*), CAST(sum(x.provisional) AS bigint), CAST(sum(x.overdue) AS bigint) FROM (SELECT p.area - p.area % "+width+` AS a,
		CASE WHEN p.severity = 'provisional' THEN 1 ELSE 0 END AS provisional,
		CASE WHEN p.due < `+today+" AND p.state IN ('open', 'claimed', 'proposed') THEN 1 ELSE 0 END AS overdue"+joined+q.where()+") x GROUP BY x.a ORDER BY x.a", q.args,
		func(r store.Rows, c *AreaCount) error {
			return r.Scan(&c.Area, &c.Problems, &c.Provisional, &c.Overdue)
		})
	if err != nil {
		return nil, fmt.Errorf("count problems by area: %w", err)
	}
	return found, nil
}

// Backlog counts the unsettled problems of an area by who has them and by the areas directly below.
func (s *Service) Backlog(ctx context.Context, scope access.Scope, area int64) (office.Backlogs, error) {
	q := s.condition(scope, Filter{Area: area, States: Unsettled}, "")
	below := "p.area - p.area % " + q.bind(s.registry.Areas().Scheme().WidthBelow(area))
	return office.CountBacklogs(ctx, s.db.In(q.scope), "SELECT p.owner AS account, "+below+" AS below, p.due AS due, 1 AS once"+joined+q.where(), q.args)
}

// Work is what waits of problems.
func (s *Service) Work() office.Work {
	return office.Work{Kind: "problems", Verb: access.HouseholdList, Count: s.Backlog}
}

// Of returns the problems of a household in scope that are not over, the blocking ones first. Reading them is part of
// reading the household.
func (s *Service) Of(ctx context.Context, scope access.Scope, h registry.Household) ([]Problem, error) {
	q := s.condition(scope, Filter{Household: h.ID, States: append(slices.Clone(Unsettled), Accepted)}, "")
	q.parts = append(q.parts, "p.home = "+q.bind(h.Home))
	return s.read(ctx, q, " ORDER BY CASE WHEN p.state = 'accepted' THEN 1 ELSE 0 END, p.severity DESC, p.due, p.id")
}

// Exported journals that the selected problems are about to be written into a file, and says how many they are.
func (s *Service) Exported(ctx context.Context, scope access.Scope, f Filter, columns []string) (int64, error) {
	n, err := s.Count(ctx, scope, f)
	if err != nil {
		return 0, err
	}
	err = s.journal.Record(ctx, who(scope, f.Area, ""), journal.Entry{Kind: "problem.exported", SubjectKind: "problem", Area: f.Area,
		Body: map[string]any{"problems": n, "columns": columns, "rule": f.Rule, "severity": f.Severity}})
	if err != nil {
		return 0, fmt.Errorf("journal an export: %w", err)
	}
	return n, nil
}
