package registry

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Follow lets a mirror of the register answer what it can: counts of households by area and status, under conditions
// on the columns that it has. Everything else is counted by SQL, and so is everything while the mirror is being loaded.
func (s *Service) Follow(m *mirror.Mirror) { s.mirror = m }

// Reading is the cause of a fault: the register is being read into the mirror. Of is 0 where it is not known yet.
type Reading struct{ Read, Of int64 }

// Error says how far it is.
func (r Reading) Error() string {
	return fmt.Sprintf("%d of %d households are in the mirror", r.Read, r.Of)
}

// RetryAfter is when it is worth to ask again.
func (Reading) RetryAfter() time.Duration { return 5 * time.Second }

// Countable refuses, by an Unavailable fault with Reading as its cause, to count the households of an area while the
// mirror is being read, if they are so many that by SQL the counts would take all that there is of the machine.
func (s *Service) Countable(ctx context.Context, scope access.Scope, area int64) error {
	if s.mirror == nil || s.mirror.Table() != nil {
		return nil
	}
	var n int64
	if err := store.One(ctx, s.db.In(scope.Within(s.areas.Scheme().Range(area))), "SELECT count(*) FROM (SELECT h.id FROM household h WHERE {scope h.area} LIMIT $1) x", []any{s.mostCounted + 1}, &n); err != nil {
		return fmt.Errorf("count households: %w", err)
	}
	if n <= int64(s.mostCounted) {
		return nil
	}
	read, of := s.mirror.Reading()
	return (&fault.Error{Kind: fault.Unavailable, Message: "the figures are being read from the register: try again in a moment", Cause: Reading{read, of}}).Coded("figures_reading")
}

// fresh is how long a count waits for the mirror to hold what is in the journal; then it is answered as of before.
const fresh = 300 * time.Millisecond

// Mirror is the mirror of the register, for rooms that ask it what they added to it, and the moment up to which changes
// are in it; nil while there is none. It decides nothing about access: a query carries the ranges of a scope.
func (s *Service) Mirror(ctx context.Context) (*mirror.Table, clock.Time, error) {
	return s.tableAsOf(ctx)
}

// table is the mirror, with everything that was in the journal when it was asked; nil where there is none yet.
func (s *Service) table(ctx context.Context) (*mirror.Table, error) {
	if s.mirror == nil || s.mirror.Table() == nil {
		return nil, nil
	}
	end, err := s.journal.End(ctx)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, fresh)
	defer cancel()
	if t, err := s.mirror.WaitFor(waiting, end); err == nil {
		return t, nil
	}
	return s.mirror.Table(), ctx.Err()
}

// countMirror counts the selected households and their members by the mirror; false where there is none, where it has no
// column for the filter, or where the scope reaches but some of an area's households.
func (s *Service) countMirror(t *mirror.Table, scope access.Scope, f Filter) (households, persons int64, ok bool, err error) {
	if t == nil || !scope.Whole() {
		return 0, 0, false, nil
	}
	where, ok := s.conditions(t, f)
	if !ok {
		return 0, 0, false, nil
	}
	cells, err := t.Count(mirror.Query{In: scope.Ranges(), Where: where, Weight: MirrorMembers})
	for _, c := range cells {
		households, persons = households+c.Count, persons+c.Weight
	}
	return households, persons, err == nil, err
}

// conditions are a filter as the mirror knows it; false where it has no column for it. The filter was checked before.
func (s *Service) conditions(t *mirror.Table, f Filter) ([]mirror.Condition, bool) {
	if f.Number != "" || f.Name != "" || f.Answered.Year != 0 || f.Unanswered.Year != 0 {
		return nil, false
	}
	var where []mirror.Condition
	if !f.Closed {
		where = append(where, mirror.Condition{Column: MirrorState, In: []int64{0}})
	}
	if len(f.Status) > 0 {
		where = append(where, mirror.Condition{Column: MirrorStatus, In: numbersOf(codesOf(t, MirrorStatus), f.Status)})
	}
	if f.NoStatus {
		where = append(where, mirror.Condition{Column: MirrorStatus, In: []int64{mirror.Unknown}})
	}
	if len(f.NotStatus) > 0 {
		codes := codesOf(t, MirrorStatus)
		others := slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return slices.Contains(f.NotStatus, code) })
		where = append(where, mirror.Condition{Column: MirrorStatus, In: append(numbersOf(codes, others), mirror.Unknown)})
	}
	if len(f.Verdict) > 0 {
		if !mirrors(t, MirrorVerdict) {
			return nil, false
		}
		where = append(where, mirror.Condition{Column: MirrorVerdict, In: numbersOf(Verdicts, f.Verdict)})
	}
	if len(f.HeadSex) > 0 {
		in := numbersOf(codesOf(t, MirrorHeadSex), f.HeadSex)
		if slices.Contains(f.HeadSex, unknownValue) {
			in = append(in, mirror.Unknown)
		}
		where = append(where, mirror.Condition{Column: MirrorHeadSex, In: in})
	}
	if f.MinMembers != nil || f.MaxMembers != nil {
		where = append(where, mirror.Condition{Column: MirrorMembers, Lo: f.MinMembers, Hi: f.MaxMembers})
	}
	for _, item := range f.Items {
		c, ok := s.itemCondition(t, f.Area, item)
		if !ok {
			return nil, false
		}
		where = append(where, c)
	}
	return where, true
}

// itemCondition is a condition on an item of the household; false where the mirror has no column of it.
func (s *Service) itemCondition(t *mirror.Table, area int64, f ItemFilter) (mirror.Condition, bool) {
	name := f.Subject + "." + f.Code
	at := slices.IndexFunc(t.Columns(), func(c mirror.Column) bool { return c.Name == name })
	if at < 0 {
		return mirror.Condition{}, false
	}
	switch column := t.Columns()[at]; {
	case column.Kind == mirror.Number && f.Subject != SubjectHousehold:
		return mirror.Condition{}, false
	case f.None:
		return mirror.Condition{Column: name, In: []int64{mirror.Unknown}}, true
	case column.Kind != mirror.Number:
		return having(column, f.Values), len(f.Values) > 0
	}
	return s.numberCondition(t.Columns()[at], area, f)
}

// having is the condition that a column of codes has one of some values.
func having(column mirror.Column, values []string) mirror.Condition {
	if column.Kind == mirror.Set {
		return anyOf(column.Name, column.Codes, values)
	}
	return mirror.Condition{Column: column.Name, In: numbersOf(column.Codes, values)}
}

// anyOf is the condition that one of some codes is in a set.
func anyOf(column string, codes, wanted []string) mirror.Condition {
	numbers := numbersOf(codes, wanted)
	if len(numbers) == 0 {
		return mirror.Condition{Column: column, In: numbers} // nobody has any
	}
	return mirror.Condition{Column: column, Any: mirror.SetOf(numbers...)}
}

// numberCondition is a condition on a number of the household; false where the mirror cannot tell.
func (s *Service) numberCondition(column mirror.Column, area int64, f ItemFilter) (mirror.Condition, bool) {
	pack, err := s.Pack(area)
	if err != nil || len(f.Values) > 0 {
		return mirror.Condition{}, false
	}
	item, ok := pack.Item(f.Subject, f.Code)
	if !ok {
		return mirror.Condition{}, false
	}
	scale := 1.0
	if item.Kind == policy.Decimal {
		scale = math.Pow10(column.Scale)
	}
	c := mirror.Condition{Column: column.Name}
	if f.Min != nil {
		c.Lo = new(int64(math.Ceil(*f.Min * scale)))
	}
	if f.Max != nil {
		c.Hi = new(int64(math.Floor(*f.Max * scale)))
	}
	return c, true
}

func codesOf(t *mirror.Table, column string) []string {
	for _, c := range t.Columns() {
		if c.Name == column {
			return c.Codes
		}
	}
	return nil
}

// numbersOf are the numbers of codes; a code that nobody has is left out, and then nothing may be left.
func numbersOf(codes, wanted []string) []int64 {
	numbers := []int64{}
	for _, code := range wanted {
		if n := slices.Index(codes, code); n >= 0 {
			numbers = append(numbers, int64(n))
		}
	}
	return numbers
}
