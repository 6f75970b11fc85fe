package synth

import "time"

// Area is an area of the county or around it. Level counts from 1, the outermost.
type Area struct {
	Code      string  `yaml:"code"`
	Parent    string  `yaml:"-"` // code of the area around, "" for the outermost
	Name      string  `yaml:"name"`
	Latin     string  `yaml:"latin"`
	Level     int     `yaml:"-"`
	Latitude  float64 `yaml:"-"`
	Longitude float64 `yaml:"-"`
}

// Household is a household at the end of the year, with what is true of it and what the register says. Members, Living
// and Entries are what the register says: where records hold mistakes, Faults tell the truth.
type Household struct {
	Key     string // outside identifier, unique in the population
	Village Area
	County  string // code of the area two levels above the village
	Group   string
	Phone   string
	Members []Person // the head first
	Living  Living
	Traits  []string // words of the spec's traits, in their order
	Entries []Entry

	Net         int64   // income less cost of production in the year, minor units
	Consumption int64   // of the year, minor units
	Welfare     float64 // logarithm of the measure by head as a multiple of the line: below 0 is poor
	Poor        bool    // by the spec's measure and line on true facts
	Registered  bool    // stands on the register of the poor, rightly or wrongly
	Mistake     string  // Mistake…: why it stands there wrongly, or wrongly not; "" where it is right
	Fitted      bool    // of a mistake: the amounts that were declared were made to fit it
	Official    bool    // the head is an official of the village
	KinOf       string  // key of an official of the village whose kin lives here
	Kin         string  // Kin…: in which way
	Identified  time.Time
	ExitYear    int      // planned, of a registered household
	Causes      []string // of who is poor or registered, the main one first: Cause…
	Attribute   string   // Attribute…, "" for a household that is neither registered nor on allowance
	Faults      []Fault  // mistakes of its records
}

// Born is the true birthday.
func (p *Person) Born() time.Time { return p.born }

// Head returns the head of the household.
func (h *Household) Head() Person { return h.Members[0] }

// Living is how a household lives. Areas of land are in the local unit of area, of the house in square metres,
// distances in kilometres.
type Living struct {
	Arable, Irrigated, Forest                      float64
	Power, Broadcast, WaterHard, WaterSafe, Toilet bool
	Cooperative, VeteranFamily, FewChildren        bool
	Fuel                                           string // wood, coal, gas
	RoadDistance                                   float64
	HouseArea                                      int
	HouseStructure                                 string // concrete, brick_concrete, brick_wood, earth
	HouseBuilt                                     int
	HouseGrade                                     string // A safe to D dangerous

	Returned, Fruit, Pasture, WaterArea float64
	ProductionPower, Television         bool
	Broadband, MovesAgreed              bool
	WaterSource                         string // piped, deep_well, spring, cistern, surface
	RoadType                            string // asphalt, cement, gravel, earth
	MovesWay, Resettlement              string // of who agrees to move: whole_village or part; concentrated or dispersed
	Pigs, Cattle, Sheep, Poultry        Stock
}

// Stock is animals at the end of the year and those sold in it.
type Stock struct{ Kept, Sold int }

// Person is a member of a household.
type Person struct {
	Key      string // outside identifier, unique in the county
	Name     string
	Number   string // identity number, "" for none
	Male     bool
	Birth    time.Time
	Age      int // completed years at the end of the year
	Relation string
	Mother   int // index among the members, -1 if she is not one
	Father   int

	Education  string   // none, primary, junior, senior, college: completed
	School     string   // not_student, preschool, primary, junior, senior, vocational, college
	Health     []string // healthy alone, or chronic, serious, disabled
	Labour     string   // ordinary, skilled, lost, none
	WorkPlace  string   // near, city, province, far; "" without work away
	Months     int      // worked for wages in the year
	Insured    bool     // medical insurance
	InsuredTop bool     // insurance of serious illness
	Pension    bool     // pension insurance
	Training   bool     // wants training
	Allowance  bool     // receives the subsistence allowance

	SchoolYear      int    // grade within the school, 0 for none
	Phone           string // "" for none
	People          string // word of the spec
	PensionKind     string // resident or employee, "" without pension insurance
	DisabilityType  int    // 1 to 7, 0 for none
	DisabilityGrade int    // 1 gravest to 4, 0 for none
	LeftBehind      bool   // a child whose parents work far away
	EmptyNest       bool   // old and without younger people in the house
	PartyMember     bool

	Marital    string    // single, married, widowed
	Died       time.Time // before the end of the year, where the register does not know; zero otherwise
	Kind       string    // relation to the woman whose family it is: self, husband, child, grandchild, parent, parent_in_law, sibling, other
	FatherName string    // of the father, or of a married woman's husband; "" where the words do not ask it

	born    time.Time // the true birthday
	surname string
	mistake numberMistake
	same    *Person // the first record of somebody who stands in the register twice
}

// The relations to the head.
const (
	Head          = "head"
	Spouse        = "spouse"
	Son           = "son"
	Daughter      = "daughter"
	DaughterInLaw = "daughter_in_law"
	Grandson      = "grandson"
	Granddaughter = "granddaughter"
	Father        = "father"
	Mother        = "mother"
	Sibling       = "sibling"
)

// worker says whether the person can work for wages or on the land.
func (p *Person) worker() bool { return p.Labour == "ordinary" || p.Labour == "skilled" }

// ill says whether the person has one of the conditions.
func (p *Person) ill(conditions ...string) bool {
	for _, has := range p.Health {
		for _, condition := range conditions {
			if has == condition {
				return true
			}
		}
	}
	return false
}

// Entry is one amount of the year: an income, or an expenditure.
type Entry struct {
	Expenditure bool
	Class       string // wage, business, property, transfer; production_cost, medical, education_cost
	Source      string // in words
	Kind        string // Source…: what it came from or went to
	Amount      int64  // minor units, positive
}

// The causes of poverty.
const (
	CauseIllness    = "illness"
	CauseDisability = "disability"
	CauseSchooling  = "schooling"
	CauseDisaster   = "disaster"
	CauseLand       = "land"
	CauseWater      = "water"
	CauseTechnique  = "technique"
	CauseLabour     = "labour"
	CauseCapital    = "capital"
	CauseTransport  = "transport"
	CauseDrive      = "drive"
)

// The attributes of a registered household.
const (
	AttributeOrdinary        = "ordinary"
	AttributeAllowance       = "allowance"        // on the subsistence allowance, without labour
	AttributeAllowanceLabour = "allowance_labour" // on the subsistence allowance, with labour
	AttributeAlone           = "alone"            // old, alone, without labour and kin
)
