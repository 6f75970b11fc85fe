package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/policy/library"
	"rightkey/internal/rest"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Areas *area.Service
	Loads *office.FileLoads
	Jobs  *job.Runner
	Packs *library.Library
	// Approvals are acts of two persons.
	Approvals     *office.Approvals
	Office        *office.Service // covers
	Organisations *office.Organisations
	// Assignments open inspections, Alerts are leads for reviewers.
	Assignments *office.Assignments
	Alerts      *office.Alerts
	// RecordNumber is the number by which people know a household or person; a later room says it.
	RecordNumber func(id int64) string
	// OrganisationLoads takes files of organisations.
	OrganisationLoads *office.FileLoads
}

const room = "Areas, packs and jobs"

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rooms.registerAreas(api)
	registerLoads(api, loads{of: rooms.Loads, verb: access.AreaEdit, noun: "area", columns: "code and name, and as you have them parent, level, lat, lon, valid_from, valid_to, name_LANG"})
	registerLoads(api, loads{of: rooms.OrganisationLoads, verb: access.OrganisationEdit, noun: "organisation", columns: "name, kind and area, and as you have them number, parent, contact, phone, from, to, identifier.CODE"})
	rooms.registerJobs(api)
	rooms.registerPacks(api)
	rooms.registerApprovals(api)
	rooms.registerOrganisations(api)
	rooms.registerAlerts(api)
	rooms.registerInspections(api)
	rooms.registerCovers(api)
}

// Area is an administrative area.
type Area struct {
	Key    int64     `json:"key" doc:"A decimal path of fixed-width levels; everything below an area lies between its key and the next area's of the same level."`
	Level  int       `json:"level" doc:"1 is the outermost."`
	Parent int64     `json:"parent" doc:"Key of the area around it, 0 at the first level."`
	Code   string    `json:"code" doc:"The official code, which may be reissued; the key never is."`
	Name   string    `json:"name"`
	Names  i18n.Text `json:"names,omitempty" doc:"The name in other languages, by language code."`
	Lat    *float64  `json:"lat,omitempty" doc:"Degrees of latitude (WGS 84) of a point in the area."`
	Lon    *float64  `json:"lon,omitempty" doc:"Degrees of longitude."`
	From   string    `json:"from" format:"date" doc:"The first day on which this name and code hold."`
	To     string    `json:"to,omitempty" format:"date" doc:"The last day of an area that exists no longer."`
}

// Past is a name and code that an area had.
type Past struct {
	Code string `json:"code"`
	Name string `json:"name"`
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date"`
}

// AreaFile is an area with where it lies and what it was called.
type AreaFile struct {
	Area
	Path    []Area `json:"path" doc:"The areas around it, outermost first, and itself."`
	History []Past `json:"history" doc:"Former names and codes, newest first."`
}

func areaOf(a area.Area) Area {
	out := Area{Key: a.Key, Level: a.Level, Parent: a.Parent, Code: a.Code, Name: a.Name, Names: a.Names, Lat: a.Lat, Lon: a.Lon, From: a.From.String()}
	if a.To != nil {
		out.To = a.To.String()
	}
	return out
}

func areasOf(list []area.Area) []Area {
	out := make([]Area, len(list))
	for i, a := range list {
		out[i] = areaOf(a)
	}
	return out
}

func (rooms Rooms) registerAreas(api *rest.API) {
	type listInput struct {
		rest.Paged
		Parent int64 `query:"parent" minimum:"0" doc:"Key of the area whose parts are listed; 0 or absent for the first level."`
	}
	rest.Register(api, rest.Operation{ID: "list-areas", Method: http.MethodGet, Path: "/areas", Summary: "List the areas directly below one", Room: room, Verb: access.AreaRead,
		About: "Areas in your areas, and those around them, by key."},
		func(ctx context.Context, in *listInput) (*rest.Listed[Area], error) {
			read := func(after int64, rows int) ([]area.Area, error) {
				return rooms.Areas.Children(ctx, rest.Scope(ctx), in.Parent, after, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(a area.Area) int64 { return a.Key }, rest.Each(areaOf))
		})
	type searchInput struct {
		Text  string `query:"q" required:"true" minLength:"1" maxLength:"100" doc:"Part of a name or code."`
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many rows to answer at most."`
	}
	rest.Register(api, rest.Operation{ID: "search-areas", Method: http.MethodGet, Path: "/areas/search", Summary: "Find areas by name or code", Room: room, Verb: access.AreaRead,
		About: "The best matches first: names that begin with the text, outer levels before inner ones. There is no next page; ask for more exactly."},
		func(ctx context.Context, in *searchInput) (*rest.Listed[Area], error) {
			found, err := rooms.Areas.Search(ctx, rest.Scope(ctx), in.Text, in.Limit)
			if err != nil {
				return nil, err
			}
			return rest.List(ctx, areasOf(found), nil)
		})
	type getInput struct {
		Key int64 `path:"key"`
	}
	rest.Register(api, rest.Operation{ID: "get-area", Method: http.MethodGet, Path: "/areas/{key}", Summary: "Read one area with its path and history", Room: room, Verb: access.AreaRead},
		func(ctx context.Context, in *getInput) (*struct{ Body AreaFile }, error) {
			file, err := rooms.area(ctx, in.Key)
			if err != nil {
				return nil, err
			}
			return &struct{ Body AreaFile }{file}, nil
		})
}

func (rooms Rooms) area(ctx context.Context, key int64) (AreaFile, error) {
	a, err := rooms.Areas.Get(ctx, rest.Scope(ctx), key)
	if err != nil {
		return AreaFile{}, err
	}
	path, err := rooms.Areas.Path(ctx, key)
	if err != nil {
		return AreaFile{}, err
	}
	history, err := rooms.Areas.History(ctx, rest.Scope(ctx), key)
	if err != nil {
		return AreaFile{}, err
	}
	file := AreaFile{Area: areaOf(a), Path: areasOf(path), History: []Past{}}
	for _, p := range history {
		file.History = append(file.History, Past{Code: p.Code, Name: p.Name, From: p.From.String(), To: p.To.String()})
	}
	return file, nil
}
