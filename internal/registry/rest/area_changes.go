package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/rest"
)

// AreaChange says that what lies in one area lies in another from a day on.
type AreaChange struct {
	ID   int64  `json:"id"`
	From string `json:"from" doc:"Official code of the area that ends."`
	To   string `json:"to" doc:"Official code of the area that it becomes, or becomes a part of."`
	Kind string `json:"kind" enum:"move,merge"`
	Day  string `json:"day" format:"date" doc:"From this day on the people of the old area no longer see its households, and those of the new one do."`
	Done bool   `json:"done" doc:"All households have followed."`
}

func (rooms Rooms) areaChanges(ctx context.Context, list ...area.Change) ([]AreaChange, error) {
	var keys []int64
	for _, c := range list {
		keys = append(keys, c.From, c.To)
	}
	codes, err := rooms.codes(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make([]AreaChange, len(list))
	for i, c := range list {
		out[i] = AreaChange{ID: c.ID, From: codes[c.From], To: codes[c.To], Kind: string(c.Kind), Day: c.Day.String(), Done: c.Done}
	}
	return out, nil
}

// mostAreaChanges is how many changes of areas are listed.
const mostAreaChanges = 500

func (rooms Rooms) registerAreaChanges(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-area-changes", Method: http.MethodGet, Path: "/area-changes", Summary: "List areas that become others, or have", Room: room, Verb: access.AreaEdit},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[AreaChange], error) {
			found, err := rooms.Registry.Areas().Changes(ctx, rest.Scope(ctx), mostAreaChanges)
			if err != nil {
				return nil, err
			}
			list, err := rooms.areaChanges(ctx, found...)
			if err != nil {
				return nil, err
			}
			return rest.List(ctx, list, nil)
		})
	type input struct {
		Body struct {
			From string `json:"from"`
			To   string `json:"to"`
			Kind string `json:"kind" enum:"move,merge"`
			Day  string `json:"day" format:"date"`
		}
	}
	type output struct{ Body AreaChange }
	rest.Register(api, rest.Operation{ID: "announce-area-change", Method: http.MethodPost, Path: "/area-changes", Summary: "Announce that an area becomes another", Room: room, Verb: access.AreaEdit,
		About: "Register the new area first. On the day the households follow by themselves, with numbers and history; a change cannot be taken back."},
		func(ctx context.Context, in *input) (*output, error) {
			day, err := clock.ParseDay(in.Body.Day)
			if err != nil {
				return nil, fault.New(fault.Invalid, "day is not a day").With(0, "body.day", "is not a day")
			}
			c := area.Change{Kind: area.ChangeKind(in.Body.Kind), Day: day}
			for code, key := range map[string]*int64{in.Body.From: &c.From, in.Body.To: &c.To} {
				place, err := rooms.Registry.Areas().ByCode(ctx, rest.Scope(ctx), code)
				if err != nil {
					return nil, err
				}
				*key = place.Key
			}
			if c, err = rooms.Registry.Areas().Announce(ctx, rest.Scope(ctx), c); err != nil {
				return nil, err
			}
			list, err := rooms.areaChanges(ctx, c)
			if err != nil {
				return nil, err
			}
			return &output{Body: list[0]}, nil
		})
}
