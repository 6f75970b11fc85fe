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
	To   string `json:"to,omitempty" doc:"Official code of the area that it becomes, becomes a part of, or gives households to."`
	Kind string `json:"kind" enum:"move,merge,split,rename"`
	Code string `json:"code,omitempty" doc:"Of a rename: the official code from then on."`
	Name string `json:"name,omitempty" doc:"Of a rename: the name from then on."`
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
		out[i] = AreaChange{ID: c.ID, From: codes[c.From], To: codes[c.To], Kind: string(c.Kind), Day: c.Day.String(), Code: c.Code, Name: c.Name, Done: c.Done}
	}
	return out, nil
}

// coded is the key of the area in scope with an official code.
func (rooms Rooms) coded(ctx context.Context, code string) (int64, error) {
	place, err := rooms.Registry.Areas().ByCode(ctx, rest.Scope(ctx), code)
	return place.Key, err
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
			From       string   `json:"from"`
			To         string   `json:"to,omitempty" doc:"Of a rename absent."`
			Kind       string   `json:"kind" enum:"move,merge,split,rename" doc:"move: it goes on as the other, which is registered for it. merge: it becomes part of another. split: it gives some households to a new one. rename: another code or name."`
			Day        string   `json:"day" format:"date"`
			Code       string   `json:"code,omitempty" maxLength:"40"`
			Name       string   `json:"name,omitempty" maxLength:"200"`
			Households []string `json:"households,omitempty" maxItems:"5000" doc:"Of a split: numbers of the households that go to the new area."`
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
			c := area.Change{Kind: area.ChangeKind(in.Body.Kind), Day: day, Code: in.Body.Code, Name: in.Body.Name}
			if c.From, err = rooms.coded(ctx, in.Body.From); err != nil {
				return nil, err
			}
			if c.Kind != area.Renamed {
				if c.To, err = rooms.coded(ctx, in.Body.To); err != nil {
					return nil, err
				}
			}
			if c, err = rooms.Registry.AnnounceAreaChange(ctx, rest.Scope(ctx), c, in.Body.Households); err != nil {
				return nil, err
			}
			list, err := rooms.areaChanges(ctx, c)
			if err != nil {
				return nil, err
			}
			return &output{Body: list[0]}, nil
		})
}
