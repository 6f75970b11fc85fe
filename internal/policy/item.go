package policy

import (
	"regexp"

	"github.com/govalues/decimal"

	"rightkey/internal/i18n"
)

// Kind is the kind of an item's value, and with it the canonical form in which the value is stored as JSON.
type Kind string

// The kinds and their canonical JSON values.
const (
	Text    Kind = "text"    // string, trimmed, without control characters
	Int     Kind = "int"     // whole number
	Decimal Kind = "decimal" // number in plain notation without trailing zeros (json.Number in Go)
	Money   Kind = "money"   // whole number of minor units of the pack's currency
	Bool    Kind = "bool"    // true or false
	Choice  Kind = "choice"  // string: the option's code
	Multi   Kind = "multi"   // array of option codes in the order of the code list, without repetition
	Date    Kind = "date"    // string, "2014-06-30"
)

// Value is the canonical JSON value of an item: nil (unknown), string, int64, json.Number, bool or []string,
// by the item's kind.
type Value = any

// Facts are the values of one subject's items by item code. A missing code and a nil are both unknown.
type Facts map[string]Value

// Item is one entry of the item dictionary: something that is asked, observed or matched about a subject.
type Item struct {
	Code    string // stable snake_case; variable name in CEL and key in the facts
	Subject string // household, person, dwelling, income, expenditure, village …
	Section string // code of the form section; "core" for an item that is a fixed column, see Core
	Kind    Kind
	Codes   string // of a choice or multi item: the code list
	List    bool   // lists can be filtered and sorted by it, by those who see its class
	Mirror  bool   // dashboards can count by it, small cells suppressed
	Counts  string // of a stated figure of an area: what the register counts itself, see Counted; "" for none
	Label   i18n.Text
	Help    i18n.Text // may be empty

	// Core items are fixed columns of the program that every country has (number, name, birth …), not facts: the
	// pack says how they are called, which answers they have, whether they must be given, how they are checked.
	Core bool

	Class     string   // P0 public, P1 operational, P2 personal, P3 special, P4 secret
	Purpose   []string // what it may be used for; never empty
	Legal     string   // legal basis
	Retention int      // years it is kept after the file is closed; 0: as long as the file
	Protected bool     // a change needs a second person

	Required   bool   // without it: a core item is refused, a fact is provisional
	RequiredIf string // a condition in CEL over the subject's items under which a fact is required

	Min, Max *decimal.Decimal // of a number (money: in major units); of a multi item: how many; of a text: characters
	Pattern  *regexp.Regexp   // a text must match it wholly, after normalising
	Identity *Identity        // of a number that names a person: normalising and check digit
	Find     string           // how its value finds its subject in a search: FindPhone, or "" for not at all
	Check    *Check           // a condition over the subject's items
	Unit     string           // term code of the unit: Pack.Term(lang, "unit."+Unit)

	Source      string
	Unconfirmed bool
	Pos         Pos

	pack       *Pack
	codes      *CodeList
	requiredIf *program
}

// FindPhone marks a text as a telephone number by which its household or person is found.
const FindPhone = "phone"

// Check is a condition in CEL over the items of one subject. Where an item it needs is unknown it says nothing.
type Check struct {
	CEL      string
	Severity Severity  // what it means when the condition is false
	Text     i18n.Text // what is wrong then, in words

	program *program
}

// Core items that every pack declares, by subject. Their values are columns, not facts.
var Core = map[string][]string{
	"household": {"number", "area", "status", "head"},
	"person":    {"name", "sex", "birth", "national_id", "relation"},
}

// Counted is what an item of an area may name that the register counts itself in the area: households and persons,
// those of them whose status is in the group poor, and the poor persons as a share of all (a ratio in percent).
var Counted = []string{"households", "persons", "poor_households", "poor_persons", "poor_rate"}
