package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// CollectionWindow says when the answers of a year are collected in an area and below.
type CollectionWindow struct {
	ID        int64  `json:"id,omitempty" readOnly:"true"`
	Area      string `json:"area" doc:"Official code; empty for everywhere."`
	Section   string `json:"section,omitempty" doc:"A yearly form section; absent: all of them."`
	Year      int    `json:"year" minimum:"1900" maximum:"2999"`
	Reference string `json:"reference" format:"date" doc:"The day that the answers describe."`
	Opens     string `json:"opens" format:"date"`
	Locks     string `json:"locks" format:"date" doc:"The last day of the window."`
	LateUntil string `json:"late_until,omitempty" format:"date" doc:"The last day of late corrections, by who may, with a second person."`
	State     string `json:"state,omitempty" readOnly:"true" enum:"before,open,late,locked"`
	Version   int64  `json:"version,omitempty" readOnly:"true"`
}

func windowOf(w registry.Window, codes map[int64]string, today clock.Day) CollectionWindow {
	return CollectionWindow{ID: w.ID, Area: codes[w.Area], Section: w.Section, Year: w.Year, Reference: w.Reference.String(), Opens: w.Opens.String(), Locks: w.Locks.String(),
		LateUntil: day(w.LateUntil), State: string(w.State(today)), Version: w.Ver}
}

// window is the register's own form of a submitted window.
func (rooms Rooms) window(ctx context.Context, in CollectionWindow) (registry.Window, error) {
	w := registry.Window{Section: in.Section, Year: in.Year}
	wrong := fault.New(fault.Invalid, "the collection window is not in order")
	if in.Area != "" {
		a, err := rooms.Registry.Areas().ByCode(ctx, rest.Scope(ctx), in.Area)
		if err != nil {
			return w, err
		}
		w.Area = a.Key
	}
	var err error
	for _, one := range []struct {
		name, text string
		into       *clock.Day
	}{{"reference", in.Reference, &w.Reference}, {"opens", in.Opens, &w.Opens}, {"locks", in.Locks, &w.Locks}} {
		if *one.into, err = clock.ParseDay(one.text); err != nil {
			wrong.With(0, "body."+one.name, "is not a day")
		}
	}
	if in.LateUntil != "" {
		until, err := clock.ParseDay(in.LateUntil)
		if err != nil {
			wrong.With(0, "body.late_until", "is not a day")
		}
		w.LateUntil = &until
	}
	if len(wrong.Details) > 0 {
		return w, wrong
	}
	return w, nil
}

func (rooms Rooms) registerWindows(api *rest.API) {
	type windowOutput struct {
		rest.Tagged
		Body CollectionWindow
	}
	save := func(ctx context.Context, in CollectionWindow, id, ver int64) (*windowOutput, error) {
		w, err := rooms.window(ctx, in)
		if err != nil {
			return nil, err
		}
		w.ID, w.Ver = id, ver
		if w, err = rooms.Registry.SaveWindow(ctx, rest.Scope(ctx), w); err != nil {
			return nil, err
		}
		codes, err := rooms.codes(ctx, w.Area)
		if err != nil {
			return nil, err
		}
		return &windowOutput{Tagged: rest.Tag(ctx, w.Ver), Body: windowOf(w, codes, rest.Caller(ctx).Today)}, nil
	}
	rest.Register(api, rest.Operation{ID: "list-collection-windows", Method: http.MethodGet, Path: "/collection-windows", Summary: "List collection windows", Room: room, Verb: access.HouseholdList},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[CollectionWindow], error) {
			list, err := rooms.Registry.Windows(ctx, rest.Scope(ctx))
			if err != nil {
				return nil, err
			}
			keys := make([]int64, len(list))
			for i, w := range list {
				keys[i] = w.Area
			}
			codes, err := rooms.codes(ctx, keys...)
			if err != nil {
				return nil, err
			}
			items := make([]CollectionWindow, len(list))
			for i, w := range list {
				items[i] = windowOf(w, codes, rest.Caller(ctx).Today)
			}
			return rest.List(ctx, items, nil)
		})
	type createInput struct{ Body CollectionWindow }
	rest.Register(api, rest.Operation{ID: "create-collection-window", Method: http.MethodPost, Path: "/collection-windows", Summary: "Open a collection window", Room: room, Verb: access.WindowEdit},
		func(ctx context.Context, in *createInput) (*windowOutput, error) { return save(ctx, in.Body, 0, 0) })
	type changeInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body CollectionWindow
	}
	rest.Register(api, rest.Operation{ID: "change-collection-window", Method: http.MethodPut, Path: "/collection-windows/{id}", Summary: "Change a collection window", Room: room, Verb: access.WindowEdit},
		func(ctx context.Context, in *changeInput) (*windowOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			return save(ctx, in.Body, in.ID, ver)
		})
}
