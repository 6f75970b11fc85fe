package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/internal/table"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/verify/duplicate"
)

// walk is the demonstration county with something of everything that pages show: changes at each stage, an import at
// each step, a household on its way to another county, things that wait for a second person.
type walk struct {
	*matrix
	seen    *statements
	village string // code of the first village
}

// walkHouseholds is how many households the county has: more than a page of a list shows, and four in a village.
const walkHouseholds = 640

// openWalk makes the demonstration and the records that pages name.
func openWalk(t *testing.T) *walk {
	t.Helper()
	ctx := t.Context()
	seen := &statements{known: map[string]bool{}}
	demo := demoCommand{place: place{Data: t.TempDir(), seen: seen.add}, Seed: 2014, Households: walkHouseholds}
	h, err := demo.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	working, stop := context.WithCancel(context.Background())
	ended := h.work(working, stop)
	t.Cleanup(func() { ended(); h.close() })
	logins, err := demo.load(ctx, h, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{seen: seen, matrix: &matrix{t: t, h: h, people: map[string]*http.Client{}, ids: map[string]string{}}}
	if w.pages, w.api, err = h.doors(slog.New(slog.DiscardHandler), false, nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.pages)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.signIn(logins)
	w.people["stranger"] = w.client(t)
	w.furnish(ctx)
	unfollow, err := h.mirrorRegister(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unfollow)
	for {
		table, _, err := h.registry.Mirror(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if table != nil {
			return w
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// signIn opens a session for each login; where a code is asked for, half of one.
func (w *walk) signIn(logins []office.DemoLogin) {
	w.t.Helper()
	for _, l := range logins {
		w.people[l.Login] = w.client(w.t)
		w.post(l.Login, "/login", "login", l.Login, "password", l.Password)
	}
}

// post sends a form as somebody and returns where it leads.
func (w *walk) post(login, path string, pairs ...string) string {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], w.fill(pairs[i+1]))
	}
	answer, err := w.people[login].PostForm(w.url+w.fill(path), form)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s as %s: status %d %v\n%s", path, login, answer.StatusCode, err, regexp.MustCompile(`<[^>]*>`).ReplaceAll(mainPart.Find(text), []byte(" ")))
	}
	return answer.Header.Get("Location")
}

// keep remembers the last part of an address under a name.
func (w *walk) keep(name, location string) {
	path, _, _ := strings.Cut(location, "?")
	w.ids["{"+name+"}"] = path[strings.LastIndex(path, "/")+1:]
}

// scope decides for somebody, who has just proved to be there.
func (w *walk) scope(ctx context.Context, login string, verb access.Verb) access.Scope {
	w.t.Helper()
	caller := w.callerOf(w.t, ctx, login)
	caller.Proved = w.h.clock.Now()
	scope, err := access.Decide(caller, verb)
	if err != nil {
		w.t.Fatal(err)
	}
	return scope
}

func (w *walk) must(err error) {
	w.t.Helper()
	if err != nil {
		var known *fault.Error
		if errors.As(err, &known) {
			w.t.Fatalf("%v %+v", err, known.Details)
		}
		w.t.Fatal(err)
	}
}

// furnish makes a record for every name that stands in addresses.
func (w *walk) furnish(ctx context.Context) {
	way, err := w.h.demoCounty(ctx)
	w.must(err)
	county, village := way[len(way)-3], way[len(way)-1]
	w.village = village.Code
	w.ids["{county}"], w.ids["{village}"], w.ids["{key}"] = county.Code, village.Code, strconv.FormatInt(village.Key, 10)
	w.ids["{hash}"] = w.h.packs.All()[0].Hash
	w.neighbour(ctx, way[len(way)-4].Code)
	read := w.scope(ctx, "county", access.HouseholdRead)
	near, err := w.h.registry.List(ctx, read, registry.Filter{Area: village.Key}, registry.Position{}, 4)
	w.must(err)
	all, err := w.h.registry.List(ctx, read, registry.Filter{}, registry.Position{}, 50)
	w.must(err)
	if len(near) < 4 || len(all) < 50 {
		w.t.Fatalf("the first village has %d households", len(near))
	}
	w.duties(ctx, near[0])
	w.changes(ctx, append(near[:2:2], all[40:]...))
	w.files(ctx, near[0])
	w.secondPersons(ctx)
	w.problem(ctx)
	w.lead(ctx, near[0])
	w.withdrawn(ctx, near[3])
	w.cases(ctx, near[1], near[2])
	w.twice(ctx)
	w.campaign(ctx, village)
}

// campaign sends the county itself to all households of a village.
func (w *walk) campaign(ctx context.Context, village area.Area) {
	scope := w.scope(ctx, "county", access.CampaignRun)
	c, err := w.h.campaigns.Plan(ctx, scope, campaign.Draft{Area: village.Key, Design: "look_back", Method: campaign.Everybody, Teams: []campaign.Team{{Members: []campaign.Official{{Account: scope.Caller().Account}}}}})
	w.must(err)
	w.ids["{campaign}"] = strconv.FormatInt(c.ID, 10)
}

// twice lets the whole register be compared with itself: the demonstration has people who are registered twice.
func (w *walk) twice(ctx context.Context) {
	scope, err := w.h.decide(access.AssessRun)
	w.must(err)
	j, _, err := w.h.duplicates.Start(ctx, scope)
	w.must(err)
	w.must(w.h.followJob(ctx, j.ID, io.Discard, "duplicates"))
	pairs, err := w.h.duplicates.Queue(ctx, w.scope(ctx, "county", access.ChangeDecide), duplicate.Filter{States: duplicate.Undecided}, duplicate.Position{}, 1)
	w.must(err)
	if len(pairs) == 0 {
		w.t.Fatal("nobody of the demonstration seems to be registered twice")
	}
	w.ids["{duplicate}"] = strconv.FormatInt(pairs[0].ID, 10)
}

// neighbour registers another county, to which households can move.
func (w *walk) neighbour(ctx context.Context, prefecture string) {
	rows, err := table.NewCSV(strings.NewReader("code,name\n"+prefecture+"98,Nearby county\n"+prefecture+"98001,Nearby township\n"+prefecture+"98001001,Nearby village\n"), table.Options{})
	w.must(err)
	scope, err := w.h.decide(access.AreaEdit)
	w.must(err)
	_, err = w.h.areas.LoadFile(ctx, scope, rows, area.Load{Day: clock.Date(2000, 1, 1)})
	w.must(err)
	w.ids["{nearby}"] = prefecture + "98001001"
	county, err := w.h.areas.ByCode(ctx, scope, prefecture+"98")
	w.must(err)
	logins, err := w.h.office.CreateDemo(ctx, w.h.keys.Ring(), []office.DemoLogin{{Login: "receiver", Name: "Nearby County Office", Role: "county-office", Area: county.Key}})
	w.must(err)
	w.signIn(logins)
}

// duties says who answers for the household that is looked at, and what was looked up in it.
func (w *walk) duties(ctx context.Context, h registry.Household) {
	w.ids["{number}"], w.ids["{ver}"] = h.Number, strconv.FormatInt(h.Ver, 10)
	file, err := w.h.registry.Open(ctx, w.scope(ctx, "county", access.HouseholdRead), h.ID)
	w.must(err)
	person := file.Members[0].ID
	w.ids["{person}"] = registry.Number(person)
	w.post("county", "/assignments", "login", "helper", "households", "{number}")
	w.post("village", "/me/kin", "number", "{number}", "relation", office.Relations[len(office.Relations)-1])
	w.post("county", "/windows", "ver", "0", "area", "{county}", "year", "2014", "reference", "2014-12-31", "opens", "2014-10-01", "locks", "2015-06-30")
	windows, err := w.h.registry.Windows(ctx, w.scope(ctx, "county", access.WindowEdit))
	w.must(err)
	w.ids["{window}"] = strconv.FormatInt(windows[0].ID, 10)
	w.post("county", "/norms", "area", "{county}", "year", "2014", "ver", "0", "crops.yield", "400", "crops.price", "2.4", "crops.cost", "300")
	u, err := w.h.registry.Unmask(ctx, w.scope(ctx, "county", access.FieldUnmask), registry.SubjectPerson, person, registry.FieldNationalID, "A complaint about the number")
	w.must(err)
	w.ids["{unmask}"] = strconv.FormatInt(u.ID, 10)
	alerts, err := w.h.alerts.List(ctx, w.callerOf(w.t, ctx, "auditor"), "", 0, 1)
	w.must(err)
	w.ids["{alert}"] = strconv.FormatInt(alerts[0].ID, 10)
	organisation, err := w.h.organisations.Save(ctx, w.scope(ctx, "county", access.OrganisationEdit), office.Organisation{Name: "Clear Water Cooperative", Kind: "cooperative", Area: h.Area, From: clock.Date(2010, 1, 1)})
	w.must(err)
	w.ids["{organisation}"] = strconv.FormatInt(organisation.ID, 10)
}

// changes makes changes at each stage.
func (w *walk) changes(ctx context.Context, list []registry.Household) {
	submit := func(login string, source change.Source, h registry.Household, base, set change.Values) string {
		made, err := w.h.changes.Submit(ctx, w.scope(ctx, login, access.HouseholdEdit), change.Draft{Source: source, Title: "The group put right", Reason: "Visit of the working team",
			Rows: []change.Row{{SubjectKind: registry.SubjectHousehold, Subject: h.ID, BaseVer: h.Ver, Base: base, Set: set}}})
		w.must(err)
		return strconv.FormatInt(made.ID, 10)
	}
	w.ids["{change}"] = submit("village", change.Page, list[1], nil, change.Values{"status": "returned"})
	submit("county", change.Page, list[2], nil, change.Values{"group_name": "Upper group"})
	w.ids["{conflict}"] = submit("county", change.Offline, list[2], change.Values{"group_name": ""}, change.Values{"group_name": "Lower group"})
	act := func(h registry.Household, code string, more ...string) {
		pairs := append([]string{"act", code, "ver", strconv.FormatInt(h.Ver, 10), "day", "2014-12-01", "reason", "Told at the visit", "evidence", "Certificate 12", "step", "send"}, more...)
		w.post("county", "/households/"+h.Number+"/roster", pairs...)
	}
	act(list[3], "apart", "persons", w.lastMember(ctx, list[3]))
	waiting, err := w.h.changes.List(ctx, w.scope(ctx, "county", access.ChangeRead), []change.State{change.Waiting}, change.Position{}, 1)
	w.must(err)
	w.ids["{acted}"] = strconv.FormatInt(waiting[0].ID, 10)
	act(list[4], "moved_county", "area", "{nearby}")
	coming, err := w.h.registry.Transfers(ctx, w.scope(ctx, "receiver", access.ChangeDecide), 1)
	w.must(err)
	w.ids["{transfer}"], w.ids["{moving}"] = strconv.FormatInt(coming[0].Set, 10), list[4].Number
}

// lastMember is the number of a household's last member.
func (w *walk) lastMember(ctx context.Context, h registry.Household) string {
	file, err := w.h.registry.Open(ctx, w.scope(ctx, "county", access.HouseholdRead), h.ID)
	w.must(err)
	return registry.Number(file.Members[len(file.Members)-1].ID)
}

// files makes imports at each step, an export, a photo and a document on paper.
func (w *walk) files(ctx context.Context, h registry.Household) {
	var picture bytes.Buffer
	w.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 320, 240))))
	photo, err := w.h.registry.Attach(ctx, w.scope(ctx, "county", access.HouseholdEdit), registry.Attaching{Household: h.ID, Kind: registry.HousePhoto}, picture.Bytes())
	w.must(err)
	w.ids["{token}"] = photo.Token
	w.ids["{uploaded}"] = strconv.FormatInt(w.upload(ctx).ID, 10)
	checked := w.upload(ctx)
	mapping, err := registry.ParseMapping([]byte("subject: household\nsource: walk\nkey: key\narea: area\nday: \"2014-12-31\"\ncolumns: {status: status, land: arable_land}\n"))
	w.must(err)
	scope := w.scope(ctx, "county", access.ImportRun)
	checked, err = w.h.registry.Check(ctx, scope, checked.ID, checked.Ver, mapping)
	w.must(err)
	w.ids["{checked}"] = strconv.FormatInt(checked.ID, 10)
	w.must(await(ctx, w.h, checked.Job))
	applied := w.upload(ctx)
	applied, err = w.h.registry.Apply(ctx, scope, applied.ID, applied.Ver, mapping, registry.Skip)
	w.must(err)
	w.must(await(ctx, w.h, applied.Job))
	w.ids["{import}"], w.ids["{job}"] = strconv.FormatInt(applied.ID, 10), strconv.FormatInt(applied.Job, 10)
	w.ids["{file}"] = "household.xlsx"
	_, err = w.h.registry.SaveTemplate(ctx, scope, checked, mapping, "Yearly fields")
	w.must(err)
	w.keep("export", w.post("county", "/exports?area={village}", "subject", "household", "format", "csv", "purpose", "verification", "reason", "Check of the village's list"))
	runs, err := w.h.identify.Runs(ctx, w.scope(ctx, "county", access.Statistics), 0, 1)
	w.must(err)
	w.ids["{run}"] = strconv.FormatInt(runs[0].ID, 10)
	w.ids["{verify}"] = w.printed("/households/{number}/handbook", `/verify/([\w-]+)`)
}

// upload sends a file of households, some of which are wrong.
func (w *walk) upload(ctx context.Context) registry.Import {
	rows, err := table.NewCSV(strings.NewReader("key,area,status,land\nw1,"+w.village+",general,2\nw2,99999999,general,1\nw3,"+w.village+",sunk,-4\n"), table.Options{})
	w.must(err)
	im, err := w.h.registry.Upload(ctx, w.scope(ctx, "county", access.ImportRun), "walk.csv", rows)
	w.must(err)
	return im
}

// printed opens a page as the county's office and returns what an expression finds in it.
func (w *walk) printed(path, expression string) string {
	answer, err := w.people["county"].Get(w.url + w.fill(path))
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	found := regexp.MustCompile(expression).FindSubmatch(body)
	if found == nil {
		w.t.Fatalf("%s shows no %s (status %d)", path, expression, answer.StatusCode)
	}
	return string(found[1])
}

// secondPersons asks for what a second person must agree to.
func (w *walk) secondPersons(ctx context.Context) {
	admin := w.callerOf(w.t, ctx, "admin")
	grant := access.Grant{Role: "county-office", From: clock.Date(2000, 1, 1), Range: access.Everywhere}
	account, _, err := w.h.office.Invite(ctx, admin, office.Invitation{Login: "newcomer", Name: "Newcomer of the office", Grant: grant, Reason: "Joins the office"})
	w.must(err)
	w.ids["{account}"] = strconv.FormatInt(account.ID, 10)
	w.post("county", "/exports?area={village}", "subject", "person", "format", "xlsx", "purpose", "verification", "reason", "Check of the village's list", "special", "1")
	asked, err := w.h.approvals.List(ctx, w.callerOf(w.t, ctx, "county"), 0, 1)
	w.must(err)
	w.ids["{approval}"] = strconv.FormatInt(asked[0].ID, 10)
}

// problem is one of the county.
func (w *walk) problem(ctx context.Context) {
	scope := w.scope(ctx, "county", access.HouseholdList)
	list, err := w.h.quality.List(ctx, scope, quality.Filter{}, quality.Position{}, 1)
	w.must(err)
	w.ids["{problem}"] = strconv.FormatInt(list[0].ID, 10)
}
