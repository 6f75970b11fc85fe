package files

import (
	"strconv"

	"rightkey/synth"
)

// PlaceForms says how the forms of villages and of the county are made and of which levels of the pack they are; no
// form is written where it names no level.
type PlaceForms struct {
	Village  string   `yaml:"village"` // code of the pack's level
	County   string   `yaml:"county"`
	PoorFrom string   `yaml:"poor_from"` // share of registered persons, in percent, from which a village counts as poor
	Units    []string `yaml:"units"`     // that send teams to villages
}

// places writes the forms of areas: those of a village as soon as its households are told, that of a county behind its
// last village.
type places struct {
	forms     synth.Forms
	villages  *sheet[synth.VillageForm]
	counties  *sheet[synth.CountyForm]
	townships map[string]int // by the code of the county
	at        string         // code of the county at work
	county    synth.CountyForm
}

// newPlaces starts the files of the forms; nil where none are asked for.
func newPlaces(w *writer, county *synth.County) (*places, error) {
	of := w.layout.Places
	if of.Village == "" {
		return nil, nil
	}
	from, err := strconv.ParseFloat(of.PoorFrom, 64)
	if err != nil {
		return nil, err
	}
	p := &places{forms: county.Forms(from, of.Units), townships: map[string]int{}}
	if p.villages, err = newSheet(w, "villages", of.Village, villageFields(w.layout.Digits)); err != nil {
		return nil, err
	}
	if of.County != "" {
		if p.counties, err = newSheet(w, "counties", of.County, countyFields(w.layout.Digits)); err != nil {
			return nil, err
		}
	}
	levels := county.Areas()
	deepest := levels[len(levels)-1].Level
	for _, area := range levels {
		if area.Level == deepest-1 {
			p.townships[area.Parent]++
		}
	}
	return p, nil
}

// village writes the form of a village, of which a household is given, from the tally of all. Nothing is written where
// no form is asked for.
func (p *places) village(of *synth.Household, tally synth.Tally) error {
	if p == nil {
		return nil
	}
	if of.County != p.at {
		if err := p.flush(); err != nil {
			return err
		}
		p.at = of.County
	}
	form := p.forms.Village(of.Village.Code, tally)
	p.county.Add(form)
	return p.villages.row(form)
}

// flush writes the form of the county at work.
func (p *places) flush() error {
	if p.counties == nil || p.at == "" {
		return nil
	}
	form := p.forms.County(p.at, p.townships[p.at], p.county)
	p.county = synth.CountyForm{}
	return p.counties.row(form)
}

// finish writes the last county.
func (p *places) finish() error {
	if p == nil {
		return nil
	}
	return p.flush()
}

// tallyFields are the fields from which columns about the households of an area are filled.
func tallyFields[T any](tally func(T) *synth.Tally) map[string]func(T) string {
	counts := map[string]func(*synth.Tally) int{
		"households":          func(t *synth.Tally) int { return t.Households },
		"persons":             func(t *synth.Tally) int { return t.Persons },
		"poor_households":     func(t *synth.Tally) int { return t.Registered },
		"poor_persons":        func(t *synth.Tally) int { return t.RegisteredPersons },
		"groups":              func(t *synth.Tally) int { return t.Groups },
		"unsafe_water":        func(t *synth.Tally) int { return t.Unsafe },
		"hard_water":          func(t *synth.Tally) int { return t.Hard },
		"dangerous_houses":    func(t *synth.Tally) int { return t.Dangerous },
		"no_power":            func(t *synth.Tally) int { return t.NoPower },
		"no_production_power": func(t *synth.Tally) int { return t.NoProductionPower },
		"broadcast":           func(t *synth.Tally) int { return t.Broadcast },
		"members":             func(t *synth.Tally) int { return t.Cooperative },
		"insured":             func(t *synth.Tally) int { return t.Insured },
		"pensioned":           func(t *synth.Tally) int { return t.Pensioned },
		"dropouts":            func(t *synth.Tally) int { return t.Dropouts },
	}
	fields := map[string]func(T) string{
		"rate":      func(of T) string { return strconv.FormatFloat(tally(of).Rate(), 'f', 2, 64) },
		"arable":    func(of T) string { return decimal(tally(of).Arable) },
		"broadband": func(of T) string { return strconv.FormatBool(tally(of).Broadband > 0) },
		"none":      func(T) string { return "0" }, // what no area has in the first year, such as exits
	}
	for name, count := range counts {
		fields[name] = func(of T) string { return strconv.Itoa(count(tally(of))) }
	}
	return fields
}

// villageFields are the fields from which columns about villages are filled.
func villageFields(digits int) fields[synth.VillageForm] {
	values := tallyFields(func(v synth.VillageForm) *synth.Tally { return &v.Tally })
	for name, count := range map[string]func(synth.VillageForm) int{
		"cadres":       func(v synth.VillageForm) int { return v.Cadres },
		"team":         func(v synth.VillageForm) int { return v.Team },
		"projects":     func(v synth.VillageForm) int { return v.Projects },
		"cooperatives": func(v synth.VillageForm) int { return v.Cooperatives },
		"tourism_jobs": func(v synth.VillageForm) int { return v.TourismJobs },
		"unconnected":  func(v synth.VillageForm) int { return v.Unconnected },
		"toilets":      func(v synth.VillageForm) int { return v.Toilets },
		"waste_points": func(v synth.VillageForm) int { return v.WastePoints },
		"clinics":      func(v synth.VillageForm) int { return v.Clinics },
		"doctors":      func(v synth.VillageForm) int { return v.Doctors },
	} {
		values[name] = func(v synth.VillageForm) string { return strconv.Itoa(count(v)) }
	}
	for name, is := range map[string]func(synth.VillageForm) bool{
		"secretary": func(v synth.VillageForm) bool { return v.Secretary },
		"bus":       func(v synth.VillageForm) bool { return v.Bus },
		"library":   func(v synth.VillageForm) bool { return v.Library },
		"school":    func(v synth.VillageForm) bool { return v.School },
		"exits":     func(synth.VillageForm) bool { return false },
	} {
		values[name] = func(v synth.VillageForm) string { return strconv.FormatBool(is(v)) }
	}
	for name, money := range map[string]func(synth.VillageForm) int64{
		"net_per_head": func(v synth.VillageForm) int64 { return v.NetHead },
		"income":       func(v synth.VillageForm) int64 { return v.Income },
		"funds":        func(v synth.VillageForm) int64 { return v.Funds },
		"farm_stays":   func(v synth.VillageForm) int64 { return v.FarmStays },
	} {
		values[name] = func(v synth.VillageForm) string { return amount(money(v), digits) }
	}
	values["kind"] = func(v synth.VillageForm) string {
		if v.Poor {
			return "poor"
		}
		return "other"
	}
	values["industry"] = func(v synth.VillageForm) string { return v.Industry }
	values["unit"] = func(v synth.VillageForm) string { return v.Unit }
	values["unpaved_township"] = func(v synth.VillageForm) string { return decimal(v.UnpavedTownship) }
	values["unpaved_groups"] = func(v synth.VillageForm) string { return decimal(v.UnpavedGroups) }
	return fields[synth.VillageForm]{key: func(v synth.VillageForm) string { return v.Code }, values: values}
}

// countyFields are the fields from which columns about the county are filled.
func countyFields(digits int) fields[synth.CountyForm] {
	values := tallyFields(func(c synth.CountyForm) *synth.Tally { return &c.Tally })
	for name, count := range map[string]func(synth.CountyForm) int{
		"poor_villages":     func(c synth.CountyForm) int { return c.PoorVillages },
		"villages":          func(c synth.CountyForm) int { return c.Villages },
		"with_road":         func(c synth.CountyForm) int { return c.WithRoad },
		"with_water":        func(c synth.CountyForm) int { return c.WithWater },
		"primary_schools":   func(c synth.CountyForm) int { return c.PrimarySchools },
		"secondary_schools": func(c synth.CountyForm) int { return c.SecondarySchools },
		"hospitals":         func(c synth.CountyForm) int { return c.Hospitals },
		"clinics":           func(c synth.CountyForm) int { return c.Clinics },
		"exit_year":         func(c synth.CountyForm) int { return c.ExitYear },
	} {
		values[name] = func(c synth.CountyForm) string { return strconv.Itoa(count(c)) }
	}
	for name, money := range map[string]func(synth.CountyForm) int64{
		"net_per_head": func(c synth.CountyForm) int64 { return c.NetHead },
		"product":      func(c synth.CountyForm) int64 { return c.Product },
		"revenue":      func(c synth.CountyForm) int64 { return c.Revenue },
		"spending":     func(c synth.CountyForm) int64 { return c.Spending },
		"central":      func(c synth.CountyForm) int64 { return c.Central },
		"provincial":   func(c synth.CountyForm) int64 { return c.Provincial },
		"city":         func(c synth.CountyForm) int64 { return c.City },
		"own":          func(c synth.CountyForm) int64 { return c.Own },
		"paired":       func(c synth.CountyForm) int64 { return c.Paired },
		"raised":       func(c synth.CountyForm) int64 { return c.Raised },
		"development":  func(c synth.CountyForm) int64 { return c.Development },
		"work_relief":  func(c synth.CountyForm) int64 { return c.WorkRelief },
		"ethnic":       func(c synth.CountyForm) int64 { return c.Ethnic },
		"farms":        func(c synth.CountyForm) int64 { return c.Farms },
		"fee":          func(c synth.CountyForm) int64 { return c.Fee },
	} {
		values[name] = func(c synth.CountyForm) string { return amount(money(c), digits) }
	}
	return fields[synth.CountyForm]{key: func(c synth.CountyForm) string { return c.Code }, values: values}
}
