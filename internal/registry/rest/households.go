package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Household is a row of the register.
type Household struct {
	Number   string `json:"number" example:"000010485771" doc:"The permanent number; its last digit is a check digit."`
	Area     string `json:"area" doc:"Official code of the area."`
	Status   string `json:"status,omitempty" doc:"Code of the pack's list of statuses."`
	Since    string `json:"since" format:"date" doc:"The day from which the status holds."`
	HeadName string `json:"head_name,omitempty" doc:"Name of the head, for who may see names."`
	Members  int    `json:"members"`
	Opened   string `json:"opened" format:"date"`
	Closed   string `json:"closed,omitempty" format:"date" doc:"The day on which the household ended."`
	Version  int64  `json:"version"`
}

// Person is a registered person, in the household in which he lives or lived.
type Person struct {
	Number        string         `json:"number"`
	Name          string         `json:"name,omitempty"`
	Sex           string         `json:"sex,omitempty" doc:"Code of the pack's list."`
	Birth         string         `json:"birth,omitempty" format:"date"`
	Died          string         `json:"died,omitempty" format:"date"`
	IdentityTail  string         `json:"identity_tail,omitempty" doc:"The last characters of the national identity number."`
	IdentityState string         `json:"identity_state,omitempty" enum:"confirmed,provisional" doc:"Provisional: somebody else claimed the number first."`
	Relation      string         `json:"relation,omitempty" doc:"Code of the pack's list, to the head."`
	Head          bool           `json:"head"`
	From          string         `json:"from,omitempty" format:"date" doc:"The first day in the household."`
	To            string         `json:"to,omitempty" format:"date" doc:"The last day in the household, of a former member."`
	Household     string         `json:"household" doc:"Number of the household."`
	Facts         map[string]any `json:"facts" doc:"Values by item code."`
	Version       int64          `json:"version"`
}

// Dwelling is a house that the household lives or lived in.
type Dwelling struct {
	ID      int64          `json:"id"`
	Version int64          `json:"version" doc:"For base_ver of a change."`
	From    string         `json:"from" format:"date"`
	To      string         `json:"to,omitempty" format:"date"`
	Lat     *float64       `json:"lat,omitempty" doc:"Degrees (WGS 84)."`
	Lon     *float64       `json:"lon,omitempty"`
	Facts   map[string]any `json:"facts"`
}

// Entry is an amount of income or expenditure in a period.
type Entry struct {
	ID       int64           `json:"id"`
	Subject  string          `json:"subject" enum:"income,expenditure"`
	Class    string          `json:"class"`
	Source   string          `json:"source,omitempty"`
	From     string          `json:"from" format:"date"`
	To       string          `json:"to" format:"date"`
	Amount   int64           `json:"amount" doc:"Minor units of the currency."`
	Currency string          `json:"currency" example:"CNY"`
	Basis    string          `json:"basis,omitempty"`
	Person   string          `json:"person,omitempty" doc:"Number of the member whose it is; absent: of the household as a whole."`
	Evidence json.RawMessage `json:"evidence,omitempty" doc:"How the amount was computed, where it was."`
	Version  int64           `json:"version" doc:"For base_ver of a change."`
}

// StatusChange is a status that the household had from a day on.
type StatusChange struct {
	Status string `json:"status"`
	From   string `json:"from" format:"date"`
	Source string `json:"source"`
}

// Year is the year of the yearly sections' answers in a household's file.
type Year struct {
	Year int    `query:"year" minimum:"1900" maximum:"2999" doc:"Of yearly form sections, the answers of this year; without it the latest of each section."`
	AsOf string `query:"as_of" format:"date" doc:"The file as it stood on this day, as far as the register knows today; not together with year."`
}

// HouseholdFile is all that the register holds of a household and the caller may see.
type HouseholdFile struct {
	Household
	Pack      string         `json:"pack" doc:"The policy pack whose items the facts are."`
	Facts     map[string]any `json:"facts" doc:"Values by item code; what is not there is unknown or not for your eyes."`
	Answered  map[string]int `json:"answered" doc:"The year whose answers facts holds, by yearly form section."`
	Years     []int          `json:"years" nullable:"false" doc:"The years of which anything is answered or entered, newest first."`
	Persons   []Person       `json:"persons" nullable:"false" doc:"Present members, the head first."`
	Former    []Person       `json:"former" nullable:"false"`
	Dwellings []Dwelling     `json:"dwellings" nullable:"false"`
	Entries   []Entry        `json:"entries" nullable:"false" doc:"Newest period first."`
	Statuses  []StatusChange `json:"statuses" nullable:"false"`
	Waiting   []int64        `json:"waiting" nullable:"false" doc:"Change sets that nobody has decided."`
}

func householdOf(h registry.Household, codes map[int64]string) Household {
	return Household{Number: h.Number, Area: codes[h.Area], Status: h.Status, Since: h.Since.String(), HeadName: h.HeadName, Members: h.Members,
		Opened: h.Opened.String(), Closed: day(h.Closed), Version: h.Ver}
}

func personOf(m registry.Member, household string) Person {
	p := Person{Number: m.Number, Name: m.Name, Sex: m.Sex, Birth: day(m.Birth), Died: day(m.Died), IdentityTail: m.IDTail, Relation: m.Relation,
		Head: m.IsHead, To: day(m.To), Household: household, Facts: factsOf(m.Facts), Version: m.Ver}
	if m.IDTail != "" {
		p.IdentityState = m.IDState
	}
	if m.From != 0 {
		p.From = m.From.String()
	}
	return p
}

func personsOf(list []registry.Member, household string) []Person {
	persons := make([]Person, len(list))
	for i, m := range list {
		persons[i] = personOf(m, household)
	}
	return persons
}

// answered is never null.
func answered(years map[string]int) map[string]int {
	if years == nil {
		return map[string]int{}
	}
	return years
}

// factsOf leaves unknown values out.
func factsOf(facts policy.Facts) map[string]any {
	known := map[string]any{}
	for code, value := range facts {
		if value != nil {
			known[code] = value
		}
	}
	return known
}

func fileOf(f registry.File, codes map[int64]string) HouseholdFile {
	out := HouseholdFile{Household: householdOf(f.Household, codes), Pack: f.Pack.ID, Facts: factsOf(f.Facts), Answered: answered(f.Answered), Years: append([]int{}, f.Years...), Persons: personsOf(f.Members, f.Number), Former: personsOf(f.Former, f.Number),
		Dwellings: []Dwelling{}, Entries: []Entry{}, Statuses: []StatusChange{}, Waiting: []int64{}}
	out.HeadName = ""
	for _, m := range f.Members {
		if m.IsHead {
			out.HeadName = m.Name
		}
	}
	for _, d := range f.Dwellings {
		out.Dwellings = append(out.Dwellings, Dwelling{ID: d.ID, Version: d.Ver, From: d.From.String(), To: day(d.To), Lat: d.Lat, Lon: d.Lon, Facts: factsOf(d.Facts)})
	}
	for _, e := range f.Entries {
		out.Entries = append(out.Entries, entryOf(e))
	}
	for _, s := range f.Statuses {
		out.Statuses = append(out.Statuses, StatusChange{Status: s.Status, From: s.From.String(), Source: s.Source})
	}
	for _, set := range f.Waiting {
		out.Waiting = append(out.Waiting, set.ID)
	}
	return out
}

func entryOf(e registry.Entry) Entry {
	entry := Entry{ID: e.ID, Subject: e.Subject, Class: e.Class, Source: e.Source, From: e.From.String(), To: e.To.String(), Amount: e.Minor, Currency: e.Currency, Basis: e.Basis, Version: e.Ver}
	if e.Person != 0 {
		entry.Person = registry.Number(e.Person)
	}
	if e.Evidence != "" {
		entry.Evidence = json.RawMessage(e.Evidence)
	}
	return entry
}

// Filters are those of a list of households. A filter that does not exist is refused.
type Filters struct {
	Area       string            `query:"area" doc:"Official code of an area: households there and below."`
	Status     []string          `query:"status,explode" doc:"Any of these codes; give it several times."`
	StatusNot  []string          `query:"status_not,explode" doc:"None of these codes; give it several times."`
	Verdict    []string          `query:"verdict,explode" enum:"poor,not_poor,unknown" doc:"What the newest assessment says, any of these. With status_not it lists the poor that are not registered."`
	Number     string            `query:"number" doc:"The household's number."`
	Answered   string            `query:"answered" doc:"A year, or year.section: households of whom something of it is answered or entered." example:"2014"`
	Unanswered string            `query:"unanswered" doc:"A year, or year.section: households of whom nothing of it is."`
	Closed     bool              `query:"closed" doc:"Also households that have ended."`
	Item       map[string]string `query:"item,deepObject" doc:"Conditions on items that the pack marks for lists, all of which hold: item[household.roof]=3 (a code, true or false; several times for any of them), item[household.land.min]=2 and item[household.land.max]=5 (numbers, days, amounts in minor units)."`

	asked url.Values
}

// Resolve keeps the address: a repeated filter means any of its values.
func (f *Filters) Resolve(ctx huma.Context) []error {
	address := ctx.URL()
	f.asked = address.Query()
	return nil
}

// filter is the register's own form of the filters.
func (f *Filters) filter(ctx context.Context, rooms Rooms) (registry.Filter, error) {
	parameters := url.Values{"area": {f.Area}, "status": f.Status, "status.not": f.StatusNot, "verdict": f.Verdict, "number": {f.Number}, "answered": {f.Answered}, "unanswered": {f.Unanswered}}
	if f.Closed {
		parameters.Set("closed", "1")
	}
	for name, values := range f.asked {
		inner, isItem := strings.CutPrefix(name, "item[")
		if !isItem {
			continue
		}
		code, closed := strings.CutSuffix(inner, "]")
		if !closed || code == "" {
			return registry.Filter{}, fault.New(fault.Invalid, "there is no filter %q", name).With(0, "query."+name, "unknown filter")
		}
		parameters["i."+code] = values
	}
	return rooms.Registry.ParseFilter(ctx, rest.Scope(ctx), parameters)
}

func (rooms Rooms) registerHouseholds(api *rest.API) {
	type listInput struct {
		rest.Paged
		Filters
	}
	rest.Register(api, rest.Operation{ID: "list-households", Method: http.MethodGet, Path: "/households", Summary: "List households by area", Room: room, Verb: access.HouseholdList,
		About: "Households in your areas, in the order of areas. An unknown filter is refused, never ignored. Names are no filter here: they do not belong in an address."},
		func(ctx context.Context, in *listInput) (*rest.Listed[Household], error) {
			f, err := in.filter(ctx, rooms)
			if err != nil {
				return nil, err
			}
			read := func(after registry.Position, rows int) ([]registry.Household, error) {
				return rooms.Registry.Browse(ctx, rest.Scope(ctx), f, after, rows)
			}
			at := func(h registry.Household) registry.Position { return registry.Position{Area: h.Area, ID: h.ID} }
			show := func(page []registry.Household) ([]Household, error) { return rooms.households(ctx, page) }
			return rest.Listing(ctx, in.Paged, read, at, show)
		})
	type getInput struct {
		Number string `path:"number" example:"000010485771"`
		Year
	}
	type fileOutput struct {
		rest.Tagged
		Body HouseholdFile
	}
	rest.Register(api, rest.Operation{ID: "get-household", Method: http.MethodGet, Path: "/households/{number}", Summary: "Read a household's file", Room: room, Verb: access.HouseholdRead,
		About: "The reading is journalled before it is answered. The ETag is the household's version, for If-Match of a change."},
		func(ctx context.Context, in *getInput) (*fileOutput, error) {
			f, codes, err := rooms.open(ctx, in.Number, in.Year)
			if err != nil {
				return nil, err
			}
			return &fileOutput{Tagged: rest.Tag(ctx, f.Ver), Body: fileOf(f, codes)}, nil
		})
	rest.Register(api, rest.Operation{ID: "list-household-persons", Method: http.MethodGet, Path: "/households/{number}/persons", Summary: "List the members of a household", Room: room, Verb: access.HouseholdRead,
		About: "Present members, the head first, then former ones. The reading is journalled."},
		func(ctx context.Context, in *getInput) (*rest.Listed[Person], error) {
			f, _, err := rooms.open(ctx, in.Number, in.Year)
			if err != nil {
				return nil, err
			}
			return rest.List(ctx, append(personsOf(f.Members, f.Number), personsOf(f.Former, f.Number)...), nil)
		})
}

func (rooms Rooms) households(ctx context.Context, found []registry.Household) ([]Household, error) {
	keys := make([]int64, len(found))
	for i, h := range found {
		keys[i] = h.Area
	}
	codes, err := rooms.codes(ctx, keys...)
	if err != nil {
		return nil, err
	}
	items := make([]Household, len(found))
	for i, h := range found {
		items[i] = householdOf(h, codes)
	}
	return items, nil
}

func (rooms Rooms) open(ctx context.Context, number string, view Year) (registry.File, map[int64]string, error) {
	id, err := numbered(number)
	if err != nil {
		return registry.File{}, nil, err
	}
	f, err := rooms.file(ctx, id, view)
	if err != nil {
		return f, nil, err
	}
	codes, err := rooms.codes(ctx, f.Area)
	return f, codes, err
}

// file is the file of a year, or as it stood on a day.
func (rooms Rooms) file(ctx context.Context, id int64, view Year) (registry.File, error) {
	if view.AsOf == "" {
		return rooms.Registry.OpenYear(ctx, rest.Scope(ctx), id, view.Year)
	}
	on, err := clock.ParseDay(view.AsOf)
	if err != nil || on > rest.Caller(ctx).Today || view.Year != 0 {
		return registry.File{}, fault.New(fault.Invalid, "as_of is not a day up to today, or stands beside year").With(0, "query.as_of", "is not a day up to today, or stands beside year")
	}
	return rooms.Registry.OpenAsOf(ctx, rest.Scope(ctx), id, on)
}

func (rooms Rooms) registerPersons(api *rest.API) {
	type getInput struct {
		Number string `path:"number" example:"000010485789"`
	}
	type personOutput struct {
		rest.Tagged
		Body Person
	}
	rest.Register(api, rest.Operation{ID: "get-person", Method: http.MethodGet, Path: "/persons/{number}", Summary: "Read a person", Room: room, Verb: access.HouseholdRead,
		About: "The reading is journalled before it is answered. The ETag is the person's version, for If-Match of a change."},
		func(ctx context.Context, in *getInput) (*personOutput, error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			m, h, err := rooms.Registry.OpenPerson(ctx, rest.Scope(ctx), id)
			if err != nil {
				return nil, err
			}
			return &personOutput{Tagged: rest.Tag(ctx, m.Ver), Body: personOf(m, h.Number)}, nil
		})
}
