package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Transfer is a household that another county hands over and that waits to be accepted.
type Transfer struct {
	ID      int64  `json:"id" doc:"Of the change set that waits."`
	Number  string `json:"number" doc:"Of the household; it keeps it."`
	Members int    `json:"members"`
	From    string `json:"from" doc:"Official code of the place that it leaves."`
	To      string `json:"to"`
	Asked   string `json:"asked" format:"date-time"`
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
	return Transfer{ID: t.Set, Number: t.Number, Members: t.Members, From: codes[t.From], To: codes[t.To], Asked: moment(t.Asked)}
}

// maxTransfers is how many transfers are listed at once.
const maxTransfers = 500

func (rooms Rooms) registerTransfers(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-transfers", Method: http.MethodGet, Path: "/transfers", Summary: "List the households that wait to be accepted from other counties", Room: room, Verb: access.ChangeDecide},
		func(ctx context.Context, _ *struct{}) (*rest.Listed[Transfer], error) {
			found, err := rooms.Registry.Transfers(ctx, rest.Scope(ctx), maxTransfers)
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
	decide := func(id, path, summary, about string, act func(ctx context.Context, scope access.Scope, id, ver int64, comment string) (change.Set, error)) {
		rest.Register(api, rest.Operation{ID: id, Method: http.MethodPost, Path: "/transfers/{id}/" + path, Summary: summary, About: about, Room: room, Verb: access.ChangeDecide},
			func(ctx context.Context, in *decisionInput) (*setOutput, error) {
				ver, err := in.Version(ctx)
				if err != nil {
					return nil, err
				}
				set, err := act(ctx, rest.Scope(ctx), in.ID, ver, in.Body.Comment)
				if err != nil {
					return nil, err
				}
				return rooms.answerSet(ctx, set)
			})
	}
	decide("accept-transfer", "accept", "Take a household over from another county", "It keeps its number and history; the old county no longer sees it.", rooms.Registry.AcceptTransfer)
	decide("refuse-transfer", "return", "Return a household to the county that asked", "The comment is needed.", rooms.Registry.RefuseTransfer)
}
