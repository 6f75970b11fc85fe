package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Filter selects households. The zero Filter selects all in scope.
type Filter struct {
	Area   int64    // subtree; 0 for everywhere in scope
	Status []string // any of these codes
	Number string   // the household's number
	Name   string   // the head's name begins so
	// NoStatus selects households without a status.
	NoStatus bool
	// NotStatus selects households with none of these statuses; who has no status is among them.
	NotStatus []string
	// Verdict selects by what the newest assessment says, any of Verdicts; who was never judged is in none.
	Verdict []string
	// MinMembers and MaxMembers bound the present members, both included; nil is open.
	MinMembers, MaxMembers *int64
	// HeadSex selects by the sex of the head, any of these codes.
	HeadSex []string
	// Items are conditions on items of the pack that are marked list, all of which hold.
	Items []ItemFilter
	// Answered and Unanswered select households whose answers of a year are, or are not, in the register.
	Answered, Unanswered YearFilter
	// Closed also selects households that have ended.
	Closed bool
}

// ItemFilter is a condition on an item of the household or of one of its members.
type ItemFilter struct {
	Subject string // household, person or dwelling
	Code    string
	Values  []string // any of these codes, "true", "false"; empty for a range
	Min     *float64 // numbers, and days as epoch days
	Max     *float64
	None    bool // there is no answer
}

// Position is a place in the list's order: by area, then by identifier. The zero Position is before the first. From a
// place one reads on, or Back: the rows next before it, in the same order.
type Position struct {
	Area, ID int64
	Back     bool `json:"-"`
}

// List returns the households that the filter selects in scope, from a position on.
func (s *Service) List(ctx context.Context, scope access.Scope, f Filter, from Position, limit int) ([]Household, error) {
	q, err := s.condition(ctx, scope, f)
	if err != nil {
		return nil, err
	}
	sql := "SELECT " + householdColumns + " FROM household h WHERE " + q.where()
	beyond, sort := store.Ascending(from.Back)
	if from != (Position{}) {
		q.scope = q.scope.Beyond(from.Area, from.Back)
		sql += " AND (h.area, h.id) " + beyond + " (" + q.bind(from.Area) + ", " + q.bind(from.ID) + ")"
	}
	sql += " ORDER BY h.area" + sort + ", h.id" + sort + " LIMIT " + q.bind(limit)
	found, err := store.All(ctx, s.db.In(q.scope), sql, q.args, scanHousehold)
	if err != nil {
		return nil, fmt.Errorf("list households: %w", err)
	}
	found = store.InOrder(found, from.Back)
	for i := range found {
		if !s.seesOf(scope, found[i], SubjectPerson, FieldName) {
			found[i].HeadName = ""
		}
		if scope.Isolated(found[i].Area) {
			found[i].Status = ""
		}
	}
	return found, nil
}

// Count is how many households the filter selects in scope, and the persons in them.
func (s *Service) Count(ctx context.Context, scope access.Scope, f Filter) (households, persons int64, err error) {
	q, err := s.condition(ctx, scope, f)
	if err != nil {
		return 0, 0, err
	}
	if t, err := s.table(ctx); err != nil {
		return 0, 0, err
	} else if households, persons, ok, err := s.countMirror(t, q.scope, f); ok || err != nil {
		return households, persons, err
	}
	err = store.One(ctx, s.db.In(q.scope), "SELECT count(*), CAST(coalesce(sum(h.members), 0) AS bigint) FROM household h WHERE "+q.where(), q.args, &households, &persons)
	if err != nil {
		return 0, 0, fmt.Errorf("count households: %w", err)
	}
	return households, persons, nil
}

// Cell is a count of households and persons of an area and a status.
type Cell struct {
	Area       int64
	Status     string
	Households int64
	Persons    int64
}

// Breakdown counts the selected households by the areas directly below f.Area and by status.
func (s *Service) Breakdown(ctx context.Context, scope access.Scope, f Filter) ([]Cell, error) {
	counts, err := s.Tabulate(ctx, scope, Ask{Filter: f})
	if err != nil {
		return nil, err
	}
	cells := make([]Cell, len(counts.Groups))
	for i, g := range counts.Groups {
		cells[i] = Cell{g.Area, g.Status, g.Households, g.Persons}
	}
	return cells, nil
}

// query is a condition on household h with its bound values.
type query struct {
	scope access.Scope
	parts []string
	args  []any
}

func (q *query) bind(value any) string {
	q.args = append(q.args, value)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *query) add(part string) { q.parts = append(q.parts, part) }

func (q *query) where() string { return strings.Join(q.parts, " AND ") }

// condition turns a filter into SQL. A filter on what does not exist, or on a field that the scope may not see, is
// refused: it is never ignored.
func (s *Service) condition(ctx context.Context, scope access.Scope, f Filter) (*query, error) {
	q := &query{scope: scope.Within(s.areas.Scheme().Range(f.Area)), parts: []string{"{scope h.area h.id}"}}
	if !f.Closed {
		q.add("h.closed IS NULL")
	}
	if err := s.byCore(scope, q, f); err != nil {
		return nil, err
	}
	if f.Number != "" {
		if err := s.byNumber(ctx, q, f.Number); err != nil {
			return nil, err
		}
	}
	if f.Name != "" {
		if err := s.byName(scope, q, f); err != nil {
			return nil, err
		}
	}
	if err := s.byYear(q, f); err != nil {
		return nil, err
	}
	for _, item := range f.Items {
		if err := s.byItem(ctx, scope, q, f.Area, item); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (s *Service) byNumber(ctx context.Context, q *query, number string) error {
	id, ok := ParseNumber(strings.ReplaceAll(strings.TrimSpace(number), " ", ""))
	if !ok {
		return fault.New(fault.Invalid, "this is not a household number (its last digit is a check digit)").With(0, "number", "is not a household number")
	}
	home, err := s.journal.Ids().Home(ctx, id)
	if fault.Is(err, fault.NotFound) {
		q.add("1 = 0")
		return nil
	}
	q.add("h.home = " + q.bind(home) + " AND h.id = " + q.bind(id))
	return err
}

func (s *Service) byName(scope access.Scope, q *query, f Filter) error {
	pack, err := s.Pack(f.Area)
	if err != nil {
		return err
	}
	if !seesEverywhere(scope, classOf(pack, SubjectPerson, FieldName)) {
		return fault.New(fault.Forbidden, "your role does not see names")
	}
	name := strings.TrimSpace(f.Name)
	q.add("h.head_name >= " + q.bind(name) + " AND h.head_name < " + q.bind(name+"\U0010FFFF"))
	return nil
}

// seesEverywhere says whether fields of a class may be seen in all of the scope: a filter must not tell of rows whose
// field is hidden.
func seesEverywhere(scope access.Scope, class access.Class) bool {
	ranges := scope.Ranges()
	for _, r := range ranges {
		if !scope.Sees(r.Lo, class) || !scope.Sees(r.Hi, class) {
			return false
		}
	}
	return len(ranges) > 0
}

func (s *Service) byItem(ctx context.Context, scope access.Scope, q *query, area int64, f ItemFilter) error {
	pack, err := s.Pack(area)
	if err != nil {
		return err
	}
	item, ok := pack.Item(f.Subject, f.Code)
	if !ok || !item.List || item.Core {
		return fault.New(fault.Invalid, "households cannot be filtered by %s.%s", f.Subject, f.Code).With(0, f.Code, "is not an item for lists")
	}
	class, _ := access.ParseClass(item.Class)
	if !seesEverywhere(scope, class) {
		return fault.New(fault.Forbidden, "your role does not see %s", f.Code)
	}
	number, err := s.itemNumber(ctx, f.Subject, f.Code)
	if err != nil {
		return err
	}
	sql := "EXISTS (SELECT 1 FROM fact_index f WHERE f.item = " + q.bind(number) + " AND f.area = h.area AND f.household = h.id"
	if f.None {
		q.add("NOT " + sql + ")")
		return nil
	}
	if len(f.Values) > 0 {
		sql += " AND f.txt IN (" + q.list(f.Values) + ")"
	} else if f.Min == nil && f.Max == nil {
		return fault.New(fault.Invalid, "the filter on %s has no value", f.Code)
	}
	if f.Min != nil {
		sql += " AND f.num >= " + q.bind(*f.Min)
	}
	if f.Max != nil {
		sql += " AND f.num <= " + q.bind(*f.Max)
	}
	q.add(sql + ")")
	return nil
}

// Filterable returns the items that lists can be filtered by in an area, for the reader.
func (s *Service) Filterable(scope access.Scope, area int64) ([]*policy.Item, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return nil, err
	}
	var items []*policy.Item
	for _, item := range pack.Items {
		class, _ := access.ParseClass(item.Class)
		if item.List && !item.Core && slices.Contains([]string{SubjectHousehold, SubjectPerson, SubjectDwelling}, item.Subject) && seesEverywhere(scope, class) {
			items = append(items, item)
		}
	}
	return items, nil
}

// ParseFilter reads a filter from the parameters of an address: area (code), status, status.not, nostatus=1, verdict, number, name, closed=1,
// members.min and .max, head_sex, answered=YEAR or YEAR.SECTION, unanswered, i.SUBJECT.CODE=value (repeated: any of
// them), i.SUBJECT.CODE.min and .max, and .none=1 for no answer. A parameter that is none of these and not in others is
// refused.
func (s *Service) ParseFilter(ctx context.Context, scope access.Scope, parameters map[string][]string, others ...string) (Filter, error) {
	var f Filter
	items := map[string]*ItemFilter{}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		values := slices.DeleteFunc(slices.Clone(parameters[name]), func(v string) bool { return v == "" })
		if len(values) == 0 || slices.Contains(others, name) {
			continue
		}
		switch {
		case name == "area":
			a, err := s.areas.ByCode(ctx, scope, values[0])
			if err != nil {
				return f, err
			}
			f.Area = a.Key
		case name == "status":
			f.Status = values
		case name == "number":
			f.Number = values[0]
		case name == "name":
			f.Name = values[0]
		case name == "answered" || name == "unanswered":
			y, err := parseYearFilter(name, values[0])
			if err != nil {
				return f, err
			}
			if name == "answered" {
				f.Answered = y
			} else {
				f.Unanswered = y
			}
		case isCoreFilter(name):
			if err := f.takeCore(name, values); err != nil {
				return f, err
			}
		case name == "closed":
			f.Closed = values[0] == "1"
		case strings.HasPrefix(name, "i."):
			if err := addItem(items, name, values); err != nil {
				return f, err
			}
		default:
			return f, fault.New(fault.Invalid, "there is no filter %q", name).With(0, name, "unknown filter")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(items)) {
		f.Items = append(f.Items, *items[key])
	}
	return f, nil
}

func addItem(items map[string]*ItemFilter, name string, values []string) error {
	parts := strings.Split(name, ".")
	if len(parts) < 3 || len(parts) > 4 {
		return fault.New(fault.Invalid, "there is no filter %q", name).With(0, name, "unknown filter")
	}
	key := parts[1] + "." + parts[2]
	f := items[key]
	if f == nil {
		f = &ItemFilter{Subject: parts[1], Code: parts[2]}
		items[key] = f
	}
	if len(parts) == 3 {
		f.Values = values
		return nil
	}
	if parts[3] == "none" {
		f.None = values[0] == "1"
		return nil
	}
	number, err := filterNumber(values[0])
	if err != nil {
		return fault.New(fault.Invalid, "the filter %s needs a number or a date", name).With(0, name, "is not a number or a date")
	}
	switch parts[3] {
	case "min":
		f.Min = &number
	case "max":
		f.Max = &number
	default:
		return fault.New(fault.Invalid, "there is no filter %q", name).With(0, name, "unknown filter")
	}
	return nil
}

func filterNumber(text string) (float64, error) {
	if d, err := clock.ParseDay(text); err == nil {
		return float64(d), nil
	}
	return parseNumber(text)
}
