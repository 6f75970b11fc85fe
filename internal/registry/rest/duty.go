package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Assignment says who answers for a household.
type Assignment struct {
	ID        int64  `json:"id"`
	Household string `json:"household" doc:"Number of the household." example:"000010485762"`
	Area      int64  `json:"area" doc:"Key of its area."`
	Person    string `json:"person" doc:"The staff number, or the login, of who answers for it."`
	From      string `json:"from" format:"date"`
	To        string `json:"to,omitempty" format:"date" doc:"The last day; absent while it is open."`
}

func assignmentOf(a office.Assignment) Assignment {
	return Assignment{ID: a.ID, Household: registry.Number(a.Household), Area: a.Area, Person: a.Person, From: a.From.String(), To: day(a.To)}
}

func (rooms Rooms) registerAssignments(api *rest.API) {
	type listInput struct {
		rest.Paged
		Person string `query:"person" maxLength:"100" doc:"Only those of this person."`
	}
	rest.Register(api, rest.Operation{ID: "list-assignments", Method: http.MethodGet, Path: "/assignments", Summary: "List who answers for which household, today or later", Room: room, Verb: access.AssignmentEdit},
		func(ctx context.Context, in *listInput) (*rest.Listed[Assignment], error) {
			read := func(after int64, rows int) ([]office.Assignment, error) {
				return rooms.Assignments.List(ctx, rest.Scope(ctx), in.Person, after, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(a office.Assignment) int64 { return a.ID }, rest.Each(assignmentOf))
		})
	type assignInput struct {
		Body struct {
			Login      string   `json:"login" minLength:"1" maxLength:"64" doc:"Login of who will answer for them."`
			Households []string `json:"households" minItems:"1" maxItems:"500" doc:"Numbers of the households."`
		}
	}
	type assignOutput struct {
		Body struct {
			New int `json:"new" doc:"How many were not assigned to the person before."`
		}
	}
	rest.Register(api, rest.Operation{ID: "assign-households", Method: http.MethodPost, Path: "/assignments", Summary: "Assign households to a person from today on", Room: room, Verb: access.AssignmentEdit,
		About: "All of them or, where one is not in your area, none."},
		func(ctx context.Context, in *assignInput) (*assignOutput, error) {
			households, err := rooms.Registry.ToAssign(ctx, rest.Scope(ctx), in.Body.Households)
			if err != nil {
				return nil, err
			}
			out := &assignOutput{}
			out.Body.New, err = rooms.Assignments.Assign(ctx, rest.Scope(ctx), in.Body.Login, households)
			return out, err
		})
	type endInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "end-assignment", Method: http.MethodPost, Path: "/assignments/{id}/end", Summary: "End an assignment today", Room: room, Verb: access.AssignmentEdit, Status: http.StatusNoContent},
		func(ctx context.Context, in *endInput) (*struct{}, error) {
			return nil, rooms.Assignments.End(ctx, rest.Scope(ctx), in.ID)
		})
}

// Declaration is a household or person that somebody declared as their own or kin.
type Declaration struct {
	Number   string `json:"number" doc:"Number of the household or person." example:"000010485762"`
	Relation string `json:"relation" enum:"self,spouse,parent,child,sibling,in_law"`
	Declared string `json:"declared,omitempty" format:"date-time"`
}

func (rooms Rooms) registerKin(api *rest.API) {
	type output struct {
		Body struct {
			Items []Declaration `json:"items" nullable:"false"`
		}
	}
	rest.Register(api, rest.Operation{ID: "list-own-kin", Method: http.MethodGet, Path: "/me/kin", Summary: "List what you have declared as your own household and kin", Room: room, Verb: rest.LoggedIn},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			list, err := rooms.Office.DeclaredBy(ctx, rest.Caller(ctx))
			if err != nil {
				return nil, err
			}
			out := &output{}
			out.Body.Items = make([]Declaration, len(list))
			for i, d := range list {
				out.Body.Items[i] = Declaration{Number: registry.Number(d.Subject), Relation: d.Relation, Declared: moment(d.Declared)}
			}
			return out, nil
		})
	type declareInput struct {
		Body struct {
			Number   string `json:"number" minLength:"1" maxLength:"20"`
			Relation string `json:"relation" enum:"self,spouse,parent,child,sibling,in_law"`
		}
	}
	rest.Register(api, rest.Operation{ID: "declare-kin", Method: http.MethodPost, Path: "/me/kin", Summary: "Declare a household or person as your own or kin", Room: room, Verb: rest.LoggedIn, Status: http.StatusNoContent,
		About: "You then take no step in their matters. It is not said whether the number exists, and a declaration is not taken back."},
		func(ctx context.Context, in *declareInput) (*struct{}, error) {
			return nil, rooms.Registry.Declare(ctx, rest.Caller(ctx), rooms.Office, in.Body.Number, in.Body.Relation)
		})
}
