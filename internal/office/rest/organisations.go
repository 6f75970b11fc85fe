package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/rest"
)

// Organisation is a cooperative, firm, department or partner unit.
type Organisation struct {
	ID          int64             `json:"id"`
	Number      string            `json:"number" doc:"Permanent, given by the program."`
	Name        string            `json:"name"`
	Kind        string            `json:"kind" doc:"Code of the pack's list organisation_kind."`
	Area        int64             `json:"area" doc:"Key of the area of its seat."`
	Parent      int64             `json:"parent,omitempty" doc:"The organisation it belongs to."`
	Identifiers map[string]string `json:"identifiers" doc:"Numbers by code of the pack's list organisation_identifier."`
	Contact     string            `json:"contact,omitempty" doc:"An office or a post."`
	Phone       string            `json:"phone,omitempty"`
	From        string            `json:"from" format:"date"`
	To          string            `json:"to,omitempty" format:"date" doc:"The last day of one that exists no longer."`
	Version     int64             `json:"version"`
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
	type getInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-organisation", Method: http.MethodGet, Path: "/organisations/{id}", Summary: "Read an organisation", Room: room, Verb: access.AreaRead},
		func(ctx context.Context, in *getInput) (*struct{ Body Organisation }, error) {
			o, err := rooms.Organisations.Get(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &struct{ Body Organisation }{organisationOf(o)}, nil
		})
}
