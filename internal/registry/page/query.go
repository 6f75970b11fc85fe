package page

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// Parameters of the list's address that are no filters of the register.
const (
	nameFilter      = "name" // never in an address: names are sealed into searchParameter
	searchParameter = "search"
)

// asked are the parameters with a value; a form sends the others empty.
func asked(values url.Values) url.Values {
	query := url.Values{}
	for name, list := range values {
		for _, value := range list {
			if value = strings.TrimSpace(value); value != "" {
				query.Add(name, value)
			}
		}
	}
	return query
}

// address is a path with a query.
func address(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// with is the query with one parameter set, from the beginning of the list.
func with(query url.Values, name string, values ...string) url.Values {
	changed := url.Values{}
	for n, list := range query {
		if n != web.After && n != web.Before {
			changed[n] = slices.Clone(list)
		}
	}
	changed.Del(name)
	for _, value := range values {
		changed.Add(name, value)
	}
	return changed
}

// turning is the address of a list's pages, with its filters.
func turning(path string, query url.Values) func(parameter, value string) string {
	return func(parameter, value string) string {
		if parameter == "" {
			return address(path, with(query, ""))
		}
		return address(path, with(query, parameter, value))
	}
}

// selection is what the list is asked for.
type selection struct {
	path   string // of the page that selects
	query  url.Values
	filter registry.Filter
	pack   *policy.Pack // of the area; nil where none is in use
	items  []*policy.Item
	from   registry.Position
}

// selected reads the address of a list. Amounts of money are in major units there.
// Others are parameters of the page's own.
func (p *pages) selected(r *http.Request, scope access.Scope, others ...string) (selection, error) {
	ctx := r.Context()
	s := selection{path: r.URL.Path, query: asked(r.URL.Query())}
	if s.query.Has(nameFilter) {
		return s, fault.New(fault.Invalid, "%s", word(ctx, "list.name_in_address")).With(0, nameFilter, "%s", word(ctx, "list.name_in_address"))
	}
	plain, err := p.Registry.ParseFilter(ctx, scope, url.Values{"area": s.query["area"]})
	if err != nil {
		return s, err
	}
	if plain.Area == 0 {
		plain.Area = p.ownArea(scope)
	}
	if s.pack, err = p.Registry.Pack(plain.Area); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
		return s, err
	}
	if s.pack != nil {
		if s.items, err = p.Registry.Filterable(scope, plain.Area); err != nil {
			return s, err
		}
	}
	minor, err := s.inMinorUnits()
	if err != nil {
		return s, err
	}
	if s.filter, err = p.Registry.ParseFilter(ctx, scope, minor, append(others, searchParameter, web.After, web.Before)...); err != nil {
		return s, err
	}
	s.filter.Area = plain.Area
	if token := s.query.Get(searchParameter); token != "" {
		name, ok := p.searches.open(scope.Caller().Account, token, time.Now())
		if !ok {
			return s, fault.New(fault.Gone, "%s", word(ctx, "list.search_expired"))
		}
		s.filter.Name = name
	}
	cursor := web.CursorOf(s.query)
	s.from, err = position(cursor.Row)
	s.from.Back = cursor.Back
	return s, err
}

// ownArea is the area that holds all of a scope, 0 where no single area does.
func (p *pages) ownArea(scope access.Scope) int64 {
	ranges := scope.Ranges()
	if len(ranges) != 1 || ranges[0] == access.Everywhere {
		return 0
	}
	if key := ranges[0].Lo; p.Registry.Areas().Scheme().Range(key) == ranges[0] {
		return key
	}
	return 0
}

// inMinorUnits turns the bounds of money items into minor units, as the register filters by.
func (s selection) inMinorUnits() (url.Values, error) {
	query := url.Values{}
	for name, list := range s.query {
		item := s.moneyOf(name)
		if item == nil {
			query[name] = list
			continue
		}
		value, err := item.Parse(list[0])
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s", err).With(0, name, "%s", err)
		}
		query.Set(name, fmt.Sprint(value))
	}
	return query, nil
}

// moneyOf is the money item that a parameter bounds, nil for any other.
func (s selection) moneyOf(parameter string) *policy.Item {
	for _, item := range s.items {
		name := parameterOf(item)
		if item.Kind == policy.Money && (parameter == name+".min" || parameter == name+".max") {
			return item
		}
	}
	return nil
}

// parameterOf is the name of the filter on an item.
func parameterOf(item *policy.Item) string { return "i." + item.Subject + "." + item.Code }

// position reads a place in the list's order as positionText writes it.
func position(text string) (registry.Position, error) {
	if text == "" {
		return registry.Position{}, nil
	}
	first, second, _ := strings.Cut(text, ".")
	area, errArea := strconv.ParseInt(first, 10, 64)
	id, errID := strconv.ParseInt(second, 10, 64)
	if errArea != nil || errID != nil || area < 0 || id <= 0 {
		return registry.Position{}, fault.New(fault.Invalid, "there is no such place in the list").With(0, web.After, "is not a place in the list")
	}
	return registry.Position{Area: area, ID: id}, nil
}

func positionText(h registry.Household) string { return fmt.Sprintf("%d.%d", h.Area, h.ID) }
