package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/identify"
	identifypage "rightkey/internal/identify/page"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/internal/job"
	"rightkey/internal/office"
	officepage "rightkey/internal/office/page"
	officerest "rightkey/internal/office/rest"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/registry/quality"
	qualitypage "rightkey/internal/registry/quality/page"
	qualityrest "rightkey/internal/registry/quality/rest"
	registryrest "rightkey/internal/registry/rest"
	"rightkey/internal/rest"
	campaignpage "rightkey/internal/verify/campaign/page"
	campaignrest "rightkey/internal/verify/campaign/rest"
	crosscheckpage "rightkey/internal/verify/crosscheck/page"
	crosscheckrest "rightkey/internal/verify/crosscheck/rest"
	demonstrationpage "rightkey/internal/verify/demonstration/page"
	"rightkey/internal/verify/duplicate"
	duplicatepage "rightkey/internal/verify/duplicate/page"
	duplicaterest "rightkey/internal/verify/duplicate/rest"
	"rightkey/internal/web"
	"rightkey/policies"
)

// pages registers the pages of all rooms under one navigation.
func (h *house) pages(server *web.Server, sessions *office.Sessions) error {
	frame := officepage.Frame{Places: places(), Search: registrypage.SearchFor}
	offices := &officepage.Pages{Frame: frame, Office: h.office, Sessions: sessions, Areas: h.areas, AreaActions: registrypage.PlaceLink(h.registry), Loads: h.loads, Packs: h.packs,
		Loader: packLoader(), Shipped: policies.Files, Jobs: h.jobs, Events: office.NewEvents(h.db, h.areas), Organisations: h.organisations, OrganisationLoads: h.orgLoads, Approvals: h.approvals, Alerts: h.alerts, Assignments: h.assignments, Identity: h.identity,
		RecordNumber: registry.Number, Clock: h.clock, Acts: registrypage.ActWords(h.registry),
		JobResults: map[string]func(context.Context, access.Caller, job.Job) (templ.Component, error){identify.JobKind: identifypage.JobResult, quality.JobKind: qualitypage.JobResult, quality.ChangesKind: qualitypage.JobResult, duplicate.JobKind: duplicatepage.JobResult, procedure.JobKind: identifypage.BulkResult(h.cases)}}
	offices.Register(server)
	desk := web.Desk{Caller: office.CallerFrom, Frame: frame.Around, Account: h.accountName}
	identifypage.Register(server, identifypage.Needs{Identify: h.identify, Registry: h.registry, Desk: desk})
	identifypage.RegisterCases(server, identifypage.CaseNeeds{Packages: h.packages, Cases: h.cases, Identify: h.identify, Registry: h.registry, Desk: desk})
	qualitypage.Register(server, qualitypage.Needs{Quality: h.quality, Desk: desk, Workers: h.workers(access.HouseholdEdit)})
	duplicatepage.Register(server, duplicatepage.Needs{Duplicates: h.duplicates, Desk: desk})
	crosscheckpage.Register(server, crosscheckpage.Needs{Crosschecks: h.crosschecks, Desk: desk, Workers: h.workers(access.HouseholdEdit)})
	campaignpage.Register(server, campaignpage.Needs{Campaigns: h.campaigns, Desk: desk, Workers: h.workers(access.VisitRecord), Waiting: []officepage.CentrePart{crosscheckpage.Centre(h.crosschecks), qualitypage.Centre(h.quality)},
		Works: []campaignpage.Work{{Work: h.crosschecks.Work(), Path: "/leads"}, {Work: h.quality.Work(), Path: "/problems"}}})
	demonstrationpage.Register(server, desk)
	return registrypage.Register(server, registrypage.Needs{Assignments: h.assignments, Office: h.office, Registry: h.registry, Jobs: h.jobs, Ring: h.keys.Ring(), Caller: office.CallerFrom, Frame: frame.Around, Account: h.accountName, Erasures: h.erasures, MonthEnds: h.monthEnds, Errors: h.campaigns.Sampled, ErrorsPath: campaignpage.CentrePath,
		Panels:      []registrypage.Panel{identifypage.Panel(h.identify), identifypage.CasePanel(h.cases), qualitypage.Panel(h.quality), duplicatepage.Panel(h.duplicates), crosscheckpage.Panel(h.crosschecks)},
		Selected:    identifypage.OpenMany,
		PlacePanels: []registrypage.PlacePanel{qualitypage.PlacePanel(h.quality)},
		Newcomers:   duplicatepage.LookPath,
		Work:        []registrypage.Work{identifypage.CaseWork(h.cases), qualitypage.Waiting(h.quality), duplicatepage.Waiting(h.duplicates), crosscheckpage.Waiting(h.crosschecks), officepage.Waiting(h.approvals)}})
}

// places is the main navigation: the rooms in the order in which a household walks through them, the office last.
func places() []officepage.Place {
	var all []officepage.Place
	for _, p := range slices.Concat(registrypage.Places(), qualitypage.Places(), identifypage.Places(), identifypage.CasePlaces(), duplicatepage.Places(), crosscheckpage.Places(), campaignpage.Places()) {
		all = append(all, officepage.Place{Key: p.Key, Href: p.Href, Icon: p.Icon, Need: web.Needs(p.Verb)})
	}
	return append(all, officepage.Places()...)
}

// workers lists the accounts in a scope to which work by a verb can be given, by name.
func (h *house) workers(verb access.Verb) func(context.Context, access.Scope) ([]web.Option, error) {
	return func(ctx context.Context, scope access.Scope) ([]web.Option, error) {
		list, err := h.office.Workers(ctx, scope, verb, scope.Caller().Today)
		if err != nil {
			return nil, err
		}
		options := make([]web.Option, len(list))
		for i, w := range list {
			options[i] = web.Option{Value: strconv.FormatInt(w.ID, 10), Label: w.Name}
		}
		return options, nil
	}
}

// accountName names an account for timelines, by its number where it has no name.
func (h *house) accountName(ctx context.Context, account int64) string {
	if account == programAccount {
		return "rightkey"
	}
	if names, err := h.office.Names(ctx, []int64{account}); err == nil && names[account] != "" {
		return names[account]
	}
	return strconv.FormatInt(account, 10)
}

// api makes the API with the operations of all rooms.
func (h *house) api(log *slog.Logger, sessions *office.Sessions) (*rest.API, error) {
	api, err := rest.New(rest.Options{Version: version, Authenticate: sessions.Authenticate, DB: h.db, Clock: h.clock, Key: rest.KeyOf(h.keys.Ring()), Denied: h.denials.Refused, Say: web.Said, Log: log})
	if err != nil {
		return nil, fmt.Errorf("make the API: %w", err)
	}
	officerest.Register(api, officerest.Rooms{Areas: h.areas, Loads: h.loads, Jobs: h.jobs, Packs: h.packs, Organisations: h.organisations, OrganisationLoads: h.orgLoads, Approvals: h.approvals, Office: h.office, Assignments: h.assignments, Alerts: h.alerts, RecordNumber: registry.Number})
	registryrest.Register(api, registryrest.Rooms{Registry: h.registry, Jobs: h.jobs, Assignments: h.assignments, Office: h.office, Errors: h.campaigns.Sampled})
	registryrest.RegisterErasures(api, h.erasures)
	qualityrest.Register(api, qualityrest.Rooms{Quality: h.quality})
	duplicaterest.Register(api, duplicaterest.Rooms{Duplicates: h.duplicates})
	crosscheckrest.Register(api, crosscheckrest.Rooms{Crosschecks: h.crosschecks})
	campaignrest.Register(api, campaignrest.Rooms{Campaigns: h.campaigns, Works: []office.Work{h.crosschecks.Work(), h.quality.Work()}})
	identifyrest.Register(api, identifyrest.Rooms{Identify: h.identify, Registry: h.registry})
	identifyrest.RegisterCases(api, identifyrest.Cases{Packages: h.packages, Cases: h.cases, Registry: h.registry})
	return api, nil
}
