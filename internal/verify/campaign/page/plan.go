package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// formTeams is how many teams the form asks for; the API takes more.
const formTeams = 6

// draft shows the form of a new campaign.
func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	query, err := web.Asked(r, "area")
	if err != nil {
		return err
	}
	return p.showDraft(w, r, http.StatusOK, query, "", "")
}

func (p *pages) showDraft(w http.ResponseWriter, r *http.Request, status int, form url.Values, wrong, text string) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.CampaignRun)
	if err != nil {
		return err
	}
	fields, err := p.draftFields(ctx, scope, form)
	if err != nil {
		return err
	}
	if wrong != "" {
		blame(fields, wrong, text)
	}
	page := web.Page{Title: word(ctx, "new"), Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/verification"}, {Label: word(ctx, "new")}}}
	return p.Show(w, r, status, page, web.Note(word(ctx, "new_text")), asking{action: "/campaigns", button: word(ctx, "begin"), fields: fields}.view())
}

func (p *pages) draftFields(ctx context.Context, scope access.Scope, form url.Values) ([]web.Field, error) {
	designs, err := p.Campaigns.Designs(scope.Ranges()[0].Lo)
	if err != nil {
		return nil, err
	}
	design := web.Field{Name: "design", Label: word(ctx, "field.design"), Kind: web.FieldSelect, Required: true, Value: form.Get("design")}
	for _, d := range designs {
		design.Options = append(design.Options, web.Option{Value: d.Code, Label: d.Title.In(web.Lang(ctx)) + " (" + word(ctx, "kind."+string(d.Kind)) + ")"})
	}
	method := web.Field{Name: "method", Label: word(ctx, "field.method"), Help: word(ctx, "field.method_help"), Kind: web.FieldSelect, Required: true, Value: form.Get("method")}
	for _, m := range campaign.Methods {
		method.Options = append(method.Options, web.Option{Value: string(m), Label: word(ctx, "method."+string(m))})
	}
	fields := []web.Field{{Name: "area", Label: word(ctx, "field.area"), Help: word(ctx, "field.area_help"), Required: true, Value: form.Get("area")}, design, method,
		{Name: "visits", Label: word(ctx, "field.visits"), Kind: web.FieldNumber, Value: form.Get("visits")},
		{Name: "due", Label: word(ctx, "field.due"), Help: word(ctx, "field.due_help"), Kind: web.FieldDate, Value: form.Get("due")},
		{Name: "seed", Label: word(ctx, "field.seed"), Help: word(ctx, "field.seed_help"), Kind: web.FieldNumber, Value: form.Get("seed")}}
	workers := []web.Option{{Label: word(ctx, "nobody")}}
	if p.Workers != nil {
		found, err := p.Workers(ctx, scope)
		if err != nil {
			return nil, err
		}
		workers = append(workers, found...)
	}
	for n := 1; n <= formTeams; n++ {
		of := strconv.Itoa(n)
		for _, member := range []string{"a", "b"} {
			fields = append(fields, web.Field{Name: "members" + of + member, Label: word(ctx, "field.member_"+member, "n", n), Kind: web.FieldSelect, Options: workers, Value: form.Get("members" + of + member), Required: n == 1 && member == "a"})
		}
		fields = append(fields, web.Field{Name: "base" + of, Label: word(ctx, "field.base", "n", n), Help: word(ctx, "field.base_help"), Value: form.Get("base" + of)})
	}
	return fields, nil
}

// plan begins a campaign.
func (p *pages) plan(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.CampaignRun)
	if err != nil {
		return err
	}
	draft, wrong, err := p.drafted(ctx, scope, r.PostForm)
	if err != nil {
		return err
	}
	if wrong != "" {
		return p.showDraft(w, r, http.StatusBadRequest, r.PostForm, wrong, web.T(ctx, "error.invalid"))
	}
	c, err := p.Campaigns.Plan(ctx, scope, draft)
	if field, text, is := blamed(ctx, err); is {
		if field == "members" {
			field = "members1a"
		}
		return p.showDraft(w, r, http.StatusBadRequest, r.PostForm, field, text)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, campaignPath(c.ID))
}

// drafted reads the form; wrong is the field that cannot be read.
func (p *pages) drafted(ctx context.Context, scope access.Scope, form url.Values) (draft campaign.Draft, wrong string, err error) {
	areas := p.Campaigns.Registry().Areas()
	at, err := areas.ByCode(ctx, scope, strings.TrimSpace(form.Get("area")))
	if err != nil {
		return draft, "", err
	}
	draft = campaign.Draft{Area: at.Key, Design: form.Get("design"), Method: campaign.Method(form.Get("method"))}
	number := func(name string) uint64 {
		n, bad := strconv.ParseUint(strings.TrimSpace(form.Get(name)), 10, 53)
		if bad != nil && form.Get(name) != "" {
			wrong = name
		}
		return n
	}
	draft.Visits, draft.Seed = int(number("visits")), number("seed")
	if form.Get("due") != "" {
		if draft.Due, err = clock.ParseDay(form.Get("due")); err != nil {
			wrong, err = "due", nil
		}
	}
	for n := 1; n <= formTeams && err == nil; n++ {
		of := strconv.Itoa(n)
		var team campaign.Team
		for _, member := range []string{"a", "b"} {
			if account := int64(number("members" + of + member)); account != 0 {
				team.Members = append(team.Members, campaign.Official{Account: account})
			}
		}
		if len(team.Members) == 0 {
			continue
		}
		if code := strings.TrimSpace(form.Get("base" + of)); code != "" {
			base, err := areas.ByCode(ctx, scope, code)
			if fault.Is(err, fault.NotFound) {
				return draft, "base" + of, nil
			}
			if err != nil {
				return draft, "", err
			}
			team.Base = base.Key
		}
		draft.Teams = append(draft.Teams, team)
	}
	return draft, wrong, err
}
