package files

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rightkey/synth"
)

// member is a person with the key of the household.
type member struct {
	synth.Person
	household string
}

// entry is an income or expenditure with the key of the household and its number within it.
type entry struct {
	synth.Entry
	household string
	number    int
	digits    int
}

// householdFields are the fields from which columns about households are filled, dwelling and living included. Truth
// values are true and false, areas have one decimal, several words are separated by semicolons.
func householdFields(county *synth.County) fields[*synth.Household] {
	values := map[string]func(*synth.Household) string{
		"village":   func(h *synth.Household) string { return h.Village.Code },
		"head":      func(h *synth.Household) string { return h.Head().Name },
		"group":     func(h *synth.Household) string { return h.Group },
		"phone":     func(h *synth.Household) string { return h.Phone },
		"attribute": func(h *synth.Household) string { return h.Attribute },
		"status": func(h *synth.Household) string {
			if h.Registered {
				return "registered"
			}
			return "general"
		},
		"registered": func(h *synth.Household) string { return presence(h.Registered) },
		"identified": func(h *synth.Household) string { return day(h.Identified) },
		"exit_year":  func(h *synth.Household) string { return positive(h.ExitYear) },
		"cause_main": func(h *synth.Household) string {
			causes := recordedCauses(h)
			return strings.Join(causes[:min(1, len(causes))], "")
		},
		"causes_other": func(h *synth.Household) string {
			causes := recordedCauses(h)
			return strings.Join(causes[min(1, len(causes)):], separator)
		},
		"unit": func(h *synth.Household) string { return womanOf(h) },
		"size": func(h *synth.Household) string { return strconv.Itoa(len(h.Members)) },
	}
	for name, of := range livingFields() {
		values[name] = func(h *synth.Household) string { return of(&h.Living) }
	}
	for i, name := range county.TraitNames() { // a trait of the spec stands before what every household has
		values[name] = func(h *synth.Household) string { return h.Traits[i] }
	}
	return fields[*synth.Household]{key: func(h *synth.Household) string { return h.Key }, values: values}
}

// recordedCauses are the causes of who stands on the register; nobody asks others.
func recordedCauses(h *synth.Household) []string {
	if !h.Registered {
		return nil
	}
	return h.Causes
}

// womanOf is the marital status of the woman whose family the household is, "none" without one.
func womanOf(h *synth.Household) string {
	for i := range h.Members {
		if p := &h.Members[i]; p.Kind == "self" {
			return p.Marital
		}
	}
	return "none"
}

func livingFields() map[string]func(*synth.Living) string {
	return map[string]func(*synth.Living) string{
		"arable":          func(l *synth.Living) string { return decimal(l.Arable) },
		"irrigated":       func(l *synth.Living) string { return decimal(l.Irrigated) },
		"forest":          func(l *synth.Living) string { return decimal(l.Forest) },
		"power":           func(l *synth.Living) string { return strconv.FormatBool(l.Power) },
		"broadcast":       func(l *synth.Living) string { return strconv.FormatBool(l.Broadcast) },
		"water_hard":      func(l *synth.Living) string { return strconv.FormatBool(l.WaterHard) },
		"water_safe":      func(l *synth.Living) string { return strconv.FormatBool(l.WaterSafe) },
		"toilet":          func(l *synth.Living) string { return strconv.FormatBool(l.Toilet) },
		"cooperative":     func(l *synth.Living) string { return strconv.FormatBool(l.Cooperative) },
		"veteran_family":  func(l *synth.Living) string { return strconv.FormatBool(l.VeteranFamily) },
		"few_children":    func(l *synth.Living) string { return strconv.FormatBool(l.FewChildren) },
		"fuel":            func(l *synth.Living) string { return l.Fuel },
		"road_distance":   func(l *synth.Living) string { return decimal(l.RoadDistance) },
		"house_area":      func(l *synth.Living) string { return strconv.Itoa(l.HouseArea) },
		"house_structure": func(l *synth.Living) string { return l.HouseStructure },
		"house_built":     func(l *synth.Living) string { return strconv.Itoa(l.HouseBuilt) },
		"house_grade":     func(l *synth.Living) string { return l.HouseGrade },

		"returned":         func(l *synth.Living) string { return decimal(l.Returned) },
		"fruit":            func(l *synth.Living) string { return decimal(l.Fruit) },
		"pasture":          func(l *synth.Living) string { return decimal(l.Pasture) },
		"water_area":       func(l *synth.Living) string { return decimal(l.WaterArea) },
		"production_power": func(l *synth.Living) string { return strconv.FormatBool(l.ProductionPower) },
		"television":       func(l *synth.Living) string { return strconv.FormatBool(l.Television) },
		"broadband":        func(l *synth.Living) string { return strconv.FormatBool(l.Broadband) },
		"water_source":     func(l *synth.Living) string { return l.WaterSource },
		"road_type":        func(l *synth.Living) string { return l.RoadType },
		"moves":            func(l *synth.Living) string { return presence(l.MovesAgreed) },
		"moves_way":        func(l *synth.Living) string { return l.MovesWay },
		"resettlement":     func(l *synth.Living) string { return l.Resettlement },
		"pigs":             func(l *synth.Living) string { return strconv.Itoa(l.Pigs.Kept) },
		"pigs_sold":        func(l *synth.Living) string { return strconv.Itoa(l.Pigs.Sold) },
		"cattle":           func(l *synth.Living) string { return strconv.Itoa(l.Cattle.Kept) },
		"cattle_sold":      func(l *synth.Living) string { return strconv.Itoa(l.Cattle.Sold) },
		"sheep":            func(l *synth.Living) string { return strconv.Itoa(l.Sheep.Kept) },
		"sheep_sold":       func(l *synth.Living) string { return strconv.Itoa(l.Sheep.Sold) },
		"poultry":          func(l *synth.Living) string { return strconv.Itoa(l.Poultry.Kept) },
		"poultry_sold":     func(l *synth.Living) string { return strconv.Itoa(l.Poultry.Sold) },
	}
}

// personFields are the fields from which columns about persons are filled.
func personFields() fields[member] {
	return fields[member]{
		key:       func(p member) string { return p.Key },
		household: func(p member) string { return p.household },
		values: map[string]func(member) string{
			"name":     func(p member) string { return p.Name },
			"number":   func(p member) string { return p.Number },
			"birth":    func(p member) string { return day(p.Birth) },
			"relation": func(p member) string { return p.Relation },
			"sex": func(p member) string {
				if p.Male {
					return "male"
				}
				return "female"
			},
			"education":   func(p member) string { return p.Education },
			"school":      func(p member) string { return p.School },
			"health":      func(p member) string { return strings.Join(p.Health, separator) },
			"labour":      func(p member) string { return p.Labour },
			"work_place":  func(p member) string { return p.WorkPlace },
			"months":      func(p member) string { return strconv.Itoa(p.Months) },
			"insured":     func(p member) string { return strconv.FormatBool(p.Insured) },
			"insured_top": func(p member) string { return strconv.FormatBool(p.InsuredTop) },
			"pension":     func(p member) string { return strconv.FormatBool(p.Pension) },
			"training":    func(p member) string { return strconv.FormatBool(p.Training) },
			"allowance":   func(p member) string { return strconv.FormatBool(p.Allowance) },

			"marital":     func(p member) string { return p.Marital },
			"to_woman":    func(p member) string { return p.Kind },
			"father_name": func(p member) string { return p.FatherName },
			"disabled":    func(p member) string { return strconv.FormatBool(slices.Contains(p.Health, "disabled")) },
			"chronic":     func(p member) string { return strconv.FormatBool(slices.Contains(p.Health, "chronic")) },
			"numbered": func(p member) string {
				switch {
				case p.Number != "":
					return "yes"
				case p.Age < 18:
					return "child"
				}
				return "none"
			},
			"occupation": func(p member) string { return occupation(p) },

			"school_year":      func(p member) string { return positive(p.SchoolYear) },
			"phone":            func(p member) string { return p.Phone },
			"people":           func(p member) string { return p.People },
			"pension_kind":     func(p member) string { return p.PensionKind },
			"disability_type":  func(p member) string { return positive(p.DisabilityType) },
			"disability_grade": func(p member) string { return positive(p.DisabilityGrade) },
			"left_behind":      func(p member) string { return presence(p.LeftBehind) },
			"empty_nest":       func(p member) string { return presence(p.EmptyNest) },
			"party":            func(p member) string { return presence(p.PartyMember) },
		},
	}
}

// occupation says in a word what a member does: wage, farm, student, child, unable, home.
func occupation(p member) string {
	switch {
	case p.School != "not_student":
		return "student"
	case p.Age < 16:
		return "child"
	case p.Months > 0:
		return "wage"
	case p.Labour == "ordinary" && p.Male, p.Labour == "skilled":
		return "farm"
	case p.Labour == "lost", p.Age >= 65:
		return "unable"
	}
	return "home"
}

// entryFields are the fields from which columns about incomes and expenditures are filled.
func entryFields() fields[entry] {
	return fields[entry]{
		key: func(e entry) string {
			if e.Expenditure {
				return e.household + "-e" + strconv.Itoa(e.number)
			}
			return e.household + "-i" + strconv.Itoa(e.number)
		},
		household: func(e entry) string { return e.household },
		values: map[string]func(entry) string{
			"class":  func(e entry) string { return e.Class },
			"kind":   func(e entry) string { return e.Kind },
			"source": func(e entry) string { return e.Source },
			"amount": func(e entry) string { return amount(e.Amount, e.digits) },
		},
	}
}

// day writes a date, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// positive writes a number, "" for zero, which stands for none.
func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// presence is the word "yes" or nothing, for columns that only some households have.
func presence(is bool) string {
	if is {
		return "yes"
	}
	return ""
}
