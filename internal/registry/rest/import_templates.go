package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// ImportTemplate is a mapping that somebody saved under a name, for files with the same columns.
type ImportTemplate struct {
	ID      int64            `json:"id"`
	Name    string           `json:"name" example:"yearly survey"`
	Own     bool             `json:"own" doc:"You may rename and delete it."`
	Pack    string           `json:"pack" doc:"The policy pack whose items its columns are."`
	Columns []string         `json:"columns" nullable:"false" doc:"Of the file that it was made for."`
	Mapping registry.Mapping `json:"mapping" doc:"Without the day, which belongs to a file."`
	Created string           `json:"created" format:"date-time"`
	Used    string           `json:"used" format:"date-time"`
	Version int64            `json:"version"`
}

func templateOf(t registry.Template) ImportTemplate {
	return ImportTemplate{ID: t.ID, Name: t.Name, Own: t.Own, Pack: t.Pack, Columns: append([]string{}, t.Columns...), Mapping: t.Mapping, Created: moment(t.Created), Used: moment(t.Used), Version: t.Ver}
}

// named is the body that gives a saved mapping its name.
type named struct {
	Name string `json:"name" minLength:"1" maxLength:"80"`
}

func (rooms Rooms) registerImportTemplates(api *rest.API) {
	type nothing struct{}
	rest.Register(api, rest.Operation{ID: "list-import-templates", Method: http.MethodGet, Path: "/import-templates", Summary: "List saved mappings, the last used first", Room: room, Verb: access.ImportRun,
		About: "Those of your areas. A mapping serves a check of another file as it is, with the day of that file."},
		func(ctx context.Context, _ *nothing) (*rest.Listed[ImportTemplate], error) {
			found, err := rooms.Registry.Templates(ctx, rest.Scope(ctx))
			if err != nil {
				return nil, err
			}
			items := make([]ImportTemplate, len(found))
			for i, t := range found {
				items[i] = templateOf(t)
			}
			return rest.List(ctx, items, nil)
		})
	type saveInput struct {
		ID   int64 `path:"id"`
		Body named
	}
	type templateOutput struct{ Body ImportTemplate }
	rest.Register(api, rest.Operation{ID: "save-import-template", Method: http.MethodPost, Path: "/imports/{id}/template", Summary: "Save the mapping of an import under a name", Room: room, Verb: access.ImportRun, Status: http.StatusCreated,
		About: "The mapping of its last check. One of your own with the same name is replaced."},
		func(ctx context.Context, in *saveInput) (*templateOutput, error) {
			im, err := rooms.Registry.GetImport(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			if im.Mapping == nil {
				return nil, fault.New(fault.Conflict, "check the import first")
			}
			t, err := rooms.Registry.SaveTemplate(ctx, rest.Scope(ctx), im, *im.Mapping, in.Body.Name)
			if err != nil {
				return nil, err
			}
			return &templateOutput{templateOf(t)}, nil
		})
	rest.Register(api, rest.Operation{ID: "rename-import-template", Method: http.MethodPost, Path: "/import-templates/{id}/rename", Summary: "Give a saved mapping another name", Room: room, Verb: access.ImportRun, Status: http.StatusNoContent},
		func(ctx context.Context, in *saveInput) (*nothing, error) {
			return &nothing{}, rooms.Registry.RenameTemplate(ctx, rest.Scope(ctx), in.ID, in.Body.Name)
		})
	type deleteInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "delete-import-template", Method: http.MethodDelete, Path: "/import-templates/{id}", Summary: "Take a saved mapping away", Room: room, Verb: access.ImportRun,
		Unconditional: "only its name can change, and imports that used it keep their mapping"},
		func(ctx context.Context, in *deleteInput) (*nothing, error) {
			return &nothing{}, rooms.Registry.DeleteTemplate(ctx, rest.Scope(ctx), in.ID)
		})
}

func (rooms Rooms) registerBundles(api *rest.API) {
	type getInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-import-bundle", Method: http.MethodGet, Path: "/imports/{id}/bundle", Summary: "List the files of one upload", Room: room, Verb: access.ImportRun,
		About: "In the order in which they are applied: households, then persons, then entries; those without a mapping last. Give the first import's number as bundle of the uploads that follow it."},
		func(ctx context.Context, in *getInput) (*rest.Listed[Import], error) {
			im, err := rooms.Registry.GetImport(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return rooms.listBundle(ctx, im)
		})
	type applyInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body struct {
			OnError string `json:"on_error" enum:"stop,skip" doc:"stop: one rejected row keeps its file out and those after it. skip: rejected rows are left out and listed in the report."`
		}
	}
	type startedOutput struct {
		Body struct {
			Items []Import `json:"items" nullable:"false"`
		}
	}
	rest.Register(api, rest.Operation{ID: "apply-import-bundle", Method: http.MethodPost, Path: "/imports/{id}/apply-all", Summary: "Write all files of one upload, one after another", Room: room, Verb: access.ImportRun, Status: http.StatusAccepted,
		About: "Each under the mapping of its last check. If-Match is the version of the import that the address names."},
		func(ctx context.Context, in *applyInput) (*startedOutput, error) {
			im, err := rooms.current(ctx, in.Conditional, in.ID)
			if err != nil {
				return nil, err
			}
			if err := rooms.Registry.ApplyBundle(ctx, rest.Scope(ctx), im, registry.OnError(in.Body.OnError)); err != nil {
				return nil, err
			}
			list, err := rooms.listBundle(ctx, im)
			if err != nil {
				return nil, err
			}
			out := &startedOutput{}
			out.Body.Items = list.Body.Items
			return out, nil
		})
	type leaveInput struct {
		rest.Conditional
		ID int64 `path:"id"`
	}
	type nothing struct{}
	rest.Register(api, rest.Operation{ID: "leave-out-import", Method: http.MethodPost, Path: "/imports/{id}/leave-out", Summary: "Take an uploaded file away that is not wanted", Room: room, Verb: access.ImportRun, Status: http.StatusNoContent},
		func(ctx context.Context, in *leaveInput) (*nothing, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			return &nothing{}, rooms.Registry.LeaveOut(ctx, rest.Scope(ctx), in.ID, ver)
		})
}

// current returns an import that is still in the version on which the request is based.
func (rooms Rooms) current(ctx context.Context, based rest.Conditional, id int64) (registry.Import, error) {
	ver, err := based.Version(ctx)
	if err != nil {
		return registry.Import{}, err
	}
	im, err := rooms.Registry.GetImport(ctx, rest.Scope(ctx), id)
	if err == nil && im.Ver != ver {
		err = fault.New(fault.Stale, "the import was changed since you read it")
	}
	return im, err
}

func (rooms Rooms) listBundle(ctx context.Context, im registry.Import) (*rest.Listed[Import], error) {
	all, err := rooms.Registry.Bundle(ctx, rest.Scope(ctx), im)
	if err != nil {
		return nil, err
	}
	items := make([]Import, len(all))
	for i := range all {
		items[i] = importOf(all[i], nil)
	}
	return rest.List(ctx, items, nil)
}
