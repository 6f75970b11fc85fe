package page

import (
	"context"
	"slices"
	"strconv"

	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// earliestYear is the first year that an address may ask for.
const earliestYear = 1900

// yearOf reads a year of an address or form, 0 where none is given.
func yearOf(ctx context.Context, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	y, err := strconv.Atoi(text)
	if err != nil || y < earliestYear || y > 2999 {
		return 0, fault.New(fault.Invalid, "%s", word(ctx, "year.wrong")).With(0, "year", "is not a year")
	}
	return y, nil
}

// setYear settles whose answers a form on a yearly section is about: the year that was asked for, else the latest that
// has answers, else the present one. A section that is not yearly has no year.
func (s *subject) setYear(section string, answered map[string]int) {
	yearly := slices.ContainsFunc(s.file.Pack.Forms, func(f policy.FormSection) bool { return f.Code == section && f.Yearly })
	if !yearly {
		return
	}
	if s.year = s.file.Year; s.year == 0 {
		s.year = answered[section]
	}
	if s.year == 0 {
		s.year, _, _ = s.scope.Caller().Today.Civil()
	}
}

// yearLink leads to the form of another year.
type yearLink struct {
	label, href string
	here        bool
}

// years are the years of which a yearly section can be answered, newest first: those that the file knows, this year
// and the last.
func (s subject) years(section string) []yearLink {
	if s.year == 0 {
		return nil
	}
	now, _, _ := s.scope.Caller().Today.Civil()
	list := append(slices.Clone(s.file.Years), now, now-1, s.year)
	slices.Sort(list)
	list = slices.Compact(list)
	slices.Reverse(list)
	var links []yearLink
	for _, y := range list {
		of := s
		of.year = y
		links = append(links, yearLink{label: strconv.Itoa(y), href: of.path(section), here: y == s.year})
	}
	return links
}

// shutText says why answers of a year cannot be written today.
func shutText(ctx context.Context, w *registry.WindowShut) string {
	lang := web.Lang(ctx)
	return word(ctx, "window.shut", "year", strconv.Itoa(w.Year), "opens", i18n.Day(lang, w.Opens), "locks", i18n.Day(lang, w.Locks))
}
