package page

import (
	"context"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/web"
)

// Pages is what the office's pages stand on.
type Pages struct {
	Frame    Frame
	Office   *office.Service
	Sessions *office.Sessions
	Areas    *area.Service
	// AreaActions are what other rooms offer on the page of an area in scope; nil for nothing.
	AreaActions func(context.Context, area.Area) []web.Action
	Loads       *office.FileLoads
	Packs       *library.Library
	Loader      *policy.Loader
	Shipped     fs.FS // the packs that come with the program, a folder each
	Jobs        *job.Runner
	Events      *office.Events
	// Approvals are acts of two persons.
	Approvals *office.Approvals
	// Acts say what acts of two persons are about, by their kind; rooms add their own.
	Acts          map[string]ActWords
	Organisations *office.Organisations
	// OrganisationLoads takes files of organisations.
	OrganisationLoads *office.FileLoads
	Alerts            *office.Alerts
	// Identity is the identity provider of the office; nil where there is none.
	Identity *office.Identity
	// Assignments open inspections.
	Assignments *office.Assignments
	// RecordNumber is the number by which people know a household or person; a later room says it.
	RecordNumber func(id int64) string
	Clock        clock.Clock
	// JobResults shows what came out of jobs, by their kind; rooms add their own.
	JobResults map[string]func(context.Context, access.Caller, job.Job) (templ.Component, error)
}

// perPage is how many rows a list shows.
const perPage = 50

// Register adds the pages to the server.
func (p *Pages) Register(s *web.Server) {
	s.Handle("GET /login", web.Public, p.loginPage)
	s.Handle("POST /login", web.Public, p.login)
	s.Handle("POST /logout", web.Public, p.logout)
	s.Handle("GET /activate", web.Public, p.activatePage)
	s.Handle("POST /activate", web.Public, p.activate)

	s.Handle("GET /me", web.Login, p.mePage)
	s.Handle("POST /me/preferences", web.Login, p.prefer)
	s.Handle("POST /me/purpose", web.Login, p.statePurpose)
	s.Handle("POST /me/password", web.Login, p.changePassword)
	s.Handle("POST /me/tokens", web.Login, p.makeToken)
	s.Handle("POST /me/tokens/{id}/end", web.Login, p.endToken)
	s.Handle("POST /me/sessions/{id}/end", web.Login, p.endSession)

	manage := web.Needs(access.AccountManage)
	s.Handle("GET /accounts", manage, p.accountsPage)
	s.Handle("GET /accounts/new", manage, p.invitePage)
	s.Handle("POST /accounts", manage, p.proved(backTo("/accounts/new"), p.invite))
	s.Handle("GET /accounts/{id}", manage, p.accountPage)
	s.Handle("POST /accounts/{id}/grants", manage, p.proved(backToAccount, p.grant))
	s.Handle("POST /accounts/{id}/revoke", manage, p.proved(backToAccount, p.revoke))
	s.Handle("POST /accounts/{id}/disable", manage, p.proved(backToAccount, p.disable))
	s.Handle("POST /accounts/{id}/enable", manage, p.proved(backToAccount, p.enable))
	s.Handle("POST /accounts/{id}/renew", manage, p.proved(backToAccount, p.renew))
	s.Handle("POST /accounts/{id}/factor", manage, p.proved(backToAccount, p.takeFactor))

	s.Handle("GET /areas", web.Needs(access.AreaRead), p.areasPage)
	s.Handle("GET /areas/{key}", web.Needs(access.AreaRead), p.areaPage)
	p.areaDoor().register(s, access.AreaEdit)

	p.registerOrganisations(s)

	s.Handle("GET /packs", web.Needs(access.PackRead), p.packsPage)
	s.Handle("GET /packs/{hash}", web.Needs(access.PackRead), p.packPage)
	s.Handle("POST /packs/install", web.Needs(access.PackEdit), p.installPack)
	s.Handle("POST /packs/{hash}/use", web.Needs(access.PackEdit), p.usePack)

	p.registerApprovals(s)
	p.registerFactor(s)
	p.registerAlerts(s)
	p.registerIdentity(s)
	p.registerInspections(s)
	p.registerCovers(s)
	s.Handle("GET /journal", web.Needs(access.JournalRead), p.journalPage)
	s.Handle("GET /jobs", web.Login, p.jobsPage)
	s.Handle("GET /jobs/{id}", web.Login, p.jobPage)
	s.Handle("GET /jobs/{id}/progress", web.Login, p.jobProgress, web.Watches())
	s.Handle("POST /jobs/{id}/cancel", web.Login, p.cancelJob)
}

// scope decides for the caller of a request.
func scope(r *http.Request, verb access.Verb) (access.Scope, error) {
	return access.Decide(office.CallerFrom(r.Context()), verb)
}

// pathNumber reads a number from the address.
func pathNumber(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	return n, nil
}

// onlyFilters refuses an address with a filter that the list does not know: ignoring it would show too much.
func onlyFilters(r *http.Request, known ...string) error {
	for name := range r.URL.Query() {
		found := name == "done"
		for _, k := range known {
			found = found || name == k
		}
		if !found {
			return fault.New(fault.Invalid, "%s", web.T(r.Context(), "office.fault.filter"))
		}
	}
	return nil
}

func (p *Pages) today() clock.Day { return p.Clock.Now().Day(time.UTC) }

// number writes a whole number in the reader's language.
func number[N int | int64](ctx context.Context, n N) string {
	return i18n.Number(web.Lang(ctx), int64(n))
}

// day writes a day, moment a moment, in the reader's language.
func day(ctx context.Context, d clock.Day) string { return i18n.Day(web.Lang(ctx), d) }

func moment(ctx context.Context, at clock.Time) string { return i18n.Moment(web.Lang(ctx), at) }
