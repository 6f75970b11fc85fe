package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Unmasked is a secret field, shown once for a reason.
type Unmasked struct {
	Field string `json:"field"`
	Value string `json:"value"`
	Until string `json:"until" format:"date-time" doc:"Until when it may be used; ask again afterwards."`
}

func (rooms Rooms) registerUnmask(api *rest.API) {
	type input struct {
		Number string `path:"number" example:"000010485789"`
		Body   struct {
			Field  string `json:"field" example:"national_id" maxLength:"100"`
			Reason string `json:"reason" maxLength:"500" doc:"Why the whole value is needed; it is journalled and read by a reviewer."`
		}
	}
	type output struct{ Body Unmasked }
	operation := func(kind, collection string) {
		rest.Register(api, rest.Operation{ID: "unmask-" + kind + "-field", Method: http.MethodPost, Path: "/" + collection + "/{number}/unmask", Summary: "See one secret field of one " + kind,
			Room: room, Verb: access.FieldUnmask,
			About: "At most 20 an hour, only in a session whose user has proved who they are in the last 15 minutes: a token cannot. Each is journalled and raises an alert to a reviewer."},
			func(ctx context.Context, in *input) (*output, error) {
				id, err := numbered(in.Number)
				if err != nil {
					return nil, err
				}
				u, err := rooms.Registry.Unmask(ctx, rest.Scope(ctx), kind, id, in.Body.Field, in.Body.Reason)
				if err != nil {
					return nil, err
				}
				_, _, value, err := rooms.Registry.Unmasked(ctx, rest.Scope(ctx), u.ID)
				if err != nil {
					return nil, err
				}
				return &output{Body: Unmasked{Field: u.Field, Value: value, Until: moment(u.Ends)}}, nil
			})
	}
	operation(registry.SubjectHousehold, "households")
	operation(registry.SubjectPerson, "persons")
}
