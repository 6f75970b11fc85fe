package registry

import (
	"cmp"
	"context"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
)

// punctual says whether answers come in their time, to somebody with a scope. It looks once for the window of an area,
// a section and a year and keeps it: use one for one command, or for one chunk of rows.
type punctual struct {
	s     *Service
	scope access.Scope
	found map[collected]*Window
}

// collected is what a window decides on: a section's answers of a year in an area.
type collected struct {
	area    int64
	section string
	year    int
}

func (c collected) compare(d collected) int {
	return cmp.Or(cmp.Compare(c.section, d.section), cmp.Compare(c.year, d.year))
}

func (s *Service) punctual(scope access.Scope) *punctual {
	return &punctual{s: s, scope: scope, found: map[collected]*Window{}}
}

func (p *punctual) window(ctx context.Context, c collected) (*Window, error) {
	w, known := p.found[c]
	if known {
		return w, nil
	}
	w, err := p.s.WindowOf(ctx, c.area, c.section, c.year)
	if err != nil {
		return nil, err
	}
	p.found[c] = w
	return w, nil
}

// late says whether a section's answers of a year may be written in an area today only as a late correction. A Conflict
// fault with a *WindowShut: they may not be written at all.
func (p *punctual) late(ctx context.Context, c collected) (bool, error) {
	w, err := p.window(ctx, c)
	if err != nil || w == nil {
		return false, err
	}
	today := p.s.today()
	switch w.State(today) {
	case WindowOpen:
		return false, nil
	case WindowLate:
		if may, err := access.Decide(p.scope.Caller(), access.WindowLate); err == nil && may.Holds(c.area) {
			return true, nil
		}
	}
	shut := &WindowShut{Window: *w, Today: today}
	return false, fault.Wrap(fault.Conflict, shut, "%s", shut.Error())
}

// facts says whether facts of a record come after their time.
func (p *punctual) facts(ctx context.Context, pack *policy.Pack, kind string, area int64, on clock.Day, set map[string]any) (bool, error) {
	year, _, _ := on.Civil()
	var asked []collected
	for code := range set {
		c := collected{area: area, year: year}
		if item, ok := pack.Item(kind, code); ok && !item.Core && yearly(pack, item.Section) {
			c.section = item.Section
			if !slices.Contains(asked, c) {
				asked = append(asked, c)
			}
		}
	}
	return p.any(ctx, asked)
}

// entry says whether an entry of some years comes after their time; what is no year is passed over.
func (p *punctual) entry(ctx context.Context, pack *policy.Pack, kind string, area int64, years ...any) (bool, error) {
	c := collected{area: area}
	for _, form := range pack.Forms {
		if form.Subject == kind && form.Yearly {
			c.section = form.Code
		}
	}
	var asked []collected
	for _, year := range years {
		if y, ok := year.(int64); ok {
			c.year = int(y)
			asked = append(asked, c)
		}
	}
	return p.any(ctx, asked)
}

// any says whether one of what is asked for is late; the first that is shut, in the order of sections, is the fault.
func (p *punctual) any(ctx context.Context, asked []collected) (late bool, err error) {
	slices.SortFunc(asked, collected.compare)
	for _, c := range slices.Compact(asked) {
		one, err := p.late(ctx, c)
		if err != nil {
			return false, err
		}
		late = late || one
	}
	return late, nil
}
