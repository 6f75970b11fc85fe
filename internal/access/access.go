package access

import (
	"math"
	"slices"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
)

// Verb is something a role may do, as "household.read".
type Verb string

// The verbs that exist so far.
const (
	HouseholdList Verb = "household.list" // see rows of the list and search
	HouseholdRead Verb = "household.read" // open a household's file
	HouseholdEdit Verb = "household.edit" // propose changes
	ChangeRead    Verb = "change.read"    // see change sets
	ChangeDecide  Verb = "change.decide"  // approve or return a change set of somebody else
	ImportRun     Verb = "import.run"
	ExportRun     Verb = "export.run"
	AssessRun     Verb = "assess.run"   // judge households under a pack; writes assessments, never status
	PersonErase   Verb = "person.erase" // ask for, agree to and carry out the erasure of a person
	PersonHold    Verb = "person.hold"  // forbid an erasure, and allow it again
	AreaRead      Verb = "area.read"
	AreaEdit      Verb = "area.edit"
	// OrganisationEdit registers organisations and changes them; who may read areas may read them.
	OrganisationEdit Verb = "organisation.edit"
	PackRead         Verb = "pack.read"
	PackEdit         Verb = "pack.edit"
	AccountManage    Verb = "account.manage"
	JournalRead      Verb = "journal.read"
	JobRead          Verb = "job.read"
	Statistics       Verb = "statistics.read"
	WindowEdit       Verb = "window.edit"     // say when the answers of a year are collected
	NormEdit         Verb = "norm.edit"       // say what a unit of a product yields, fetches and costs in a year
	WindowLate       Verb = "window.late"     // correct answers after their window has locked, with a second person
	AssignmentEdit   Verb = "assignment.edit" // say who answers for which household
	InspectionOpen   Verb = "inspection.open" // open a named inspection in the own area
	FieldUnmask      Verb = "field.unmask"    // see one secret field of one record, with a reason
	CaseRead         Verb = "case.read"       // see cases of procedures
	CaseAct          Verb = "case.act"        // take the steps that a procedure gives to one's role
	CampaignRun      Verb = "campaign.run"    // plan campaigns of visits, decide what comes of them
	CampaignRead     Verb = "campaign.read"   // see what campaigns found of households
	VisitRecord      Verb = "visit.record"    // visit households of a campaign for one's team
	AlertRead        Verb = "alert.read"      // review what rules noticed about the work of others
	CoverGive        Verb = "cover.give"      // say who stands in for an official who is away
)

// Class is the sensitivity of a field, P0 public to P4 secret.
type Class uint8

// The classes.
const (
	P0 Class = iota
	P1
	P2
	P3
	P4
)

// ParseClass reads "P0" … "P4".
func ParseClass(text string) (Class, bool) {
	if len(text) != 2 || text[0] != 'P' || text[1] < '0' || text[1] > '4' {
		return 0, false
	}
	return Class(text[1] - '0'), true
}

// Classes is a set of classes.
type Classes uint8

// Of makes a set.
func Of(classes ...Class) Classes {
	var set Classes
	for _, c := range classes {
		set |= 1 << c
	}
	return set
}

// Has says whether the set holds c.
func (s Classes) Has(c Class) bool { return s&(1<<c) != 0 }

// Range is a subtree of areas: the keys lo to hi, both included.
type Range struct{ Lo, Hi int64 }

// Everywhere is the range of all areas.
var Everywhere = Range{Lo: 0, Hi: 1<<62 - 1}

// Holds says whether key lies in the range.
func (r Range) Holds(key int64) bool { return r.Lo <= key && key <= r.Hi }

// Grant ties a role to an area from a day to a day (both included; To nil is open).
type Grant struct {
	Role string
	Area int64 // the area's key, 0 for everywhere
	Range
	From clock.Day
	To   *clock.Day
	// Assigned says that of households only those that are assigned to the person are reached, and in lists no names
	// but theirs are seen.
	Assigned bool
	// For is whose grant it is where the caller holds it for somebody who is away; nil: the caller's own.
	For *Principal
}

// Inspection lets a role above the county look into single households: an area, for some days, under a case.
type Inspection struct {
	ID   int64
	Area int64 // key
	Range
	From, To clock.Day // both included
}

// valid says whether the grant holds on the day.
func (g Grant) valid(day clock.Day) bool { return g.From <= day && (g.To == nil || day <= *g.To) }

// Caller is who asks: an account, the person behind it, and what has been granted. The zero Caller may do nothing.
type Caller struct {
	Account int64
	// Person identifies the human being behind the account: separation of duties is by person.
	Person string
	Name   string
	Grants []Grant
	// Purpose is what the caller's present work is for, one of the purposes of roles.yaml; empty if none was stated.
	Purpose string
	// Place is where the request came from (address or device), for the journal.
	Place string
	// Own are the identifiers of the caller's own household, its members and declared kin: matters in which the caller
	// takes no step of duties.yaml.
	Own []int64
	// Assigned are the identifiers of the households that are assigned to the person today.
	Assigned []int64
	// Inspections are those that the account has opened and that have not ended.
	Inspections []Inspection
	// Covers are the offices that the caller holds for others who are away.
	Covers []Cover
	// Proved is when the person last proved who they are (password, code) in this session, 0 for a token.
	Proved clock.Time
	// Today is the day on which grants are looked at.
	Today clock.Day

	console bool
}

// Scope is an access decision: for which areas, with which fields, for whom. Only this package makes one; the zero
// Scope allows nothing.
type Scope struct {
	caller Caller
	verb   Verb
	parts  []part
	system string
}

// part is a range of a scope. Of an assigned part the verbs about single records reach only the households that are
// assigned to its holder, and others show only what is not personal.
type part struct {
	Range
	role       string
	of         *Principal // who is away and holds it, nil: the caller
	classes    Classes
	assigned   bool
	households []int64 // assigned to the holder
	isolated   bool
}

// single are the verbs about single records, for which an assignment counts.
var single = []Verb{HouseholdRead, HouseholdEdit, ChangeRead, ChangeDecide, FieldUnmask, ExportRun, CaseRead, CaseAct, CampaignRead, VisitRecord}

// impersonal are the classes that say nothing of a person.
var impersonal = Of(P0, P1)

// Decide answers whether the caller may act by verb at all and, if so, where and with which fields. It returns an
// Unauthorized fault for an unknown caller and a Forbidden fault if no grant allows the verb anywhere.
func Decide(c Caller, verb Verb) (Scope, error) {
	if c.Account == 0 && !c.console {
		return Scope{}, fault.New(fault.Unauthorized, "log in first").Coded("login")
	}
	s := Scope{caller: c, verb: verb}
	for _, g := range c.Holding() {
		s.parts = append(s.parts, g.parts(c, verb)...)
	}
	if len(s.parts) == 0 {
		return Scope{}, fault.New(fault.Forbidden, "your role does not include this (%s)", verb).Coded("role")
	}
	return s, nil
}

// parts are the ranges in which a valid grant allows the verb: its own, or those of its holder's inspections in it.
func (g Grant) parts(c Caller, verb Verb) []part {
	role, exists := known.roles[g.Role]
	if !exists || g.For != nil && slices.Contains(inPerson, verb) {
		return nil
	}
	households, inspections := c.Assigned, c.Inspections
	if g.For != nil {
		households, inspections = g.For.Assigned, g.For.Inspections
	}
	p := part{Range: g.Range, role: g.Role, of: g.For, classes: role.seen(c.Purpose), assigned: g.Assigned || role.assigned, households: households, isolated: role.isolated}
	if slices.Contains(role.verbs, verb) {
		return []part{p}
	}
	if !slices.Contains(role.inspecting, verb) {
		return nil
	}
	var found []part
	for _, in := range inspections {
		inside := p
		inside.Lo, inside.Hi = max(p.Lo, in.Lo), min(p.Hi, in.Hi)
		if in.From <= c.Today && c.Today <= in.To && inside.Lo <= inside.Hi {
			found = append(found, inside)
		}
	}
	return found
}

// Console is the caller behind commands given on the machine of the database itself, where there is no login: account
// 0, named for the journal.
func Console(person string, grants []Grant) Caller {
	return Caller{Person: person, Name: person, Place: "console", Grants: grants, console: true}
}

// May says whether the caller may act by verb anywhere.
func May(c Caller, verb Verb) bool {
	_, err := Decide(c, verb)
	return err == nil
}

// System is the scope of the program itself (migration, start, job runner, sign-in), with the reason why no
// person's scope applies. It covers everything.
func System(reason string) Scope {
	return Scope{system: reason, parts: []part{{Range: Everywhere, role: "system", classes: Of(P0, P1, P2, P3, P4)}}}
}

// Caller returns for whom the decision was made.
func (s Scope) Caller() Caller { return s.caller }

// Verb returns the verb that was decided.
func (s Scope) Verb() Verb { return s.verb }

// Holds says whether the area lies in scope.
func (s Scope) Holds(area int64) bool {
	return slices.ContainsFunc(s.parts, func(p part) bool { return p.Holds(area) })
}

// HoldsAll says whether the scope holds every area of a range.
func (s Scope) HoldsAll(r Range) bool {
	return slices.ContainsFunc(s.Ranges(), func(own Range) bool { return own.Lo <= r.Lo && r.Hi <= own.Hi })
}

// Whole says whether every household of the scope's areas is reached: to who answers for single ones a verb about single
// records reaches no others.
func (s Scope) Whole() bool {
	_, assigned := s.bound()
	return len(assigned) == 0
}

// Sees says whether fields of class c of rows in area may be shown. In a list where only assigned households show
// personal fields it says no to those: see SeesOf.
func (s Scope) Sees(area int64, c Class) bool {
	return slices.ContainsFunc(s.parts, func(p part) bool {
		return p.Holds(area) && p.classes.Has(c) && (!p.assigned || slices.Contains(single, s.verb) || impersonal.Has(c))
	})
}

// SeesOf says whether fields of class c of one household in area may be shown.
func (s Scope) SeesOf(area, household int64, c Class) bool {
	return slices.ContainsFunc(s.parts, func(p part) bool {
		return p.Holds(area) && p.classes.Has(c) && (!p.assigned || impersonal.Has(c) || slices.Contains(p.households, household))
	})
}

// Isolated says whether what others found before (status, verdicts, timeline) is kept from the caller in area.
func (s Scope) Isolated(area int64) bool {
	held := false
	for _, p := range s.parts {
		if p.Holds(area) {
			if !p.isolated {
				return false
			}
			held = true
		}
	}
	return held
}

// AnyIsolated says whether in some part of the scope what others found before is kept from the caller.
func (s Scope) AnyIsolated() bool {
	return slices.ContainsFunc(s.parts, func(p part) bool { return p.isolated })
}

// OnlyIsolated says whether in no part of the scope the caller sees what others found before.
func (s Scope) OnlyIsolated() bool {
	return !slices.ContainsFunc(s.parts, func(p part) bool { return !p.isolated })
}

// In narrows the scope to the classes that are seen of a file in a state; "" leaves it as it is. The program's own
// scope is not narrowed.
func (s Scope) In(state State) Scope {
	bound, narrows := known.states[state]
	if !narrows || s.system != "" {
		return s
	}
	narrow := s
	narrow.parts = slices.Clone(s.parts)
	for i := range narrow.parts {
		narrow.parts[i].classes &= bound
	}
	return narrow
}

// Ranges returns the area ranges in scope, sorted, merged and disjoint.
func (s Scope) Ranges() []Range { return rangesOf(s.parts) }

// charge are the households that one holder of grants answers for, and the ranges in which only they are reached.
type charge struct {
	ranges     []Range
	households []int64
}

// bound returns the ranges in which every household is reached, and those in which only assigned ones are, by holder.
func (s Scope) bound() (open []Range, assigned []charge) {
	var whole []part
	limited := map[*Principal][]part{}
	var holders []*Principal
	for _, p := range s.parts {
		if !p.assigned || !slices.Contains(single, s.verb) {
			whole = append(whole, p)
			continue
		}
		if _, known := limited[p.of]; !known {
			holders = append(holders, p.of)
		}
		limited[p.of] = append(limited[p.of], p)
	}
	for _, holder := range holders {
		parts := limited[holder]
		assigned = append(assigned, charge{rangesOf(parts), parts[0].households})
	}
	return rangesOf(whole), assigned
}

func rangesOf(parts []part) []Range {
	sorted := make([]Range, 0, len(parts))
	for _, p := range parts {
		sorted = append(sorted, p.Range)
	}
	slices.SortFunc(sorted, func(a, b Range) int {
		if a.Lo != b.Lo {
			return sign(a.Lo - b.Lo)
		}
		return sign(a.Hi - b.Hi)
	})
	merged := sorted[:0]
	for _, r := range sorted {
		if n := len(merged); n > 0 && r.Lo <= merged[n-1].Hi+1 {
			merged[n-1].Hi = max(merged[n-1].Hi, r.Hi)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

// Within narrows the scope to the subtree r; what was out of scope stays out.
func (s Scope) Within(r Range) Scope {
	narrow := s
	narrow.parts = nil
	for _, p := range s.parts {
		p.Lo, p.Hi = max(p.Lo, r.Lo), min(p.Hi, r.Hi)
		if p.Lo <= p.Hi {
			narrow.parts = append(narrow.parts, p)
		}
	}
	return narrow
}

// Beyond narrows the scope to where a list in order of areas goes on from one of them, or back. SQLite reads such a list
// from the first area of a scope on, whatever it is told besides of the place from which the list goes on.
func (s Scope) Beyond(area int64, back bool) Scope {
	if back {
		return s.Within(Range{Lo: math.MinInt64, Hi: area})
	}
	return s.Within(Range{Lo: area, Hi: math.MaxInt64})
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
