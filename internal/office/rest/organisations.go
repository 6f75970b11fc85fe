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

// Organisation is a cooperative, firm, department or partner unit.
type Organisation struct {
	ID          int64             `json:"id,omitempty" readOnly:"true"`
	Number      string            `json:"number,omitempty" readOnly:"true" doc:"Permanent, given by the program."`
	Name        string            `json:"name"`
	Kind        string            `json:"kind" doc:"Code of the pack's list organisation_kind."`
	Area        int64             `json:"area" doc:"Key of the area of its seat."`
	Parent      int64             `json:"parent,omitempty" doc:"The organisation it belongs to."`
	Identifiers map[string]string `json:"identifiers" doc:"Numbers by code of the pack's list organisation_identifier."`
	Contact     string            `json:"contact,omitempty" doc:"An office or a post."`
	Phone       string            `json:"phone,omitempty"`
	From        string            `json:"from" format:"date"`
	To          string            `json:"to,omitempty" format:"date" doc:"The last day of one that exists no longer."`
	Version     int64             `json:"version,omitempty" readOnly:"true"`
}

func organisationOf(o office.Organisation) Organisation {
	out := Organisation{ID: o.ID, Number: o.Number, Name: o.Name, Kind: o.Kind, Area: o.Area, Parent: o.Parent, Identifiers: o.Identifiers, Contact: o.Contact, Phone: o.Phone, From: o.From.String(), Version: o.Ver}
	if o.Identifiers == nil {
		out.Identifiers = map[string]string{}
	}
	if o.To != nil {
		out.To = o.To.String()
	}
	return out
}

func (rooms Rooms) registerOrganisations(api *rest.API) {
	type listInput struct {
		rest.Paged
		Text  string `query:"q" maxLength:"100" doc:"Part of the name, or the number."`
		Kind  string `query:"kind" maxLength:"60"`
		Area  int64  `query:"area" minimum:"0" doc:"Key of an area: those with their seat in it."`
		Ended bool   `query:"ended" doc:"With those that exist no longer."`
	}
	rest.Register(api, rest.Operation{ID: "list-organisations", Method: http.MethodGet, Path: "/organisations", Summary: "List organisations", Room: room, Verb: access.AreaRead},
		func(ctx context.Context, in *listInput) (*rest.Listed[Organisation], error) {
			read := func(after int64, rows int) ([]office.Organisation, error) {
				return rooms.Organisations.List(ctx, rest.Scope(ctx), office.OrganisationFilter{Text: in.Text, Kind: in.Kind, Area: in.Area, Ended: in.Ended}, after, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(o office.Organisation) int64 { return o.ID }, rest.Each(organisationOf))
		})
	rooms.registerOrganisation(api)
}

// organisationOutput is an organisation with its version.
type organisationOutput struct {
	rest.Tagged
	Body Organisation
}

func answerOrganisation(ctx context.Context, o office.Organisation, err error) (*organisationOutput, error) {
	if err != nil {
		return nil, err
	}
	return &organisationOutput{Tagged: rest.Tag(ctx, o.Ver), Body: organisationOf(o)}, nil
}

// organisation is the register's own form of a submitted organisation.
func (in Organisation) organisation(id, ver int64) (office.Organisation, error) {
	o := office.Organisation{ID: id, Name: in.Name, Kind: in.Kind, Area: in.Area, Parent: in.Parent, Identifiers: in.Identifiers, Contact: in.Contact, Phone: in.Phone, Ver: ver}
	wrong := fault.New(fault.Invalid, "the organisation is not in order")
	var err error
	if o.From, err = clock.ParseDay(in.From); err != nil {
		wrong.With(0, "body.from", "is not a day")
	}
	if in.To != "" {
		last, err := clock.ParseDay(in.To)
		if err != nil {
			wrong.With(0, "body.to", "is not a day")
		}
		o.To = &last
	}
	if len(wrong.Details) > 0 {
		return o, wrong
	}
	return o, nil
}

// registerOrganisation adds the operations on one organisation.
func (rooms Rooms) registerOrganisation(api *rest.API) {
	type getInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-organisation", Method: http.MethodGet, Path: "/organisations/{id}", Summary: "Read an organisation", Room: room, Verb: access.AreaRead},
		func(ctx context.Context, in *getInput) (*organisationOutput, error) {
			o, err := rooms.Organisations.Get(ctx, rest.Scope(ctx), in.ID)
			return answerOrganisation(ctx, o, err)
		})
	type createInput struct{ Body Organisation }
	type created struct {
		Location string `header:"Location"`
		rest.Tagged
		Body Organisation
	}
	rest.Register(api, rest.Operation{ID: "register-organisation", Method: http.MethodPost, Path: "/organisations", Summary: "Register an organisation", Room: room, Verb: access.OrganisationEdit, Status: http.StatusCreated},
		func(ctx context.Context, in *createInput) (*created, error) {
			o, err := in.Body.organisation(0, 0)
			if err == nil {
				o, err = rooms.Organisations.Save(ctx, rest.Scope(ctx), o)
			}
			out, err := answerOrganisation(ctx, o, err)
			if err != nil {
				return nil, err
			}
			return &created{Location: rest.Prefix + "/organisations/" + o.Number, Tagged: out.Tagged, Body: out.Body}, nil
		})
	type changeInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body Organisation
	}
	rest.Register(api, rest.Operation{ID: "change-organisation", Method: http.MethodPut, Path: "/organisations/{id}", Summary: "Change an organisation, or say which day was its last", Room: room, Verb: access.OrganisationEdit,
		About: "What the body does not say is taken away; the number stays."},
		func(ctx context.Context, in *changeInput) (*organisationOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			o, err := in.Body.organisation(in.ID, ver)
			if err == nil {
				o, err = rooms.Organisations.Save(ctx, rest.Scope(ctx), o)
			}
			return answerOrganisation(ctx, o, err)
		})
}
