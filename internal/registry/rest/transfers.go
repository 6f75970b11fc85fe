package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Transfer is a household, or some of its members, that one county hands over to another.
type Transfer struct {
	ID      int64  `json:"id" doc:"Of the change set that waits."`
	Number  string `json:"number" doc:"Of the household; it keeps it."`
	Members int    `json:"members" doc:"Of the household."`
	Persons int    `json:"persons" doc:"How many of its members go; 0 is the whole household."`
	From    string `json:"from" doc:"Official code of the place that it leaves."`
	To      string `json:"to"`
	Asked   string `json:"asked" format:"date-time"`
	Day     string `json:"day" format:"date" doc:"From which it holds; accepted before, it waits for it."`
	Expires string `json:"expires,omitempty" format:"date" doc:"The last day on which it can be accepted."`
	State   string `json:"state" enum:"asked,accepted,done,refused,withdrawn,expired" doc:"accepted waits for its day."`
	Comment string `json:"comment,omitempty" doc:"Why it was refused or withdrawn."`
	Again   string `json:"again,omitempty" enum:"impossible,nobody" doc:"Why an acceptance did not hold on its day: the register had changed, or who accepted may no longer."`
}

// TransferFile is a transfer with what it comes to.
type TransferFile struct {
	Transfer
	Submitter string      `json:"submitter"`
	Reason    string      `json:"reason"`
	Evidence  string      `json:"evidence,omitempty"`
	Plan      *RosterPlan `json:"plan,omitempty" doc:"Absent where something speaks against it now."`
}

func transferOf(t registry.Transfer, codes map[int64]string) Transfer {
	return Transfer{ID: t.Set, Number: t.Number, Members: t.Members, From: codes[t.From], To: codes[t.To], Asked: moment(t.Asked), Persons: t.Persons,
		Day: t.Day.String(), Expires: day(t.Expires), State: string(t.State), Comment: t.Comment, Again: t.Reopened}
}

// maxTransfers is how many transfers are listed at once.
const maxTransfers = 500

func (rooms Rooms) listTransfers(ctx context.Context, found []registry.Transfer, err error) (*rest.Listed[Transfer], error) {
	if err != nil {
		return nil, err
	}
	keys := make([]int64, 0, 2*len(found))
	for _, t := range found {
		keys = append(keys, t.From, t.To)
	}
	codes, err := rooms.codes(ctx, keys...)
	if err != nil {
		return nil, err
	}
	list := make([]Transfer, len(found))
	for i, t := range found {
		list[i] = transferOf(t, codes)
	}
	return rest.List(ctx, list, nil)
}

func (rooms Rooms) registerTransfers(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-transfers", Method: http.MethodGet, Path: "/transfers", Summary: "List what other counties hand over: what waits for an answer or for its day", Room: room, Verb: access.ChangeDecide},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[Transfer], error) {
			found, err := rooms.Registry.Transfers(ctx, rest.Scope(ctx), maxTransfers)
			return rooms.listTransfers(ctx, found, err)
		})
	rest.Register(api, rest.Operation{ID: "list-sent-transfers", Method: http.MethodGet, Path: "/sent-transfers", Summary: "List what one's own areas have asked other counties to accept", Room: room, Verb: access.ChangeRead,
		About: "While the household is in one's areas: what has gone is no longer seen. A request is withdrawn as the change set of its id."},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[Transfer], error) {
			found, err := rooms.Registry.SentTransfers(ctx, rest.Scope(ctx), maxTransfers)
			return rooms.listTransfers(ctx, found, err)
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	type fileOutput struct {
		rest.Tagged
		Body TransferFile
	}
	rest.Register(api, rest.Operation{ID: "get-transfer", Method: http.MethodGet, Path: "/transfers/{id}", Summary: "Read a transfer to decide on it", Room: room, Verb: access.ChangeDecide,
		About: "The reading is journalled. The ETag is the version for deciding."},
		func(ctx context.Context, in *getInput) (*fileOutput, error) {
			t, set, reviewed, err := rooms.Registry.OpenTransfer(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			codes, err := rooms.codes(ctx, t.From, t.To)
			if err != nil {
				return nil, err
			}
			out := &fileOutput{Tagged: rest.Tag(ctx, set.Ver), Body: TransferFile{Transfer: transferOf(t, codes), Submitter: set.Person, Reason: set.Reason, Evidence: reviewed.Act.Evidence}}
			if reviewed.Plan != nil {
				plan, err := rooms.planOf(ctx, rest.Scope(ctx).Receiving(rooms.Registry.Areas().Scheme().Range(t.From), t.To), *reviewed.Plan)
				if err != nil {
					return nil, err
				}
				out.Body.Plan = &plan
			}
			return out, nil
		})
	type acceptInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body struct {
			Comment string              `json:"comment,omitempty" maxLength:"2000" doc:"In words, without personal data."`
			Into    *registry.IntoInput `json:"into,omitempty" doc:"Of persons: where they are taken in."`
		}
	}
	rest.Register(api, rest.Operation{ID: "accept-transfer", Method: http.MethodPost, Path: "/transfers/{id}/accept", Summary: "Take over what another county hands over", Room: room, Verb: access.ChangeDecide,
		About: "Numbers and history stay; the old county no longer sees it. Before its day the answer waits for it, and the state stays waiting."},
		func(ctx context.Context, in *acceptInput) (*setOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			answer := registry.Acceptance{Comment: in.Body.Comment}
			if in.Body.Into != nil {
				if answer.Into, err = registry.ReadInto(*in.Body.Into); err != nil {
					return nil, err
				}
			}
			set, err := rooms.Registry.AcceptTransfer(ctx, rest.Scope(ctx), in.ID, ver, answer)
			if err != nil {
				return nil, err
			}
			return rooms.answerSet(ctx, set)
		})
	rest.Register(api, rest.Operation{ID: "refuse-transfer", Method: http.MethodPost, Path: "/transfers/{id}/return", Summary: "Return what another county wants to hand over", Room: room, Verb: access.ChangeDecide, About: "The comment is needed."},
		func(ctx context.Context, in *decisionInput) (*setOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			set, err := rooms.Registry.RefuseTransfer(ctx, rest.Scope(ctx), in.ID, ver, in.Body.Comment)
			if err != nil {
				return nil, err
			}
			return rooms.answerSet(ctx, set)
		})
}
