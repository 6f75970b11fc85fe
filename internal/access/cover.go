package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/clock"
)

// Principal is an official who is away and whose office another holds: what there is to know of one to act in their
// place. A principal has no covers, so that none is passed on.
type Principal struct {
	Account  int64
	Person   string
	Own      []int64 // as Caller.Own
	Assigned []int64 // as Caller.Assigned
	// Inspections are those that the principal has opened and that have not ended.
	Inspections []Inspection
}

// Cover lets the caller hold one grant of somebody who is away, from a day to a day, both included.
type Cover struct {
	Grant       // as the principal holds it
	Since, Till clock.Day
	Of          *Principal
}

// inPerson are the verbs that a deputy does not have: whom to trust is for the official alone.
var inPerson = []Verb{AccountManage, CoverGive, InspectionOpen}

// Coverable says whether a deputy can hold a role at all: who manages accounts is given the role, not lent it.
func Coverable(role string) bool { return !slices.Contains(known.roles[role].verbs, AccountManage) }

// GivesCover says whether whoever a scope for cover.give is of may give a deputy to the holder of a grant.
func (s Scope) GivesCover(of Grant) bool {
	return slices.ContainsFunc(s.parts, func(p part) bool {
		return p.Lo <= of.Lo && of.Hi <= p.Hi && slices.Contains(known.roles[p.role].covers, of.Role)
	})
}

// held is the grant that a cover is worth to the caller beside others: that of the principal, no longer than both it
// and the cover last; not where the caller could not be given its role.
func (v Cover) held(c Caller, beside []Grant) (Grant, bool) {
	g := v.Grant
	g.From, g.For = max(g.From, v.Since), v.Of
	if till := v.Till; g.To == nil || till < *g.To {
		g.To = &till
	}
	stranger := v.Of != nil && v.Of.Person != "" && v.Of.Person != c.Person && v.Of.Account != c.Account
	if !stranger || !Coverable(g.Role) || !g.valid(c.Today) {
		return g, false
	}
	_, _, apart := Contradiction(append(slices.Clone(beside), g))
	return g, !apart
}

// Holding are the grants by which the caller acts today: first the own ones, then those of whom the caller covers. On
// the machine itself they are those that were given along.
func (c Caller) Holding() []Grant {
	held := slices.DeleteFunc(slices.Clone(c.Grants), func(g Grant) bool { return !c.console && !g.valid(c.Today) })
	for _, v := range c.Covers {
		if g, ok := v.held(c, held); ok {
			held = append(held, g)
		}
	}
	return held
}

// Answers are the accounts whose work is the caller's today: the own one and those of whom the caller covers.
func (c Caller) Answers() []int64 {
	accounts := []int64{c.Account}
	for _, g := range c.Holding() {
		if g.For != nil && !slices.Contains(accounts, g.For.Account) {
			accounts = append(accounts, g.For.Account)
		}
	}
	return accounts
}

// Charged are the households that are assigned to the caller or to those whom the caller covers today.
func (c Caller) Charged() []int64 {
	households := slices.Clone(c.Assigned)
	for _, g := range c.Holding() {
		if g.For != nil {
			households = append(households, g.For.Assigned...)
		}
	}
	return households
}

// Capacity is how somebody acts: by which role, for oneself or for whom one covers.
type Capacity struct {
	caller Caller
	Role   string
	For    *Principal // nil: in one's own right
}

// As is the capacity in which the caller acts by a grant.
func (c Caller) As(g Grant) Capacity { return Capacity{caller: c, Role: g.Role, For: g.For} }

// Acting returns the capacity in which the caller acts in area, or in it and others at once: in one's own right wherever
// that is enough. Its role is "" out of scope.
func (s Scope) Acting(area int64, others ...int64) Capacity {
	as := Capacity{caller: s.caller}
	if i := slices.IndexFunc(s.parts, func(p part) bool { return p.Holds(area) }); i >= 0 {
		as.Role, as.For = s.parts[i].role, s.parts[i].of
	} else if s.system != "" {
		as.Role = "system"
	}
	if as.For == nil && len(others) > 0 {
		if also := s.Acting(others[0], others[1:]...); also.For != nil {
			return also
		}
	}
	return as
}

// Role returns how the caller acts in area as it is journalled, "" if out of scope; see Capacity.String.
func (s Scope) Role(area int64) string { return s.Acting(area).String() }

const (
	forAccount = " for " // stands between a role and the account for which it is held
	together   = "\x1f"  // stands between persons who count as one
)

// String is the capacity as it is journalled: "township-clerk", or "township-clerk for 712" where it is held for that
// account.
func (a Capacity) String() string {
	if a.For == nil {
		return a.Role
	}
	return fmt.Sprintf("%s%s%d", a.Role, forAccount, a.For.Account)
}

// ReadRole takes a journalled capacity apart: the role and the account for which it was held, 0 for none.
func ReadRole(text string) (role string, account int64) {
	role, whom, found := strings.Cut(text, forAccount)
	if !found {
		return text, 0
	}
	account, err := strconv.ParseInt(whom, 10, 64)
	if err != nil {
		return text, 0
	}
	return role, account
}

// Holder is who acts as it is stored with what was done, for Did: the person, with the one for whom it was done.
func (a Capacity) Holder() string {
	if a.For == nil {
		return a.caller.Person
	}
	return a.caller.Person + together + a.For.Person
}

// Shared matches, in SQL's LIKE, the holders of acts that were done for another.
const Shared = "%" + together + "%"

// Persons are those behind a stored holder, first the one who acted.
func Persons(holder string) []string {
	return slices.DeleteFunc(strings.Split(holder, together), func(person string) bool { return person == "" })
}
