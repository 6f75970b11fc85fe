package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/rest"
)

type givingInput struct {
	Body struct {
		Items []int64 `json:"items" minItems:"1" maxItems:"500"`
		Owner int64   `json:"owner" doc:"Account."`
		Due   string  `json:"due,omitempty" format:"date" doc:"As it is if absent."`
	}
}

type givingOutput struct {
	Body struct {
		Assigned int `json:"assigned" doc:"How many changed; what is settled stays as it is."`
	}
}

// RegisterGiving adds a room's operation by which items of its list of work are given to an account.
func RegisterGiving(api *rest.API, op rest.Operation, give func(context.Context, access.Scope, office.Giving) (int, error)) {
	op.Method, op.Verb, op.About = http.MethodPost, access.ChangeDecide, "All of them or none."
	rest.Register(api, op, func(ctx context.Context, in *givingInput) (*givingOutput, error) {
		g := office.Giving{Items: in.Body.Items, Owner: in.Body.Owner}
		var err error
		if in.Body.Due != "" {
			if g.Due, err = clock.ParseDay(in.Body.Due); err != nil {
				return nil, fault.New(fault.Invalid, "this is no day").With(0, "body.due", "is no day")
			}
		}
		out := &givingOutput{}
		out.Body.Assigned, err = give(ctx, rest.Scope(ctx), g)
		return out, err
	})
}
