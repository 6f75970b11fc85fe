package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/registry/upload"
	"rightkey/internal/rest"
)

// Attachment is a photo or document.
type Attachment struct {
	Token     string   `json:"token" doc:"By which it is addressed below its household."`
	Kind      string   `json:"kind" enum:"family_photo,house_photo,form_scan,certificate,other"`
	Subject   string   `json:"subject" enum:"household,person,dwelling" doc:"What it is of."`
	Person    string   `json:"person,omitempty" doc:"Number of the person that it is of."`
	Dwelling  int64    `json:"dwelling,omitempty" doc:"Identifier of the dwelling that it is of."`
	Taken     string   `json:"taken,omitempty" format:"date" doc:"When it was taken or made, as said by who added it."`
	Lat       *float64 `json:"lat,omitempty" doc:"Where, in degrees (WGS 84)."`
	Lon       *float64 `json:"lon,omitempty"`
	Type      string   `json:"type" enum:"image/jpeg,image/png,application/pdf"`
	Size      int64    `json:"size" doc:"Bytes, as stored: images are drawn anew."`
	Width     int      `json:"width,omitempty"`
	Height    int      `json:"height,omitempty"`
	Pages     int      `json:"pages,omitempty"`
	State     string   `json:"state" enum:"quarantined,clean,infected" doc:"Only a clean one can be opened."`
	Added     string   `json:"added" format:"date-time"`
	Version   int64    `json:"version"`
	Thumbnail bool     `json:"thumbnail" doc:"There is a small picture of it."`
}

func attachmentOf(a registry.Attachment) Attachment {
	out := Attachment{Token: a.Token, Kind: string(a.Kind), Subject: a.SubjectKind, Type: a.Type, Size: a.Size, Width: a.Width, Height: a.Height, Pages: a.Pages,
		State: string(a.State), Added: moment(a.Added), Version: a.Ver, Thumbnail: a.HasThumbnail(), Taken: day(a.Taken), Lat: a.Lat, Lon: a.Lon}
	if a.SubjectKind == registry.SubjectPerson {
		out.Person = registry.Number(a.Subject)
	}
	if a.SubjectKind == registry.SubjectDwelling {
		out.Dwelling = a.Subject
	}
	return out
}

type attachmentOutput struct {
	rest.Tagged
	Body Attachment
}

func (rooms Rooms) registerAttachments(api *rest.API) {
	type uploadInput struct {
		Number   string `path:"number"`
		Kind     string `query:"kind" required:"true" enum:"family_photo,house_photo,form_scan,certificate,other" doc:"What it shows. Photos are for who sees personal fields (P2), all else for who sees special ones (P3)."`
		Person   string `query:"person" doc:"Number of the member that it is of; the household itself if absent."`
		Dwelling int64  `query:"dwelling" minimum:"0" doc:"Identifier of the household's dwelling that it is of; not together with person."`
		Taken    string `query:"taken" format:"date" doc:"When it was taken or made."`
		Lat      string `query:"lat" maxLength:"20" doc:"Where, in degrees (WGS 84); together with lon."`
		Lon      string `query:"lon" maxLength:"20"`
		RawBody  []byte `contentType:"application/octet-stream"`
	}
	rest.Register(api, rest.Operation{ID: "add-attachment", Method: http.MethodPost, Path: "/households/{number}/attachments", Summary: "Add a photo or document", Room: room, Verb: access.HouseholdEdit,
		Status: http.StatusCreated, MaxBody: upload.MaxBytes + 1, BodyTime: 15 * time.Minute,
		About: "The file is the body: JPEG, PNG, WebP or PDF by its content, up to 10 MB. Images are drawn anew without what their files held besides; documents that can do more than be read are refused. Where files are scanned, it stays in quarantine until it was."},
		func(ctx context.Context, in *uploadInput) (*attachmentOutput, error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			q := registry.Attaching{Household: id, Subject: in.Dwelling, Kind: registry.AttachmentKind(in.Kind)}
			if in.Person != "" {
				if q.Subject, err = numbered(in.Person); err != nil {
					return nil, err
				}
			}
			if err := whenAndWhere(&q, in.Taken, in.Lat, in.Lon); err != nil {
				return nil, err
			}
			a, err := rooms.Registry.Attach(ctx, rest.Scope(ctx), q, in.RawBody)
			if why := upload.Why(err); why != "" {
				var known *fault.Error
				errors.As(err, &known)
				return nil, fault.New(known.Kind, "%s", known.Message).With(0, "body", "%s", string(why))
			}
			if err != nil {
				return nil, err
			}
			return &attachmentOutput{Tagged: rest.Tag(ctx, a.Ver), Body: attachmentOf(a)}, nil
		})
	type listInput struct {
		Number string `path:"number"`
	}
	rest.Register(api, rest.Operation{ID: "list-attachments", Method: http.MethodGet, Path: "/households/{number}/attachments", Summary: "List photos and documents of a household", Room: room, Verb: access.HouseholdRead,
		About: "Those of the household, its members and dwellings that you may see, newest first."},
		func(ctx context.Context, in *listInput) (*rest.Listed[Attachment], error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			found, err := rooms.Registry.Attachments(ctx, rest.Scope(ctx), id)
			if err != nil {
				return nil, err
			}
			items := make([]Attachment, len(found))
			for i, a := range found {
				items[i] = attachmentOf(a)
			}
			return rest.List(ctx, items, nil)
		})
	rooms.registerAttachmentContent(api)
}

// whenAndWhere reads the day and the place of what is added.
func whenAndWhere(q *registry.Attaching, taken, lat, lon string) error {
	wrong := fault.New(fault.Invalid, "the document is not described rightly")
	if taken != "" {
		on, err := clock.ParseDay(taken)
		if err != nil {
			wrong.With(0, "query.taken", "is not a day")
		}
		q.Taken = &on
	}
	for _, one := range []struct {
		name, text string
		to         **float64
	}{{"lat", lat, &q.Lat}, {"lon", lon, &q.Lon}} {
		if one.text == "" {
			continue
		}
		value, err := strconv.ParseFloat(one.text, 64)
		if err != nil {
			wrong.With(0, "query."+one.name, "is not a number of degrees")
		}
		*one.to = &value
	}
	if len(wrong.Details) > 0 {
		return wrong
	}
	return nil
}

func (rooms Rooms) registerAttachmentContent(api *rest.API) {
	type getInput struct {
		Number    string `path:"number"`
		Token     string `path:"token"`
		Thumbnail bool   `query:"thumbnail" doc:"The small picture of it, as JPEG."`
	}
	type fileOutput struct {
		rest.Tagged
		ContentType        string `header:"Content-Type"`
		ContentDisposition string `header:"Content-Disposition"`
		Policy             string `header:"Content-Security-Policy"`
		Body               []byte
	}
	rest.Register(api, rest.Operation{ID: "get-attachment", Method: http.MethodGet, Path: "/households/{number}/attachments/{token}", Summary: "Read a photo or document", Room: room, Verb: access.HouseholdRead,
		About: "The content itself, always to be kept as a file. The reading is journalled before it is answered."},
		func(ctx context.Context, in *getInput) (*fileOutput, error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			a, content, err := rooms.Registry.OpenAttachment(ctx, rest.Scope(ctx), id, in.Token, in.Thumbnail)
			if err != nil {
				return nil, err
			}
			kind := a.Type
			if in.Thumbnail {
				kind = upload.JPEG
			}
			return &fileOutput{Tagged: rest.Tag(ctx, a.Ver), ContentType: kind, ContentDisposition: "attachment", Policy: "default-src 'none'; sandbox", Body: content}, nil
		})
	type endInput struct {
		rest.Conditional
		Number string `path:"number"`
		Token  string `path:"token"`
	}
	type endOutput struct{}
	rest.Register(api, rest.Operation{ID: "end-attachment", Method: http.MethodPost, Path: "/households/{number}/attachments/{token}/end", Summary: "Take a photo or document away from view", Room: room, Verb: access.HouseholdEdit,
		Status: http.StatusNoContent, About: "It is kept with the day on which it was taken away, and who did it."},
		func(ctx context.Context, in *endInput) (*endOutput, error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			return &endOutput{}, rooms.Registry.EndAttachment(ctx, rest.Scope(ctx), id, in.Token, ver)
		})
}
