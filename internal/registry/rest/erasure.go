package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// RegisterErasures adds the operations that take a person's data away.
func RegisterErasures(api *rest.API, erasures *registry.Erasures) {
	type askInput struct {
		Number string `path:"number" example:"000010485789"`
		Body   struct {
			Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why, without personal data."`
		}
	}
	type asked struct {
		Approval int64 `json:"approval" doc:"The request; a second person agrees to it by the operation approve-approval."`
	}
	type askOutput struct{ Body asked }
	rest.Register(api, rest.Operation{ID: "ask-erasure", Method: http.MethodPost, Path: "/persons/{number}/erasure-requests", Summary: "Ask for the erasure of a person", Room: room, Verb: access.PersonErase,
		About: "A second person has to agree before it can be done."},
		func(ctx context.Context, in *askInput) (*askOutput, error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			a, err := erasures.Ask(ctx, rest.Caller(ctx), id, in.Body.Reason)
			return &askOutput{Body: asked{Approval: a.ID}}, err
		})
	type eraseInput struct {
		Number string `path:"number" example:"000010485789"`
		Body   struct {
			Approval int64 `json:"approval"`
		}
	}
	rest.Register(api, rest.Operation{ID: "erase-person", Method: http.MethodPost, Path: "/persons/{number}/erasure", Summary: "Erase a person for good", Room: room, Verb: access.PersonErase,
		About: "Done once, by who asked for it, after another person agreed. The household still counts the member."},
		func(ctx context.Context, in *eraseInput) (*struct{}, error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			return nil, erasures.Erase(ctx, rest.Caller(ctx), id, in.Body.Approval)
		})
	hold := func(name, path, summary string, take func(context.Context, access.Caller, int64, string) error) {
		rest.Register(api, rest.Operation{ID: name, Method: http.MethodPost, Path: path, Summary: summary, Room: room, Verb: access.PersonHold},
			func(ctx context.Context, in *askInput) (*struct{}, error) {
				id, err := numbered(in.Number)
				if err != nil {
					return nil, err
				}
				return nil, take(ctx, rest.Caller(ctx), id, in.Body.Reason)
			})
	}
	hold("hold-person", "/persons/{number}/hold", "Forbid the erasure of a person", erasures.PutHold)
	hold("release-person", "/persons/{number}/release", "Allow the erasure of a person again", erasures.LiftHold)
}
