package registry

import (
	"strconv"
	"strings"

	"rightkey/internal/fault"
)

// YearFilter names the answers of a year: of one yearly section, or of any. Its zero value filters nothing.
type YearFilter struct {
	Year    int
	Section string
}

// String is the filter as an address holds it.
func (y YearFilter) String() string {
	if y.Section == "" {
		return strconv.Itoa(y.Year)
	}
	return strconv.Itoa(y.Year) + "." + y.Section
}

// parseYearFilter reads "2014" or "2014.SECTION".
func parseYearFilter(name, text string) (YearFilter, error) {
	year, section, _ := strings.Cut(text, ".")
	y, err := strconv.Atoi(year)
	if err != nil || y < 1900 || y > 2999 {
		return YearFilter{}, fault.New(fault.Invalid, "the filter %s needs a year", name).With(0, name, "is not a year")
	}
	return YearFilter{Year: y, Section: section}, nil
}

// byYear selects households by whether a year was answered: a yearly section of the household, of its dwellings or of
// its present members, or an entry.
func (s *Service) byYear(q *query, f Filter) error {
	for _, one := range []struct {
		y   YearFilter
		not string
	}{{f.Answered, ""}, {f.Unanswered, "NOT "}} {
		if one.y.Year == 0 {
			continue
		}
		condition, err := s.answered(q, f.Area, one.y)
		if err != nil {
			return err
		}
		q.add(one.not + "(" + condition + ")")
	}
	return nil
}

func (s *Service) answered(q *query, area int64, y YearFilter) (string, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return "", err
	}
	var any []string
	for _, form := range pack.Forms {
		if !form.Yearly || (y.Section != "" && y.Section != form.Code) {
			continue
		}
		key := q.bind(document{Section: form.Code, Year: y.Year}.key())
		switch form.Subject {
		case SubjectHousehold:
			any = append(any, "EXISTS (SELECT 1 FROM facts f WHERE f.home = h.home AND f.subject = h.id AND f.section = "+key+")")
		case SubjectDwelling:
			any = append(any, "EXISTS (SELECT 1 FROM dwelling d JOIN facts f ON f.home = d.home AND f.subject = d.id WHERE d.home = h.home AND d.household = h.id AND d.to_day IS NULL AND f.section = "+key+")")
		case SubjectPerson:
			any = append(any, "EXISTS (SELECT 1 FROM membership m JOIN facts f ON f.home = m.home AND f.subject = m.person WHERE m.home = h.home AND m.household = h.id AND m.to_day IS NULL AND f.section = "+key+")")
		case SubjectIncome, SubjectExpenditure:
			_, to := yearOf(y.Year)
			any = append(any, "EXISTS (SELECT 1 FROM entry e WHERE e.home = h.home AND e.household = h.id AND e.ended IS NULL AND e.subject = "+q.bind(form.Subject)+" AND e.to_day = "+q.bind(to)+" AND "+key+" <> '')")
		}
	}
	if len(any) == 0 {
		return "", fault.New(fault.Invalid, "there is no yearly section %q", y.Section).With(0, "section", "is no yearly section")
	}
	return strings.Join(any, " OR "), nil
}
