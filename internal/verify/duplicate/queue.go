package duplicate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Filter selects pairs. The zero Filter selects all in scope.
type Filter struct {
	Area   int64 // subtree in which both live; 0 for everywhere in scope
	States []State
	Zone   Zone
	Held   bool // only those for which benefit waits
}

// Undecided are the states in which somebody has something to do.
var Undecided = []State{Open, Postponed, Second, Disputed}

// Position is a place in the queue's order: what the cheaper error costs, the dearest first, then the identifier.
type Position struct {
	Rank float64 `json:"rank"`
	ID   int64   `json:"id"`
}

// Listed is a pair in the queue with where the two live.
type Listed struct {
	Pair
	Areas      [2]int64
	Households [2]int64
}

// acting is how the caller of a scope acts on the pair.
func (l Listed) acting(scope access.Scope) access.Capacity {
	return scope.Acting(l.Areas[0], l.Areas[1])
}

// both are pairs with both sides, of which the scope has to reach each.
const both = ` FROM duplicate_pair p JOIN duplicate_side a ON a.pair = p.id AND a.person = p.one JOIN duplicate_side b ON b.pair = p.id AND b.person = p.other
	WHERE {scope a.area a.household} AND {scope b.area b.household}`

func (s *Service) condition(scope access.Scope, f Filter) (access.Scope, string, []any) {
	scope = scope.Within(s.registry.Areas().Scheme().Range(f.Area))
	var where strings.Builder
	var args []any
	bind := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	if len(f.States) > 0 {
		list := make([]string, len(f.States))
		for i, state := range f.States {
			list[i] = bind(string(state))
		}
		where.WriteString(" AND p.state IN (" + strings.Join(list, ", ") + ")")
	}
	if f.Zone != "" {
		where.WriteString(" AND p.zone = " + bind(string(f.Zone)))
	}
	if f.Held {
		where.WriteString(" AND p.held = 1")
	}
	return scope, where.String(), args
}

// Queue returns pairs of which both persons are in scope, after a position, and journals whose they are.
func (s *Service) Queue(ctx context.Context, scope access.Scope, f Filter, after Position, limit int) ([]Listed, error) {
	within, where, args := s.condition(scope, f)
	if after != (Position{}) {
		args = append(args, after.Rank, after.ID)
		where += fmt.Sprintf(" AND (p.rank < $%d OR p.rank = $%d AND p.id > $%d)", len(args)-1, len(args)-1, len(args))
	}
	args = append(args, limit)
	list, err := s.listed(ctx, within, where+fmt.Sprintf(" ORDER BY p.rank DESC, p.id LIMIT $%d", len(args)), args)
	if err != nil {
		return nil, err
	}
	return list, s.wereListed(ctx, scope, f.Area, list)
}

// wereListed journals whose pairs were listed.
func (s *Service) wereListed(ctx context.Context, scope access.Scope, area int64, list []Listed) error {
	var households []int64
	for _, one := range list {
		households = append(households, one.Households[0], one.Households[1])
	}
	slices.Sort(households)
	if err := s.journal.Shown(ctx, who(scope, area, ""), "duplicate.listed", registry.SubjectHousehold, 0, area, slices.Compact(households)); err != nil {
		return fmt.Errorf("journal that pairs were listed: %w", err)
	}
	return nil
}

// Due returns the first undecided pairs in scope that the caller can judge today and has not judged, and how many there
// are; it journals whose they are.
func (s *Service) Due(ctx context.Context, scope access.Scope, limit int) ([]Listed, int64, error) {
	const where = ` AND (p.state IN ('open', 'second', 'disputed') OR p.state = 'postponed' AND p.until <= $1)
		AND NOT EXISTS (SELECT 1 FROM duplicate_judgement j WHERE j.pair = p.id AND j.undone = 0 AND j.account = $2)`
	args := []any{int64(s.today()), scope.Caller().Account}
	var n int64
	if err := store.One(ctx, s.db.In(scope), "SELECT count(*)"+both+where, args, &n); err != nil {
		return nil, 0, fmt.Errorf("count pairs that wait: %w", err)
	}
	if n == 0 {
		return nil, 0, nil
	}
	list, err := s.listed(ctx, scope, where+" ORDER BY p.rank DESC, p.id LIMIT $3", append(args, limit))
	if err != nil {
		return nil, 0, err
	}
	return list, n, s.wereListed(ctx, scope, 0, list)
}

// Of returns the undecided pairs of a household's members of which both persons are in scope, and journals whose they
// are.
func (s *Service) Of(ctx context.Context, scope access.Scope, h registry.Household) ([]Listed, error) {
	list, err := s.listed(ctx, scope, " AND p.id IN (SELECT pair FROM duplicate_side WHERE household = $1) AND p.state IN ('open', 'postponed', 'second', 'disputed') ORDER BY p.rank DESC, p.id", []any{h.ID})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.wereListed(ctx, scope, h.Area, list)
}

func (s *Service) listed(ctx context.Context, scope access.Scope, where string, args []any) ([]Listed, error) {
	list, err := store.All(ctx, s.db.In(scope), "SELECT "+pairColumns+", a.area, b.area, a.household, b.household"+both+where, args, func(r store.Rows, one *Listed) error {
		return scanPair(r, &one.Pair, &one.Areas[0], &one.Areas[1], &one.Households[0], &one.Households[1])
	})
	if err != nil {
		return nil, fmt.Errorf("list pairs: %w", err)
	}
	return list, nil
}

// Count is how many pairs the filter selects in scope.
func (s *Service) Count(ctx context.Context, scope access.Scope, f Filter) (int64, error) {
	within, where, args := s.condition(scope, f)
	var n int64
	if err := store.One(ctx, s.db.In(within), "SELECT count(*)"+both+where, args, &n); err != nil {
		return 0, fmt.Errorf("count pairs: %w", err)
	}
	return n, nil
}

// get returns a pair of which both persons are in scope, or a NotFound fault.
func (s *Service) get(ctx context.Context, scope access.Scope, id int64) (Listed, error) {
	list, err := s.listed(ctx, scope, " AND p.id = $1", []any{id})
	if err != nil {
		return Listed{}, err
	}
	if len(list) == 0 {
		return Listed{}, fault.New(fault.NotFound, "no such pair")
	}
	return list[0], nil
}

// Side is one person of a pair with his household's file, as far as the reader may see it.
type Side struct {
	Person registry.Member
	File   registry.File
}

// Review is a pair as its reviewer sees it.
type Review struct {
	Listed
	Sides  [2]Side
	Judged []Judgement // who said what; of a pair that waits for a blind second review, nothing
	// Mine says that the reader has judged the pair already and cannot do so again.
	Mine bool
}

// Open returns a pair with both persons and their households' rosters, and journals that both files were read. It
// returns a NotFound fault where one of the two is out of scope.
func (s *Service) Open(ctx context.Context, scope access.Scope, id int64) (Review, error) {
	listed, err := s.get(ctx, scope, id)
	if err != nil {
		return Review{}, err
	}
	r := Review{Listed: listed}
	for i, person := range [2]int64{listed.One, listed.Other} {
		if r.Sides[i].File, err = s.registry.Open(ctx, scope, listed.Households[i]); err != nil {
			return Review{}, err
		}
		members := append(slices.Clone(r.Sides[i].File.Members), r.Sides[i].File.Former...)
		at := slices.IndexFunc(members, func(m registry.Member) bool { return m.ID == person })
		if at < 0 {
			return Review{}, fault.New(fault.Gone, "one of the two is no longer registered here")
		}
		r.Sides[i].Person = members[at]
	}
	if r.Judged, err = s.judgements(ctx, id); err != nil {
		return Review{}, err
	}
	as := r.acting(scope)
	r.Mine = r.State != Decided && slices.ContainsFunc(r.Judged, func(j Judgement) bool { return !j.Undone && access.Took(as, j.did()) })
	if r.State == Second {
		r.Judged = nil
	}
	return r, nil
}

// Held are the undecided pairs in scope for which a household gets no benefit until they are decided.
func (s *Service) Held(ctx context.Context, scope access.Scope, household int64) (int64, error) {
	var n int64
	err := store.One(ctx, s.db.In(scope), `SELECT count(*) FROM duplicate_side d JOIN duplicate_pair p ON p.id = d.pair
		WHERE {scope d.area d.household} AND d.household = $1 AND p.held = 1 AND p.state IN ('open', 'postponed', 'second', 'disputed')`, []any{household}, &n)
	if err != nil {
		return 0, fmt.Errorf("read what holds a household: %w", err)
	}
	return n, nil
}
