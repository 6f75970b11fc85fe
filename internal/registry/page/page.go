package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/registry/upload"
	"rightkey/internal/web"
)

// Needs is what the pages stand on.
type Needs struct {
	Registry *registry.Service
	Jobs     *job.Runner
	// Ring seals what people search for by name.
	Ring *crypt.Keyring
	// Caller is who asks.
	Caller func(context.Context) access.Caller
	// Frame completes a page with what all pages share: navigation, the viewer's own menu. nil shows this room's places.
	Frame func(*http.Request, web.Page) web.Page
	// Account names an account for timelines and lists; nil shows its number.
	Account func(ctx context.Context, account int64) string
	// Erasures take persons' data away; nil leaves their pages out.
	Erasures *registry.Erasures
	// Assignments say who answers for which household, Office keeps declarations of kin; without them those pages are not
	// there.
	Assignments *office.Assignments
	Office      *office.Service
	// Panels are what later rooms add to a household's page.
	Panels []Panel
	// PlacePanels are what later rooms add to the page of an area's form.
	PlacePanels []PlacePanel
	// MonthEnds are the frozen figures of each month's end; nil shows no trend.
	MonthEnds *overview.MonthEnds
	// Errors estimates how wrong the register is, for the overview; nil leaves these measures out. ErrorsPath is the page
	// of the visits that were made in an area, whose code it takes as "area".
	Errors     overview.Sample
	ErrorsPath string
	// Newcomers is the address that tells, while somebody is typed into a form, who may be registered already; "" where
	// nobody looks. The form's fields are sent there with the number of the household.
	Newcomers string
	// Selected are doors from a list of households to what later rooms do with all of them; query selects them, as
	// registry.Service.ParseFilter reads it. nil: none.
	Selected func(ctx context.Context, caller access.Caller, query url.Values) []web.Action
	// Work are what others add to what waits for the reader of the overview.
	Work []Work
}

// Work lists things that wait for a caller, as rows of the overview: what it is, its state, its time.
type Work func(ctx context.Context, c access.Caller) ([]web.Row, error)

// Column is one of the two columns of a household's page; on a narrow screen they stand one under the other.
type Column int

// The columns: what the household is and has, and who deals with it.
const (
	Main Column = iota
	Side
)

// Panel is a part of a household's page that another room fills, under the room's own parts of its column.
type Panel struct {
	Column Column
	// First puts the panel above the room's own parts: the reason for the status belongs there.
	First bool
	// Responsible says that the panel names who answers for the household; without one the page says that nobody is
	// named yet.
	Responsible bool
	// Show makes the panel for a reader; a nil component shows nothing.
	Show func(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error)
}

// PlacePanel is a part of the page of an area's form that another room fills, above what the form states. It decides
// itself what the caller may see; a nil component shows nothing.
type PlacePanel func(ctx context.Context, c access.Caller, at registry.Place) (templ.Component, error)

// Place is a place of the main navigation and what a caller must be allowed to do to find it there.
type Place struct {
	web.NavItem
	Verb access.Verb
}

// Places are this room's places of the main navigation, in their order.
func Places() []Place {
	return []Place{
		{web.NavItem{Key: "registry.nav.overview", Href: "/", Icon: "home"}, access.Statistics},
		{web.NavItem{Key: "registry.nav.households", Href: "/households", Icon: "list"}, access.HouseholdList},
		{web.NavItem{Key: "registry.nav.windows", Href: "/windows", Icon: "change"}, access.WindowEdit},
		{web.NavItem{Key: "registry.nav.norms", Href: "/norms", Icon: "list"}, access.NormEdit},
		{web.NavItem{Key: "registry.nav.area_changes", Href: "/area-changes", Icon: "area"}, access.AreaEdit},
		{web.NavItem{Key: "registry.nav.changes", Href: "/changes", Icon: "change"}, access.ChangeRead},
		{web.NavItem{Key: "registry.nav.imports", Href: "/imports", Icon: "upload"}, access.ImportRun},
		{web.NavItem{Key: "registry.nav.assignments", Href: "/assignments", Icon: "users"}, access.AssignmentEdit},
	}
}

// SearchFor is the search field of the header for who may list households, nil for others.
func SearchFor(ctx context.Context, c access.Caller) *web.Search {
	if !access.May(c, access.HouseholdList) {
		return nil
	}
	return &web.Search{Action: "/households/search", Hint: word(ctx, "list.search_hint")}
}

// pages are the handlers.
type pages struct {
	Needs
	figures  *overview.Service
	searches searches
}

// fileTime is how long a file may take to arrive: 64 MB on a slow line.
const fileTime = 30 * time.Minute

// Register adds the pages to a server.
func Register(server *web.Server, n Needs) error {
	sealed, err := newSearches(n.Ring)
	if err != nil {
		return err
	}
	p := &pages{Needs: n, searches: sealed, figures: overview.NewService(n.Registry, n.Errors)}
	server.Handle("GET /{$}", web.Login, p.overview)
	server.Handle("GET "+readingPath, web.Needs(access.Statistics), p.reading, web.Watches())
	server.Handle("GET /overview.csv", web.Needs(access.Statistics), p.overviewFile)
	server.Handle("GET /households", web.Needs(access.HouseholdList), p.list)
	server.Handle("POST /households/search", web.Needs(access.HouseholdList), p.search)
	server.Handle("POST /households/{number}/attachments", web.Needs(access.HouseholdEdit), p.attach, web.Upload(upload.MaxBytes+1<<20, attachmentTime))
	server.Handle("GET /households/{number}/attachments/{token}", web.Needs(access.HouseholdRead), p.openAttachment)
	server.Handle("GET /households/{number}/attachments/{token}/thumbnail", web.Needs(access.HouseholdRead), p.thumbnail)
	server.Handle("POST /households/{number}/attachments/{token}/end", web.Needs(access.HouseholdEdit), p.endAttachment)
	server.Handle("GET /households/search", web.Needs(access.HouseholdList), p.found)
	p.registerExports(server)
	server.Handle("GET /households/{number}/handbook", web.Needs(access.HouseholdRead), p.printHandbook)
	server.Handle("GET /verify/{token}", web.Public, p.verify)
	server.Handle("GET /households/{number}", web.Needs(access.HouseholdRead), p.household)
	server.Handle("GET /persons/{number}", web.Needs(access.HouseholdRead), p.person)
	p.registerErasures(server)
	server.Handle("GET /households/{number}/change", web.Needs(access.HouseholdEdit), p.edit)
	server.Handle("POST /households/{number}/change", web.Needs(access.HouseholdEdit), p.propose)
	server.Handle("GET /windows", web.Needs(access.HouseholdList), p.windows)
	server.Handle("POST /windows", web.Needs(access.WindowEdit), p.saveWindow)
	p.registerNorms(server)
	p.registerAreaChanges(server)
	server.Handle("GET /households/{number}/history", web.Needs(access.HouseholdRead), p.history)
	server.Handle("GET /households/{number}/entry", web.Needs(access.HouseholdEdit), p.entry)
	server.Handle("POST /households/{number}/entry", web.Needs(access.HouseholdEdit), p.enter)
	server.Handle("GET /areas/{key}/form", web.Needs(access.AreaRead), p.place)
	server.Handle("GET /areas/{key}/form/change", web.Needs(access.HouseholdEdit), p.editPlace)
	server.Handle("POST /areas/{key}/form/change", web.Needs(access.HouseholdEdit), p.proposePlace)
	server.Handle("GET /changes", web.Needs(access.ChangeRead), p.changes)
	server.Handle("GET /changes/{id}", web.Needs(access.ChangeRead), p.change)
	server.Handle("POST /changes/{id}/approve", web.Needs(access.ChangeDecide), p.approve)
	server.Handle("POST /changes/{id}/return", web.Needs(access.ChangeDecide), p.giveBack)
	server.Handle("POST /changes/{id}/resolve", web.Needs(access.ChangeDecide), p.resolve)
	server.Handle("POST /changes/{id}/withdraw", web.Needs(access.ChangeRead), p.withdraw)
	server.Handle("GET /imports", web.Needs(access.ImportRun), p.imports)
	server.Handle("GET /imports/new", web.Needs(access.ImportRun), p.newImport)
	server.Handle("POST /imports", web.Needs(access.ImportRun), p.upload, web.Upload(maxFile+1<<20, fileTime))
	server.Handle("GET /imports/{id}", web.Needs(access.ImportRun), p.showImport)
	server.Handle("GET /imports/{id}/progress", web.Needs(access.ImportRun), p.importProgress, web.Watches())
	p.registerImports(server)
	server.Handle("POST /imports/{id}/check", web.Needs(access.ImportRun), p.check)
	server.Handle("POST /imports/{id}/apply", web.Needs(access.ImportRun), p.apply)
	p.registerUnmask(server)
	p.registerDuty(server)
	p.registerRoster(server)
	return nil
}

// scope decides on the caller of a request for a verb.
func (p *pages) scope(r *http.Request, verb access.Verb) (access.Scope, error) {
	return access.Decide(p.Caller(r.Context()), verb)
}

// may says whether the caller of a request may act by a verb in area.
func (p *pages) may(r *http.Request, verb access.Verb, area int64) bool {
	scope, err := p.scope(r, verb)
	return err == nil && scope.Holds(area)
}

// show renders content in the shell.
func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, page web.Page, content templ.Component) error {
	ctx := r.Context()
	page.Viewer = web.ViewerFrom(ctx)
	if r.Method == http.MethodGet {
		page.Path = r.URL.RequestURI()
	}
	page.Search = SearchFor(ctx, p.Caller(ctx))
	if p.Frame != nil {
		page = p.Frame(r, page)
	} else {
		for _, place := range Places() {
			if access.May(p.Caller(ctx), place.Verb) {
				page.Nav = append(page.Nav, place.NavItem)
			}
		}
	}
	return web.Render(w, r, status, framed(page, content))
}

// account names an account.
func (p *pages) account(ctx context.Context, id int64) string {
	if id == 0 {
		return word(ctx, "program")
	}
	if p.Account != nil {
		if name := p.Account(ctx, id); name != "" {
			return name
		}
	}
	return word(ctx, "account", "id", strconv.FormatInt(id, 10))
}

// word says a message of this room.
func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "registry."+key, args...)
}

// wordOr says a message of this room, or the text where there is no such message.
func wordOr(ctx context.Context, key, text string) string {
	if !i18n.Has("registry." + key) {
		return text
	}
	return word(ctx, key)
}

// number reads the number of a household or person from the address. What is no number is as absent as an unknown one.
func number(r *http.Request) (int64, error) {
	id, ok := registry.ParseNumber(r.PathValue("number"))
	if !ok {
		return 0, fault.New(fault.NotFound, "%s", word(r.Context(), "no_number"))
	}
	return id, nil
}

// id reads an identifier from the address.
func identifier(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	return id, nil
}

// actor is what the account is called that did something in a capacity of the journal, with whom it was done for.
func (p *pages) actor(ctx context.Context, id int64, capacity string) string {
	return web.Actor(ctx, func(id int64) string { return p.account(ctx, id) }, id, capacity)
}
