package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/registry/upload"
	"rightkey/internal/web"
)

// attachmentTime is how long a photo may take to arrive on a slow line.
const attachmentTime = 15 * time.Minute

// attachmentsPart is what the template shows of a household's photos and documents.
type attachmentsPart struct {
	action string // of the form that adds one; empty for who may not
	fields []web.Field
	items  []attachmentItem
}

// attachmentItem is one photo or document.
type attachmentItem struct {
	label   string
	about   string // when it was added and by whom
	made    string // when it was taken or made, empty where nobody said
	place   string // where, in degrees
	href    string
	picture string // address of the small picture; empty for none
	notice  string // why it cannot be opened
	end     string // of the form that takes it away; empty for who may not
	ver     string
}

// attachmentsPanel shows the photos and documents of a household; nil where there is neither any nor leave to add one.
func (p *pages) attachmentsPanel(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error) {
	list, err := p.Registry.Attachments(ctx, scope, f.ID)
	if err != nil {
		return nil, err
	}
	part := attachmentsPart{}
	edit, err := access.Decide(scope.Caller(), access.HouseholdEdit)
	mayEdit := err == nil && edit.Holds(f.Area) && f.Closed == nil
	if mayEdit {
		part.action = "/households/" + f.Number + "/attachments"
		part.fields = attachmentFields(ctx, scope, f)
	}
	if len(list) == 0 && !mayEdit {
		return nil, nil
	}
	for _, a := range list {
		part.items = append(part.items, p.attachmentItem(ctx, f, a, mayEdit))
	}
	return attachmentsView(part), nil
}

func (p *pages) attachmentItem(ctx context.Context, f registry.File, a registry.Attachment, mayEnd bool) attachmentItem {
	lang := web.Lang(ctx)
	path := "/households/" + f.Number + "/attachments/" + a.Token
	item := attachmentItem{label: word(ctx, "attachment.kind_"+string(a.Kind)), href: path, ver: strconv.FormatInt(a.Ver, 10),
		about: word(ctx, "attachment.about", "when", i18n.Moment(lang, a.Added), "who", p.account(ctx, a.Account))}
	for _, m := range f.Members {
		if m.ID == a.Subject {
			item.label += " · " + nameOf(m)
		}
	}
	for _, d := range f.Dwellings {
		if d.ID == a.Subject {
			item.label += " · " + dwellingName(ctx, d)
		}
	}
	if a.Taken != nil {
		item.made = word(ctx, "attachment.taken_on", "day", *a.Taken)
	}
	if a.Lat != nil && a.Lon != nil {
		item.place = degrees(*a.Lat) + ", " + degrees(*a.Lon)
	}
	if a.Pages > 0 {
		item.about += " · " + word(ctx, "attachment.pages", "n", a.Pages)
	}
	switch {
	case a.State != registry.Clean:
		item.notice = word(ctx, "attachment.state_"+string(a.State))
	case a.HasThumbnail():
		item.picture = path + "/thumbnail"
	}
	if mayEnd {
		item.end = path + "/end"
	}
	return item
}

// attachmentFields asks for a file, what it shows and whose it is.
func attachmentFields(ctx context.Context, scope access.Scope, f registry.File) []web.Field {
	var kinds []web.Option
	for _, kind := range registry.AttachmentKinds() {
		if scope.Sees(f.Area, kind.Class()) {
			kinds = append(kinds, web.Option{Value: string(kind), Label: word(ctx, "attachment.kind_"+string(kind))})
		}
	}
	subjects := []web.Option{{Value: "", Label: word(ctx, "find.household")}}
	for _, m := range f.Members {
		subjects = append(subjects, web.Option{Value: m.Number, Label: nameOf(m)})
	}
	for _, d := range f.Dwellings {
		subjects = append(subjects, web.Option{Value: ofDwelling + "-" + strconv.FormatInt(d.ID, 10), Label: dwellingName(ctx, d)})
	}
	return []web.Field{
		{Name: "kind", Label: word(ctx, "attachment.kind"), Kind: web.FieldSelect, Options: kinds, Required: true, IDPrefix: "attachment-"},
		{Name: "subject", Label: word(ctx, "attachment.subject"), Kind: web.FieldSelect, Options: subjects, IDPrefix: "attachment-"},
		{Name: "file", Label: word(ctx, "attachment.file"), Help: word(ctx, "attachment.file_help", "size", upload.MaxBytes>>20), Kind: web.FieldFile, Required: true, IDPrefix: "attachment-",
			Attributes: templ.Attributes{"accept": "image/jpeg,image/png,image/webp,application/pdf"}},
		{Name: "taken", Label: word(ctx, "attachment.taken"), Kind: web.FieldDate, IDPrefix: "attachment-"},
		{Name: "lat", Label: word(ctx, "attachment.lat"), Help: word(ctx, "attachment.place_help"), Kind: web.FieldNumber, IDPrefix: "attachment-",
			Attributes: templ.Attributes{"step": "any", "min": "-90", "max": "90"}},
		{Name: "lon", Label: word(ctx, "attachment.lon"), Kind: web.FieldNumber, IDPrefix: "attachment-",
			Attributes: templ.Attributes{"step": "any", "min": "-180", "max": "180"}},
	}
}

// dwellingName is how people tell the houses of a household apart.
func dwellingName(ctx context.Context, d registry.Dwelling) string {
	if d.To != nil {
		return word(ctx, "attachment.dwelling_former", "from", d.From, "to", *d.To)
	}
	return word(ctx, "attachment.dwelling", "from", d.From)
}

// degrees is a latitude or longitude to about a metre.
func degrees(x float64) string { return strconv.FormatFloat(x, 'f', 5, 64) }

// attaching reads what a form says of a photo or document.
func attaching(ctx context.Context, household int64, about url.Values) (registry.Attaching, error) {
	q := registry.Attaching{Household: household, Kind: registry.AttachmentKind(about.Get("kind"))}
	if text := about.Get("subject"); text != "" {
		id, ok := registry.ParseNumber(text)
		if house, of := strings.CutPrefix(text, ofDwelling+"-"); of {
			var err error
			id, err = strconv.ParseInt(house, 10, 64)
			ok = err == nil && id > 0
		}
		if !ok {
			return q, fault.New(fault.NotFound, "%s", word(ctx, "no_number"))
		}
		q.Subject = id
	}
	if text := about.Get("taken"); text != "" {
		taken, err := clock.ParseDay(text)
		if err != nil {
			return q, fault.New(fault.Invalid, "%s", word(ctx, "attachment.wrong_day"))
		}
		q.Taken = &taken
	}
	for name, to := range map[string]**float64{"lat": &q.Lat, "lon": &q.Lon} {
		if text := about.Get(name); text != "" {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return q, fault.New(fault.Invalid, "%s", word(ctx, "attachment.wrong_place"))
			}
			*to = &value
		}
	}
	return q, nil
}

// attach takes a photo or document of a household.
func (p *pages) attach(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return err
	}
	about, data, err := sentFile(r)
	if err != nil {
		return broken(r, err)
	}
	q, err := attaching(ctx, id, about)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return fault.New(fault.Invalid, "%s", word(ctx, "import.no_file"))
	}
	if _, err := p.Registry.Attach(ctx, scope, q, data); err != nil {
		if why := upload.Why(err); why != "" {
			return fault.New(fault.KindOf(err), "%s", word(ctx, "attachment.refused_"+string(why)))
		}
		return wrongAttachment(ctx, err)
	}
	http.Redirect(w, r, "/households/"+r.PathValue("number")+"#attachments", http.StatusSeeOther)
	return nil
}

// wrongAttachment says in the reader's language what of a description is wrong.
func wrongAttachment(ctx context.Context, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Details) == 0 {
		return err
	}
	said := map[string]string{"taken": "attachment.wrong_day", "lat": "attachment.wrong_place"}[f.Details[0].Field]
	if said == "" {
		return err
	}
	return fault.New(fault.Invalid, "%s", word(ctx, said))
}

// sentFile reads a form with one file.
func sentFile(r *http.Request) (url.Values, []byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	about, data := url.Values{}, []byte(nil)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return about, data, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if part.FormName() != "file" {
			err = readAbout(part, about)
		} else {
			data, err = io.ReadAll(io.LimitReader(part, upload.MaxBytes+1))
		}
		if err != nil {
			return nil, nil, err
		}
	}
}

// openAttachment sends a photo or document as a file to keep.
func (p *pages) openAttachment(w http.ResponseWriter, r *http.Request) error {
	a, content, err := p.attachmentOf(r, false)
	if err != nil {
		return err
	}
	ending := map[string]string{upload.JPEG: ".jpg", upload.PNG: ".png", upload.PDF: ".pdf"}[a.Type]
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(a.Kind)+"-"+r.PathValue("number")+ending+`"`)
	return web.SendFile(w, a.Type, content)
}

// thumbnail shows the small picture of a photo.
func (p *pages) thumbnail(w http.ResponseWriter, r *http.Request) error {
	_, content, err := p.attachmentOf(r, true)
	if err != nil {
		return err
	}
	return web.SendFile(w, upload.JPEG, content)
}

func (p *pages) attachmentOf(r *http.Request, small bool) (registry.Attachment, []byte, error) {
	id, err := number(r)
	if err != nil {
		return registry.Attachment{}, nil, err
	}
	scope, err := p.scope(r, access.HouseholdRead)
	if err != nil {
		return registry.Attachment{}, nil, err
	}
	return p.Registry.OpenAttachment(r.Context(), scope, id, r.PathValue("token"), small)
}

// endAttachment takes a photo or document away from view.
func (p *pages) endAttachment(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return err
	}
	if err := p.Registry.EndAttachment(r.Context(), scope, id, r.PathValue("token"), ver); err != nil {
		return err
	}
	http.Redirect(w, r, "/households/"+r.PathValue("number")+"#attachments", http.StatusSeeOther)
	return nil
}
