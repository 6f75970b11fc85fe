package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	officepage "rightkey/internal/office/page"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
	"rightkey/precision"
)

// Needs is what the pages stand on.
type Needs struct {
	web.Desk
	Campaigns *campaign.Service
	// Workers are the accounts in scope who visit households, to make teams of.
	Workers func(ctx context.Context, scope access.Scope) ([]web.Option, error)
	// Waiting are other capabilities' parts of the centre, as doors.
	Waiting []officepage.CentrePart
	// Works are the kinds of work of other capabilities that the centre counts beside visits.
	Works []Work
}

// Places are these pages' places of the main navigation.
func Places() []registrypage.Place {
	return []registrypage.Place{
		{NavItem: web.NavItem{Key: "campaign.nav", Href: "/verification", Icon: "check"}, Verb: access.Statistics},
		{NavItem: web.NavItem{Key: "campaign.nav_visits", Href: "/visits", Icon: "home"}, Verb: access.VisitRecord},
	}
}

type pages struct{ Needs }

// Register adds the pages to a server.
func Register(server *web.Server, n Needs) {
	p := &pages{n}
	server.Handle("GET /verification", web.Needs(access.Statistics), p.centre)
	server.Handle("GET /verification/visits", web.Needs(access.CampaignRead), p.waiting)
	server.Handle("GET /campaigns/new", web.Needs(access.CampaignRun), p.draft)
	server.Handle("POST /campaigns", web.Needs(access.CampaignRun), p.plan)
	server.Handle("GET /campaigns/{id}", web.Needs(access.CampaignRead), p.campaign)
	server.Handle("POST /campaigns/{id}/close", web.Needs(access.CampaignRun), p.end)
	server.Handle("GET /campaigns/{id}/report", web.Needs(access.CampaignRead), p.report)
	server.Handle("GET /campaigns/{id}/households", web.Needs(access.CampaignRead), p.households)
	server.Handle("GET /campaigns/{id}/households/{number}", web.Needs(access.CampaignRead), p.household)
	server.Handle("POST /campaigns/{id}/households/{number}", web.Needs(access.CampaignRead), p.act)
	server.Handle("GET /visits", web.Needs(access.VisitRecord), p.visits)
	server.Handle("GET /visits/{id}", web.Needs(access.VisitRecord), p.route)
	server.Handle("GET /visits/{id}/away", web.Needs(access.VisitRecord), p.away)
	server.Handle("POST /visits/{id}/away", web.Needs(access.VisitRecord), p.look, web.Upload(campaign.MaxSheet, sheetTime))
	server.Handle("GET /visits/{id}/sheet", web.Needs(access.VisitRecord), p.sheet)
	server.Handle("POST /visits/{id}/sheet", web.Needs(access.VisitRecord), p.take, web.Upload(campaign.MaxSheet, sheetTime))
	server.Handle("GET /visits/{id}/papers", web.Needs(access.VisitRecord), p.papers)
	server.Handle("GET /field/{$}", web.Needs(access.VisitRecord), p.field)
	server.Handle("GET /field/worker.js", web.Needs(access.VisitRecord), p.worker)
	server.Handle("GET /visits/{id}/phone", web.Needs(access.VisitRecord), p.phone)
	server.Handle("GET /visits/{id}/{number}", web.Needs(access.VisitRecord), p.visit)
	server.Handle("POST /visits/{id}/{number}", web.Needs(access.VisitRecord), p.record)
}

// CentrePath is the address of the verification centre.
const CentrePath = "/verification"

// word says a message of these pages.
func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "campaign."+key, args...)
}

func campaignPath(id int64, more ...string) string {
	return "/campaigns/" + strconv.FormatInt(id, 10) + strings.Join(more, "")
}

func visitPath(id int64, more ...string) string {
	return "/visits/" + strconv.FormatInt(id, 10) + strings.Join(more, "")
}

func placeName(ctx context.Context, places map[int64]area.Area, key int64) string {
	a, ok := places[key]
	if !ok {
		return strconv.FormatInt(key, 10)
	}
	return a.Label(web.Lang(ctx))
}

func percent(ctx context.Context, share float64) string { return i18n.Percent(web.Lang(ctx), share, 1) }

func day(ctx context.Context, d clock.Day) string { return i18n.Day(web.Lang(ctx), d) }

func count(ctx context.Context, n int64) string { return i18n.Number(web.Lang(ctx), n) }

// between is an interval as written.
func between(ctx context.Context, s precision.Share) string {
	return percent(ctx, s.Low) + " – " + percent(ctx, s.High)
}

var progressTones = map[campaign.Progress]web.Tone{campaign.Waiting: web.ToneInfo, campaign.Absent: web.ToneWarn, campaign.Again: web.ToneInfo, campaign.Disputed: web.ToneBad, campaign.Refused: web.ToneWarn, campaign.Done: web.ToneGood}

func progressBadge(ctx context.Context, state campaign.Progress) web.Badge {
	return web.Badge{Tone: progressTones[state], Text: word(ctx, "progress."+string(state))}
}

var resultTones = map[campaign.Result]web.Tone{campaign.Keep: web.ToneGood, campaign.Correct: web.ToneInfo, campaign.Add: web.ToneWarn, campaign.Remove: web.ToneBad}

func resultBadge(ctx context.Context, result campaign.Result) templ.Component {
	if result == "" {
		return nil
	}
	return web.Badge{Tone: resultTones[result], Text: word(ctx, "result."+string(result))}
}

// title is what a campaign is called: its design, where and when.
func (p *pages) title(ctx context.Context, c campaign.Campaign, places map[int64]area.Area) string {
	name := c.Design
	if d, _, err := p.Campaigns.DesignOf(c); err == nil {
		name = d.Title.In(web.Lang(ctx))
	}
	return name + " · " + placeName(ctx, places, c.Area) + " · " + day(ctx, c.Starts)
}

// opened is the campaign of an address, for a verb.
func (p *pages) opened(r *http.Request, verb access.Verb) (access.Scope, campaign.Campaign, error) {
	scope, id, err := p.Item(r, verb)
	if err != nil {
		return scope, campaign.Campaign{}, err
	}
	c, err := p.Campaigns.Get(r.Context(), scope, id)
	return scope, c, err
}

// blamed ties what is wrong with a form to its field; false for another kind of failure.
func blamed(ctx context.Context, err error) (field, text string, is bool) {
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind != fault.Invalid || len(known.Details) == 0 {
		return "", "", false
	}
	return known.Details[0].Field, web.T(ctx, "fault."+known.Code), true
}

// blame puts what is wrong at its field, or at the first.
func blame(fields []web.Field, name, text string) {
	for i := range fields {
		if fields[i].Name == name {
			fields[i].Error = text
			return
		}
	}
	if len(fields) > 0 {
		fields[0].Error = text
	}
}
