package rest

import (
	"context"
	"math"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// AreaForm is what the form of an area states.
type AreaForm struct {
	Area     int64          `json:"area" doc:"Key of the area."`
	Code     string         `json:"code" doc:"Official code of the area."`
	Name     string         `json:"name"`
	Subject  string         `json:"subject" doc:"Code of its level: the subject of a change set."`
	ID       int64          `json:"id,omitempty" doc:"Of its record, for a change set; absent before the first answer."`
	Version  int64          `json:"version,omitempty" doc:"For base_ver of a change."`
	Facts    map[string]any `json:"facts" doc:"Values by item code; of each yearly section those of the year asked for, else the latest."`
	Answered map[string]int `json:"answered" doc:"By yearly section, the year whose answers are shown."`
	Years    []int          `json:"years" nullable:"false" doc:"That have answers, newest first."`
	Compared []Compared     `json:"compared" nullable:"false" doc:"Figures that the register counts itself; empty for who may not see all households of the area."`
}

// Compared is a stated figure beside what the register counts now.
type Compared struct {
	Item    string   `json:"item"`
	Stated  any      `json:"stated" doc:"null is unknown."`
	Counted *float64 `json:"counted,omitempty" doc:"A share is in percent; absent for a share of nobody."`
}

func (rooms Rooms) registerPlaces(api *rest.API) {
	type input struct {
		Key  int64 `path:"key"`
		Year int   `query:"year" minimum:"0" maximum:"2999" doc:"Whose yearly answers; 0 or absent for the latest of each section."`
	}
	rest.Register(api, rest.Operation{ID: "get-area-form", Method: http.MethodGet, Path: "/areas/{key}/form", Summary: "Read the form of a village, county or other area", Room: room, Verb: access.AreaRead,
		About: "It is changed by a change set whose row names the area."},
		func(ctx context.Context, in *input) (*struct{ Body AreaForm }, error) {
			form, err := rooms.areaForm(ctx, in.Key, in.Year)
			if err != nil {
				return nil, err
			}
			return &struct{ Body AreaForm }{form}, nil
		})
}

func (rooms Rooms) areaForm(ctx context.Context, key int64, year int) (AreaForm, error) {
	p, err := rooms.Registry.Place(ctx, rest.Scope(ctx), key, year)
	if err != nil {
		return AreaForm{}, err
	}
	out := AreaForm{Area: p.Key, Code: p.Code, Name: p.Name, Subject: p.Kind, ID: p.ID, Version: p.Ver, Facts: factsOf(p.Facts), Answered: answered(p.Answered), Years: append([]int{}, p.Years...), Compared: []Compared{}}
	if !access.May(rest.Caller(ctx), access.HouseholdList) {
		return out, nil
	}
	list, err := access.Decide(rest.Caller(ctx), access.HouseholdList)
	if err != nil {
		return out, err
	}
	if !list.HoldsAll(rooms.Registry.Areas().Scheme().Range(key)) {
		return out, nil
	}
	tally, err := rooms.Registry.Tally(ctx, list, key)
	if err != nil {
		return out, err
	}
	for _, s := range p.Compare(tally) {
		c := Compared{Item: s.Item.Code, Stated: s.Value}
		if !math.IsNaN(s.Counted) {
			c.Counted = &s.Counted
		}
		out.Compared = append(out.Compared, c)
	}
	return out, nil
}

// openForms finds the records of rows that name an area, and makes those that are not there yet.
func (rooms Rooms) openForms(ctx context.Context, in *submission) error {
	for i := range in.Body.Rows {
		row := &in.Body.Rows[i]
		if row.Area == 0 {
			continue
		}
		var p registry.Place
		var err error
		if p, err = rooms.Registry.OpenPlace(ctx, rest.Scope(ctx), row.Area); err != nil {
			return err
		}
		row.ID = p.ID
	}
	return nil
}
