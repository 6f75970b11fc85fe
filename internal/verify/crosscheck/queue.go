package crosscheck

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Filter selects leads. The zero Filter selects all in scope, settled ones among them.
type Filter struct {
	Area        int64 // subtree; 0 for everywhere in scope
	Household   int64
	List        int64
	Rule        string
	Effect      string
	Explanation string
	States      []State // any of these; none for all
	Owner       int64   // account; office.Nobody or office.Mine; 0 for all
	Waived      bool    // only those that were explained
	Overdue     bool    // unsettled and past their date
}

// Position is a place in the list's order: by date, then by identifier.
type Position struct {
	Due clock.Day `json:"due"`
	ID  int64     `json:"id"`
}

// query is a condition on leads l with its bound values.
type query struct {
	scope access.Scope
	parts []string
	args  []any
}

func (q *query) bind(value any) string {
	q.args = append(q.args, value)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *query) equal(column, value string) {
	if value != "" {
		q.parts = append(q.parts, column+" = "+q.bind(value))
	}
}

func (q *query) where() string { return strings.Join(q.parts, " AND ") }

// condition turns a filter into SQL. Who judges anew without knowing what others found sees no leads.
func (s *Service) condition(scope access.Scope, f Filter) (*query, error) {
	if scope.AnyIsolated() {
		return nil, fault.New(fault.Forbidden, "leads are kept from who judges households anew")
	}
	q := &query{scope: scope.Within(s.registry.Areas().Scheme().Range(f.Area))}
	q.parts = append(q.parts, "{scope l.area l.household}", "l.class <= "+q.bind(int64(scope.Seen())),
		"NOT (l.subject_kind = 'account' AND l.subject = "+q.bind(scope.Caller().Account)+")")
	q.equal("l.rule", f.Rule)
	q.equal("l.effect", f.Effect)
	q.equal("l.explanation", f.Explanation)
	for column, id := range map[string]int64{"l.household": f.Household, "l.list": f.List} {
		if id != 0 {
			q.parts = append(q.parts, column+" = "+q.bind(id))
		}
	}
	if f.Owner != 0 {
		q.parts = append(q.parts, office.OwnedBy("l.owner", f.Owner, scope.Caller(), q.bind))
	}
	if len(f.States) > 0 {
		q.parts = append(q.parts, store.OneOf("l.state", f.States, q.bind))
	}
	if f.Waived {
		q.parts = append(q.parts, "l.explanation <> ''")
	}
	if f.Overdue {
		q.parts = append(q.parts, "l.state <> 'acted' AND l.due < "+q.bind(int64(s.today())))
	}
	return q, nil
}

// Leads returns leads in scope after a position, the most urgent first.
func (s *Service) Leads(ctx context.Context, scope access.Scope, f Filter, after Position, limit int) ([]Lead, error) {
	q, err := s.condition(scope, f)
	if err != nil {
		return nil, err
	}
	if after != (Position{}) {
		q.parts = append(q.parts, "(l.due, l.id) > ("+q.bind(int64(after.Due))+", "+q.bind(after.ID)+")")
	}
	return s.read(ctx, q, " ORDER BY l.due, l.id LIMIT "+q.bind(limit))
}

func (s *Service) read(ctx context.Context, q *query, rest string) ([]Lead, error) {
	list, err := store.All(ctx, s.db.In(q.scope), "SELECT "+leadColumns+joined+q.where()+rest, q.args, scanLead)
	if err != nil {
		return nil, fmt.Errorf("list leads: %w", err)
	}
	return list, nil
}

// Browse is Leads for people and programs: it journals whose leads it shows before it answers.
func (s *Service) Browse(ctx context.Context, scope access.Scope, f Filter, after Position, limit int) ([]Lead, error) {
	list, err := s.Leads(ctx, scope, f, after, limit)
	if err != nil {
		return nil, err
	}
	return list, s.shown(ctx, scope, f.Area, list)
}

func (s *Service) shown(ctx context.Context, scope access.Scope, area int64, list []Lead) error {
	var ids []int64
	for _, l := range list {
		if l.Household != 0 {
			ids = append(ids, l.Household)
		}
	}
	slices.Sort(ids)
	if err := s.journal.Shown(ctx, who(scope, area, ""), "lead.listed", registry.SubjectHousehold, 0, area, slices.Compact(ids)); err != nil {
		return fmt.Errorf("journal that leads were listed: %w", err)
	}
	return nil
}

// who acts or reads in an area, for the journal; why is a reason in words, the caller's purpose if empty.
func who(scope access.Scope, area int64, why string) journal.Who {
	c := scope.Caller()
	if why == "" {
		why = c.Purpose
	}
	return journal.Who{Account: c.Account, Role: scope.Role(area), Place: c.Place, Why: why}
}

// Get returns a lead in scope, or a NotFound fault.
func (s *Service) Get(ctx context.Context, scope access.Scope, id int64) (Lead, error) {
	q, err := s.condition(scope, Filter{})
	if err != nil {
		return Lead{}, err
	}
	q.parts = append(q.parts, "l.id = "+q.bind(id))
	found, err := s.read(ctx, q, "")
	if err != nil {
		return Lead{}, err
	}
	if len(found) == 0 {
		return Lead{}, fault.New(fault.NotFound, "no such lead")
	}
	return found[0], nil
}

// Open is Get for people and programs, with what the list says of the thing by column: nil once the list expired. It
// journals the reading.
func (s *Service) Open(ctx context.Context, scope access.Scope, id int64) (Lead, map[string]string, error) {
	l, err := s.Get(ctx, scope, id)
	if err != nil {
		return l, nil, err
	}
	values, err := s.values(ctx, l)
	if err != nil {
		return l, nil, err
	}
	return l, values, s.shown(ctx, scope, l.Area, []Lead{l})
}

func (s *Service) values(ctx context.Context, l Lead) (map[string]string, error) {
	if l.body == nil {
		return nil, nil
	}
	key, err := s.keys.Of(ctx, 0, l.List)
	if err != nil {
		return nil, fmt.Errorf("open the record of lead %d: %w", l.ID, err)
	}
	body, err := crypt.Open(key, l.body, leadPlace(l.ID))
	if err != nil {
		return nil, fmt.Errorf("open the record of lead %d: %w", l.ID, err)
	}
	var values map[string]string
	return values, json.Unmarshal(body, &values)
}

// Of returns the leads of a household in scope. Reading them is part of reading the household.
func (s *Service) Of(ctx context.Context, scope access.Scope, household int64) ([]Lead, error) {
	if scope.AnyIsolated() {
		return nil, nil
	}
	return s.Leads(ctx, scope, Filter{Household: household}, Position{}, 50)
}

// Count is how many leads a filter selects in scope.
func (s *Service) Count(ctx context.Context, scope access.Scope, f Filter) (int64, error) {
	q, err := s.condition(scope, f)
	if err != nil {
		return 0, err
	}
	var n int64
	if err := store.One(ctx, s.db.In(q.scope), "SELECT count(*)"+joined+q.where(), q.args, &n); err != nil {
		return 0, fmt.Errorf("count leads: %w", err)
	}
	return n, nil
}

// Backlog counts the unsettled leads of an area by who has them and by the areas directly below.
func (s *Service) Backlog(ctx context.Context, scope access.Scope, area int64) (office.Backlogs, error) {
	q, err := s.condition(scope, Filter{Area: area, States: Unsettled})
	if err != nil {
		return office.Backlogs{}, err
	}
	below := "l.area - l.area % " + q.bind(s.registry.Areas().Scheme().WidthBelow(area))
	return office.CountBacklogs(ctx, s.db.In(q.scope), "SELECT l.owner AS account, "+below+" AS below, l.due AS due, 1 AS once"+joined+q.where(), q.args)
}

// Work is what waits of leads.
func (s *Service) Work() office.Work {
	return office.Work{Kind: "leads", Verb: access.CaseRead, Count: s.Backlog}
}

// dimensions are what counts are made of.
var dimensions = map[string]string{"rule": "l.rule", "effect": "l.effect", "state": "l.state", "explanation": "l.explanation"}

// Facet counts the leads that a filter selects by rule, effect, state or explanation.
func (s *Service) Facet(ctx context.Context, scope access.Scope, f Filter, dimension string) (map[string]int64, error) {
	column, ok := dimensions[dimension]
	if !ok {
		return nil, fault.New(fault.Invalid, "leads are not counted by %q", dimension)
	}
	q, err := s.condition(scope, f)
	if err != nil {
		return nil, err
	}
	type cell struct {
		value string
		n     int64
	}
	cells, err := store.All(ctx, s.db.In(q.scope), "SELECT "+column+", count(*)"+joined+q.where()+" GROUP BY "+column, q.args, func(r store.Rows, c *cell) error { return r.Scan(&c.value, &c.n) })
	if err != nil {
		return nil, fmt.Errorf("count leads by %s: %w", dimension, err)
	}
	counts := map[string]int64{}
	for _, c := range cells {
		counts[c.value] = c.n
	}
	return counts, nil
}

// Ages bounds the ages of unsettled leads, in days.
var Ages = [3]int{7, 30, 90}

// KindAge is how many unsettled leads of a rule have an age: up to 7, 30, 90 days, or more.
type KindAge struct {
	Rule  string
	Count [len(Ages) + 1]int64
}

// ByAge counts the unsettled leads in scope by rule and age, for pages that show what waits.
func (s *Service) ByAge(ctx context.Context, scope access.Scope, f Filter) ([]KindAge, error) {
	f.States = Unsettled
	q, err := s.condition(scope, f)
	if err != nil {
		return nil, err
	}
	columns := "l.rule, count(*)"
	for _, days := range Ages {
		columns += ", CAST(sum(CASE WHEN l.found < " + q.bind(int64((s.today() - clock.Day(days)).Start(time.UTC))) + " THEN 1 ELSE 0 END) AS bigint)"
	}
	list, err := store.All(ctx, s.db.In(q.scope), "SELECT "+columns+joined+q.where()+" GROUP BY l.rule ORDER BY l.rule", q.args, func(r store.Rows, one *KindAge) error {
		var all, week, month, quarter int64
		if err := r.Scan(&one.Rule, &all, &week, &month, &quarter); err != nil {
			return err
		}
		one.Count = [4]int64{all - week, week - month, month - quarter, quarter}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count leads by age: %w", err)
	}
	return list, nil
}
