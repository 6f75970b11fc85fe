package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/verify/duplicate"
)

// mostInquiries is how many questions of other counties one answer lists.
const mostInquiries = 200

// DuplicateInquiry is what another county asks about one of your persons.
type DuplicateInquiry struct {
	ID     int64  `json:"id"`
	From   string `json:"from" doc:"Code of the county that asks."`
	Name   string `json:"name" doc:"Of its person."`
	Birth  string `json:"birth,omitempty" doc:"Of its person."`
	Mine   string `json:"mine" doc:"Number of your person."`
	Answer string `json:"answer" enum:",same,different,unknown" doc:"Empty while nobody has answered."`
	Tag    string `json:"etag" doc:"For If-Match of an answer."`
}

func inquiryOf(ctx context.Context, one duplicate.Inquiry) DuplicateInquiry {
	out := DuplicateInquiry{ID: one.ID, From: one.From.Code, Name: one.Asked.Name, Mine: registry.Number(one.Mine), Answer: string(one.Answer), Tag: rest.Tag(ctx, one.Ver).ETag}
	if one.Asked.Birth != nil {
		out.Birth = one.Asked.Birth.String()
	}
	return out
}

func (rooms Rooms) registerInquiries(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "postpone-duplicate", Method: http.MethodPost, Path: "/duplicates/{id}/postponement", Summary: "Let a pair wait until a day", Room: room, Verb: access.ChangeDecide}, rooms.postpone)
	rest.Register(api, rest.Operation{ID: "ask-about-duplicate", Method: http.MethodPost, Path: "/duplicates/{id}/inquiry", Summary: "Ask the other county about a pair of which one person is not in your areas", Room: room, Verb: access.ChangeDecide, Status: http.StatusNoContent,
		About: "The other county sees name and birth date of your person. A pair is asked about once."}, rooms.ask)
	rest.Register(api, rest.Operation{ID: "list-duplicate-inquiries", Method: http.MethodGet, Path: "/duplicate-inquiries", Summary: "List what other counties ask about your persons", Room: room, Verb: access.ChangeDecide, About: "The reading is journalled. At most 200, those without an answer first."},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[DuplicateInquiry], error) {
			found, err := rooms.Duplicates.Asked(ctx, rest.Scope(ctx), 0, mostInquiries)
			if err != nil {
				return nil, err
			}
			items, err := rest.Each(func(one duplicate.Inquiry) DuplicateInquiry { return inquiryOf(ctx, one) })(found)
			if err != nil {
				return nil, err
			}
			return rest.List(ctx, items, nil)
		})
	rest.Register(api, rest.Operation{ID: "answer-duplicate-inquiry", Method: http.MethodPost, Path: "/duplicate-inquiries/{id}/answer", Summary: "Answer another county", Room: room, Verb: access.ChangeDecide, Status: http.StatusNoContent}, rooms.reply)
}

type postponeInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Until string `json:"until" format:"date" doc:"A day within a year from now."`
	}
}

func (rooms Rooms) postpone(ctx context.Context, in *postponeInput) (*pairOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	until, err := clock.ParseDay(in.Body.Until)
	if err != nil {
		return nil, fault.New(fault.Invalid, "this is no day").With(0, "until", "is no day")
	}
	p, err := rooms.Duplicates.Postpone(ctx, rest.Scope(ctx), in.ID, ver, until)
	if err != nil {
		return nil, err
	}
	return answer(ctx, p), nil
}

func (rooms Rooms) ask(ctx context.Context, in *pairInput) (*struct{}, error) {
	return nil, rooms.Duplicates.Ask(ctx, rest.Scope(ctx), in.ID)
}

type replyInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Answer string `json:"answer" enum:"same,different,unknown"`
	}
}

func (rooms Rooms) reply(ctx context.Context, in *replyInput) (*struct{}, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	return nil, rooms.Duplicates.Answer(ctx, rest.Scope(ctx), in.ID, ver, duplicate.Reply(in.Body.Answer))
}
