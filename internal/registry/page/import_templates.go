package page

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// savedMappings are the saved mappings offered for a file.
type savedMappings struct {
	used   string // the one that the columns were filled from, empty for none
	choose web.Field
}

// offered finds the saved mappings that fit an import, and the one to begin with: the one that was asked for, else the
// last used one made for the same columns.
func (p *pages) offered(ctx context.Context, scope access.Scope, im registry.Import, asked string) (*savedMappings, *registry.Template, error) {
	fitting, same, err := p.Registry.TemplatesFor(ctx, scope, im)
	if err != nil || len(fitting) == 0 {
		return nil, nil, err
	}
	v := &savedMappings{choose: web.Field{Name: "template", IDPrefix: "map-", Label: word(ctx, "import.template.choose"), Kind: web.FieldSelect, Options: []web.Option{{Label: word(ctx, "import.template.guessed"), Value: "none"}}}}
	var chosen *registry.Template
	for i := range fitting {
		t := &fitting[i]
		id := strconv.FormatInt(t.ID, 10)
		v.choose.Options = append(v.choose.Options, web.Option{Value: id, Label: t.Name + " · " + word(ctx, "subjects."+t.Mapping.Subject)})
		if asked == id || (asked == "" && i == 0 && same > 0) {
			chosen = t
		}
	}
	v.choose.Value = "none"
	if chosen != nil {
		v.used, v.choose.Value = chosen.Name, strconv.FormatInt(chosen.ID, 10)
	}
	return v, chosen, nil
}

// templates lists the saved mappings.
func (p *pages) templates(w http.ResponseWriter, r *http.Request) error {
	return p.showTemplates(w, r, http.StatusOK, 0, "")
}

// templateRow is a saved mapping with what its owner may do.
type templateRow struct {
	registry.Template
	about  string
	rename web.Field
}

func (p *pages) showTemplates(w http.ResponseWriter, r *http.Request, status int, of int64, wrong string) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	all, err := p.Registry.Templates(ctx, scope)
	if err != nil {
		return err
	}
	rows := make([]templateRow, len(all))
	for i, t := range all {
		rows[i] = templateRow{Template: t, about: word(ctx, "import.template.about", "subject", word(ctx, "subjects."+t.Mapping.Subject), "columns", len(t.Mapping.Columns),
			"person", p.account(ctx, t.Account), "day", i18n.Moment(web.Lang(ctx), t.Used)),
			rename: web.Field{Name: "name", IDPrefix: strconv.FormatInt(t.ID, 10), Label: word(ctx, "import.template.name"), Value: t.Name, Required: true, Attributes: map[string]any{"maxlength": "80"}}}
		if t.ID == of {
			rows[i].rename.Error = wrong
		}
	}
	title := word(ctx, "import.template.title")
	page := web.Page{Title: title, Crumbs: []web.Crumb{{Label: word(ctx, "nav.imports"), Href: "/imports"}, {Label: title}}}
	return p.show(w, r, status, page, templatesView(rows, web.Empty{Title: word(ctx, "import.template.none"), Text: word(ctx, "import.template.none_text"),
		Actions: []web.Action{{Label: word(ctx, "import.new"), Href: "/imports/new", Icon: "upload"}}}))
}

// saveTemplate saves the mapping with which an import was tried.
func (p *pages) saveTemplate(w http.ResponseWriter, r *http.Request) error {
	im, scope, err := p.importOf(r)
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	if im.Mapping == nil {
		return fault.New(fault.Conflict, "%s", word(r.Context(), "import.check_first"))
	}
	if _, err := p.Registry.SaveTemplate(r.Context(), scope, im, *im.Mapping, r.PostForm.Get("name")); err != nil {
		return err
	}
	http.Redirect(w, r, importPath(im.ID)+"?saved=template", http.StatusSeeOther)
	return nil
}

// renameTemplate gives a saved mapping another name.
func (p *pages) renameTemplate(w http.ResponseWriter, r *http.Request) error {
	id, scope, err := p.templateOf(r)
	if err != nil {
		return err
	}
	err = p.Registry.RenameTemplate(r.Context(), scope, id, r.PostFormValue("name"))
	if fault.Is(err, fault.Invalid) {
		return p.showTemplates(w, r, http.StatusBadRequest, id, word(r.Context(), "import.template.name_wrong"))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/import-templates", http.StatusSeeOther)
	return nil
}

// deleteTemplate takes a saved mapping away.
func (p *pages) deleteTemplate(w http.ResponseWriter, r *http.Request) error {
	id, scope, err := p.templateOf(r)
	if err != nil {
		return err
	}
	if err := p.Registry.DeleteTemplate(r.Context(), scope, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/import-templates", http.StatusSeeOther)
	return nil
}

func (p *pages) templateOf(r *http.Request) (int64, access.Scope, error) {
	id, err := identifier(r)
	if err != nil {
		return 0, access.Scope{}, err
	}
	scope, err := p.scope(r, access.ImportRun)
	return id, scope, err
}

// suggestedName is the name under which a mapping may be saved: the file's, without its ending.
func suggestedName(im registry.Import) string {
	name, _, _ := strings.Cut(im.Name, ".")
	if im.Sheet != "" {
		name += " · " + im.Sheet
	}
	return name
}
