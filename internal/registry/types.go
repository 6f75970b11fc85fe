package registry

import (
	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
)

// Subjects of the registry, as policy packs name them.
const (
	SubjectHousehold   = "household"
	SubjectPerson      = "person"
	SubjectDwelling    = "dwelling"
	SubjectIncome      = "income"
	SubjectExpenditure = "expenditure"
)

// Household is a row of the register.
type Household struct {
	Home, ID int64
	Number   string
	Area     int64
	Status   string // code of the pack's status list; "" while none was given
	Since    clock.Day
	Head     int64  // person, 0 while there is none
	HeadName string // "" where the reader may not see names
	Members  int
	Opened   clock.Day
	Closed   *clock.Day
	Origin   int64 // household it was split from, 0 for none
	Ver      int64
}

// State is the state of the file, as far as it narrows who sees what of it.
func (h Household) State() access.State {
	if h.Closed != nil {
		return access.Closed
	}
	return ""
}

// Person is a registered person.
type Person struct {
	Home, ID int64
	Number   string
	Name     string
	Sex      string
	Birth    *clock.Day
	Died     *clock.Day
	IDTail   string // last characters of the national identity number
	IDState  string // "" none, "confirmed" the only holder, "provisional" claimed by somebody else first
	Ver      int64
	Erased   clock.Time // when the person's data were erased, 0 if they were not
}

// Member is a person in a household from the day From until the day To, on which he no longer is one.
type Member struct {
	Person
	Relation string
	IsHead   bool
	From     clock.Day
	To       *clock.Day
	Facts    policy.Facts
	Answered map[string]int // the year that Facts holds, by yearly section
}

// Dwelling is a house a household lives in.
type Dwelling struct {
	Home, ID  int64
	Household int64
	From      clock.Day
	To        *clock.Day
	Lat, Lon  *float64
	Ver       int64
	Facts     policy.Facts
	Answered  map[string]int // the year that Facts holds, by yearly section
}

// Entry is one amount of income or expenditure in a period.
type Entry struct {
	Home, ID  int64
	Household int64
	Person    int64  // 0 for the household as a whole
	Subject   string // income or expenditure
	Class     string // code of the pack's class list
	Source    string // what it came from or went to, in words
	From, To  clock.Day
	Minor     int64 // minor units
	Currency  string
	Basis     string     // declared, observed, matched …, code of the pack's basis list
	Evidence  string     // how the amount was computed (JSON), "" where it was not
	Ended     *clock.Day // from which it no longer counts, nil while it does
	Ver       int64
}

// StatusChange is a status that a household had from a day on.
type StatusChange struct {
	Status string
	From   clock.Day
	Source string
	Set    int64
	At     clock.Time
}

// Field names of core columns in change sets and import mappings; everything else is an item of the pack.
const (
	FieldStatus     = "status"
	FieldName       = "name"
	FieldSex        = "sex"
	FieldBirth      = "birth"
	FieldNationalID = "national_id"
	FieldRelation   = "relation"
)

// GroupHead marks, in a pack's relation list, the option that is the head of household.
const GroupHead = "head"
