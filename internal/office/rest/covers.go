package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/office"
	"rightkey/internal/rest"
)

// Cover is that somebody holds the office of an official who is away.
type Cover struct {
	ID      int64  `json:"id"`
	Absent  int64  `json:"absent" doc:"Account of the official who is away."`
	Deputy  int64  `json:"deputy" doc:"Account of who stands in."`
	Role    string `json:"role" example:"township-clerk"`
	Area    int64  `json:"area" doc:"Key of the area of the office, 0 for everywhere."`
	Since   string `json:"since" format:"date"`
	Till    string `json:"till" format:"date" doc:"The last day; before since where the cover was ended before it began."`
	Reason  string `json:"reason"`
	Ended   bool   `json:"ended"`
	Version int64  `json:"version"`
}

func coverOf(v office.Cover, today clock.Day) Cover {
	return Cover{ID: v.ID, Absent: v.Absent, Deputy: v.Deputy, Role: v.Role, Area: v.Area, Since: v.Since.String(), Till: v.Till.String(), Reason: v.Reason, Ended: v.Ended(today), Version: v.Ver}
}

func (rooms Rooms) registerCovers(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-covers", Method: http.MethodGet, Path: "/covers", Summary: "List who stands in for officials who are away, newest first", Room: room, Verb: access.CoverGive},
		func(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[Cover], error) {
			today := rest.Caller(ctx).Today
			read := func(before int64, rows int) ([]office.Cover, error) {
				return rooms.Office.ListCovers(ctx, rest.Scope(ctx), before, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(v office.Cover) int64 { return v.ID }, rest.Each(func(v office.Cover) Cover { return coverOf(v, today) }))
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	type output struct {
		rest.Tagged
		Body Cover
	}
	rest.Register(api, rest.Operation{ID: "get-cover", Method: http.MethodGet, Path: "/covers/{id}", Summary: "Read who stands in for an official", Room: room, Verb: access.CoverGive},
		func(ctx context.Context, in *getInput) (*output, error) {
			v, err := rooms.Office.OneCover(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &output{Tagged: rest.Tag(ctx, v.Ver), Body: coverOf(v, rest.Caller(ctx).Today)}, nil
		})
	type giveInput struct {
		Body struct {
			Absent int64  `json:"absent" doc:"Account of the official who is away."`
			Role   string `json:"role"`
			Area   int64  `json:"area,omitempty" doc:"Key of the area of the office; left out for everywhere."`
			Deputy string `json:"deputy" minLength:"1" doc:"Login of who stands in."`
			Since  string `json:"since,omitempty" format:"date" doc:"Left out: today."`
			Till   string `json:"till" format:"date" doc:"The last day."`
			Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Without names of households."`
		}
	}
	type given struct {
		Body struct {
			Approval int64 `json:"approval,omitempty" doc:"Number of the request that an administrator has to agree to; absent where the deputy is named already."`
		}
	}
	rest.Register(api, rest.Operation{ID: "give-cover", Method: http.MethodPost, Path: "/covers", Summary: "Name a deputy for an official who is away", Room: room, Verb: access.CoverGive,
		About: "It needs a fresh proof of who you are, which a token cannot give. Where the role opens households, an administrator has to agree."},
		func(ctx context.Context, in *giveInput) (*given, error) {
			b, out := in.Body, &given{}
			v := office.Cover{Absent: b.Absent, Role: b.Role, Area: b.Area, Reason: b.Reason}
			var err error
			if v.Till, err = clock.ParseDay(b.Till); err == nil && b.Since != "" {
				v.Since, err = clock.ParseDay(b.Since)
			}
			if err != nil {
				return nil, err
			}
			asked, err := rooms.Office.Cover(ctx, rest.Caller(ctx), v, b.Deputy)
			out.Body.Approval = asked.ID
			return out, err
		})
	type endInput struct {
		getInput
		rest.Conditional
	}
	rest.Register(api, rest.Operation{ID: "end-cover", Method: http.MethodPost, Path: "/covers/{id}/end", Summary: "End a deputy's days at once", Room: room, Verb: access.CoverGive, Status: http.StatusNoContent},
		func(ctx context.Context, in *endInput) (*struct{}, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			return nil, rooms.Office.EndCover(ctx, rest.Scope(ctx), in.ID, ver)
		})
}
