package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// NormTable is what an area itself says a unit of each product yields, fetches and costs in a year.
type NormTable struct {
	Area  string `json:"area" readOnly:"true" doc:"Official code; empty for everywhere."`
	Year  int    `json:"year" readOnly:"true"`
	Norms []Norm `json:"norms" nullable:"false" maxItems:"500" doc:"A product that is missing has the norm of the nearest area above."`
	Count []Norm `json:"count,omitempty" readOnly:"true" doc:"The norms that count in the area, those of areas above among them."`
}

// Norm is what a unit of a product yields, fetches and costs; what is absent is unknown.
type Norm struct {
	Product string `json:"product" doc:"Code of the pack's section norms."`
	Yield   string `json:"yield,omitempty" maxLength:"20" doc:"Of one unit of the product's item, a decimal number." example:"312.5"`
	Price   *int64 `json:"price,omitempty" doc:"Of one unit of the yield, in minor units of the pack's currency."`
	Cost    *int64 `json:"cost,omitempty" doc:"Of one unit of the product's item, in minor units."`
	Area    string `json:"area,omitempty" readOnly:"true" doc:"Official code of the area whose norm it is; empty for everywhere."`
}

func (rooms Rooms) normTable(ctx context.Context, t registry.NormTable) (*normOutput, error) {
	counts, err := rooms.Registry.NormsAt(ctx, t.Area, t.Year)
	if err != nil {
		return nil, err
	}
	keys := []int64{t.Area}
	for _, n := range counts {
		keys = append(keys, n.Area)
	}
	codes, err := rooms.codes(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := &normOutput{Tagged: rest.Tag(ctx, t.Ver), Body: NormTable{Area: codes[t.Area], Year: t.Year, Norms: []Norm{}}}
	for _, row := range t.Rows {
		out.Body.Norms = append(out.Body.Norms, normOf(row, codes[t.Area]))
	}
	pack, err := rooms.Registry.Pack(t.Area)
	if err != nil {
		return nil, err
	}
	for _, product := range registry.ProductsOf(pack) {
		if n, ok := counts[product.Code]; ok {
			out.Body.Count = append(out.Body.Count, normOf(n.NormRow, codes[n.Area]))
		}
	}
	return out, nil
}

func normOf(row registry.NormRow, area string) Norm {
	return Norm{Product: row.Product, Yield: row.Yield, Price: row.Price, Cost: row.Cost, Area: area}
}

type normOutput struct {
	rest.Tagged
	Body NormTable
}

type normInput struct {
	Key  int64 `path:"key" doc:"Key of the area; 0 for everywhere."`
	Year int   `path:"year" minimum:"1900" maximum:"2999"`
}

func (rooms Rooms) registerNorms(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-norms", Method: http.MethodGet, Path: "/areas/{key}/norms/{year}", Summary: "Read the norms of an area and year", Room: room, Verb: access.HouseholdList,
		About: "The ETag is the version of the area's own table, for changing it."},
		func(ctx context.Context, in *normInput) (*normOutput, error) {
			t, err := rooms.Registry.NormTable(ctx, rest.Scope(ctx), in.Key, in.Year)
			if err != nil {
				return nil, err
			}
			return rooms.normTable(ctx, t)
		})
	type putInput struct {
		rest.Conditional
		normInput
		Body NormTable
	}
	rest.Register(api, rest.Operation{ID: "put-norms", Method: http.MethodPut, Path: "/areas/{key}/norms/{year}", Summary: "Say what the norms of an area and year are", Room: room, Verb: access.NormEdit,
		About: "Replaces the area's own table. What is wrong is named by row, from 1, field and reason; nothing is stored then."},
		func(ctx context.Context, in *putInput) (*normOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			t := registry.NormTable{Area: in.Key, Year: in.Year, Ver: ver}
			for _, n := range in.Body.Norms {
				t.Rows = append(t.Rows, registry.NormRow{Product: n.Product, Yield: n.Yield, Price: n.Price, Cost: n.Cost})
			}
			if t, err = rooms.Registry.SaveNormTable(ctx, rest.Scope(ctx), t); err != nil {
				return nil, err
			}
			return rooms.normTable(ctx, t)
		})
}
