package synth

// CountyForm is what the form of a county says of a year: the sums of its villages, and what is drawn. Amounts are
// minor units.
type CountyForm struct {
	Tally
	Code                                        string
	Villages, PoorVillages                      int
	WithRoad, WithWater                         int // villages whose road to the township is hardened; in which four households in five have safe water
	PrimarySchools, SecondarySchools            int
	Hospitals, Clinics                          int
	NetHead                                     int64 // mean net income of a person
	Product, Revenue, Spending                  int64
	Central, Provincial, City, Own              int64 // funds by source
	Paired, Raised                              int64
	Development, WorkRelief, Ethnic, Farms, Fee int64 // what the first three sources are for: their sum
	ExitYear                                    int
}

// Add counts a village of the county.
func (c *CountyForm) Add(v VillageForm) {
	c.join(&v.Tally)
	c.Villages++
	if v.Poor {
		c.PoorVillages++
	}
	if v.UnpavedTownship == 0 {
		c.WithRoad++
	}
	if 5*v.Unsafe <= v.Households {
		c.WithWater++
	}
	if v.School {
		c.PrimarySchools++
	}
	c.Clinics += v.Clinics
}

// County draws what the villages added to a county's form do not tell.
func (f Forms) County(code string, townships int, c CountyForm) CountyForm {
	d := f.dice(code)
	c.Code, c.NetHead = code, c.netHead(f.Round)
	c.PrimarySchools += townships
	c.SecondarySchools = townships + 1 + d.IntN(3)
	c.Hospitals = townships + 2
	persons := float64(c.Persons)
	c.Product = f.lines(persons * d.between(4, 6))
	c.Revenue = f.lines(persons * d.between(0.25, 0.4))
	c.Spending = f.lines(persons * d.between(1.2, 1.8))
	registered := float64(c.RegisteredPersons)
	c.Central = f.lines(registered * d.between(0.2, 0.3))
	c.Provincial = f.lines(registered * d.between(0.06, 0.12))
	c.City = f.lines(registered * d.between(0.01, 0.03))
	c.Own = f.lines(registered * d.between(0.005, 0.02))
	c.Paired = f.lines(registered * d.between(0.01, 0.03))
	c.Raised = f.lines(registered * d.between(0.01, 0.02))
	special := c.Central + c.Provincial + c.City
	part := func(share float64) int64 { return int64(float64(special)*share) / f.Round * f.Round }
	c.WorkRelief, c.Ethnic, c.Farms, c.Fee = part(d.between(0.08, 0.14)), part(d.between(0.05, 0.09)), part(d.between(0, 0.02)), part(0.01)
	c.Development = special - c.WorkRelief - c.Ethnic - c.Farms - c.Fee
	c.ExitYear = f.Year + 3 + d.IntN(5)
	return c
}
