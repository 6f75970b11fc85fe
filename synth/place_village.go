package synth

import (
	"hash/fnv"
	"math"
)

// Forms makes what the forms of areas say: their counts are those of the households, and what no household tells
// (roads, clinics, funds) is drawn so that it fits how remote and how poor the village is. The figures are assumptions.
// Equal seeds and households give equal forms.
type Forms struct {
	Seed  uint64
	Line  int64 // poverty line per head and year, minor units: amounts are told in lines
	Round int64
	Year  int
	// PoorFrom is from which share of registered persons, in percent, a village counts as poor.
	PoorFrom float64
	Units    []string // that send teams to villages, in words
}

// VillageForm is what the form of a village says of a year. Amounts are minor units, distances kilometres.
type VillageForm struct {
	Tally
	Code                            string
	Poor                            bool // stands on the list of poor villages
	Cadres, Team, Projects          int
	Secretary, Bus, Library, School bool
	NetHead                         int64 // mean net income of a person
	Income, Funds, FarmStays        int64 // of the village as a body, of the year's projects, of farm stays
	Industry, Unit                  string
	Cooperatives, TourismJobs       int
	UnpavedTownship, UnpavedGroups  float64
	Unconnected                     int // groups without a road
	Toilets, WastePoints            int
	Clinics, Doctors                int
}

// Forms are the county's own: PoorFrom and Units are those of Forms.
func (c *County) Forms(poorFrom float64, units []string) Forms {
	return Forms{Seed: c.spec.Seed, Line: c.spec.Line, Round: c.spec.Round, Year: c.spec.Year, PoorFrom: poorFrom, Units: units}
}

// formStream sets the dice of the forms apart from all others.
const formStream = 1 << 40

// dice are those of one area, by its code.
func (f Forms) dice(code string) dice {
	sum := fnv.New32a()
	sum.Write([]byte(code))
	return newDice(f.Seed, formStream+uint64(sum.Sum32()))
}

// lines is so many poverty lines, in whole steps.
func (f Forms) lines(n float64) int64 { return int64(float64(f.Line)*n) / f.Round * f.Round }

// Village makes the form of a village from the tally of its households.
func (f Forms) Village(code string, t Tally) VillageForm {
	d := f.dice(code)
	v := VillageForm{Tally: t, Code: code, NetHead: t.netHead(f.Round), Poor: t.Rate() >= f.PoorFrom, Industry: t.industry()}
	remote := 0.0
	if t.Households > 0 { // households at the road live half a kilometre from it, those of the last valleys two
		remote = min(1, max(0, (t.Distance/float64(t.Households)-0.4)/1.5))
	}
	v.Cadres = 3 + t.Persons/700 + d.IntN(3)
	v.Secretary = v.Poor || d.chance(0.15)
	v.Cooperatives = min(t.Cooperative, 1+t.Cooperative/25)
	v.helped(d, f)
	v.built(d, remote)
	v.served(d, remote)
	if !v.Poor {
		v.Income = f.lines(d.between(1, 12) * (1.3 - remote))
	}
	if !v.Poor && remote < 0.35 && d.chance(0.2) {
		v.TourismJobs = 2 + d.IntN(20)
		v.FarmStays = f.lines(float64(v.TourismJobs) * d.between(0.8, 2))
	}
	return v
}

// helped draws who helps the village and with what.
func (v *VillageForm) helped(d dice, f Forms) {
	if !v.Secretary {
		return
	}
	if len(f.Units) > 0 {
		v.Unit = d.one(f.Units)
	}
	v.Team = 2 + d.IntN(3)
	v.Projects = 1 + d.IntN(4)
	v.Funds = f.lines(float64(v.Registered) * d.between(1, 3))
}

// built draws the roads.
func (v *VillageForm) built(d dice, remote float64) {
	if d.chance(0.15 + 0.6*remote) {
		v.UnpavedTownship = tenth(0.5 + 8*remote*d.Float64())
	}
	v.Bus = d.chance(0.95-0.5*remote) && v.UnpavedTownship < 4
	if v.Groups > 0 {
		v.Unconnected = d.IntN(1 + int(math.Round(float64(v.Groups)*0.5*remote)))
	}
	v.UnpavedGroups = tenth(float64(v.Groups) * d.between(0.1, 0.6+1.5*remote))
}

// served draws what serves the public.
func (v *VillageForm) served(d dice, remote float64) {
	v.Toilets = d.IntN(3)
	v.WastePoints = d.IntN(1 + max(1, v.Groups))
	v.Clinics = 1
	if remote > 0.7 && d.chance(0.3) {
		v.Clinics = 0
	}
	if v.Clinics > 0 && d.chance(0.9-0.6*remote) {
		v.Doctors = 1 + d.IntN(2)
	}
	v.Library = d.chance(0.8 - 0.3*remote)
	v.School = v.Persons > 300 && d.chance(0.7)
}
