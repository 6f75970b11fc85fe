package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/registry/upload"
	"rightkey/internal/web"
)

// uploadTime is how long the photo of a board may take to arrive.
const uploadTime = 10 * time.Minute

// meetingView is what the page of an open meeting asks.
type meetingView struct {
	path, button string
	hidden       []web.Pair
	fields       []web.Field
	lines        []meetingLine
}

// meetingLine is one household of a meeting, as it stands on the wall.
type meetingLine struct {
	number, head, href string
	persons            string
	verdict            templ.Component // nil where it was not judged, or the reader may not see it
	reason             string
	fields             []web.Field
}

// meet convenes a meeting on the cases of a form that are before none.
func (p *casePages) meet(w http.ResponseWriter, r *http.Request) error {
	scope, cases, err := p.chosen(r)
	if err != nil {
		return err
	}
	day, err := dayOf(r)
	if err != nil {
		return err
	}
	m, err := p.Cases.Convene(r.Context(), scope, p.Cases.Around(cases), day, idsOf(cases, func(c procedure.Case) bool { return c.Sitting == 0 }))
	if err != nil {
		return err
	}
	return begun(w, r, m.Job, sittingPath(m.ID))
}

// sitting shows a meeting: open, the votes to be entered household by household; closed, its minutes.
func (p *casePages) sitting(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, votes, numbers, err := p.held(r)
	if err != nil {
		return err
	}
	scope, err := p.Scope(r, access.CaseRead)
	if err != nil {
		return err
	}
	title := meetingTitle(ctx, m)
	paper := web.Action{Label: caseWord(ctx, "paper.sheet"), Href: sittingPath(m.ID) + "/paper", Icon: "print"}
	if at, err := p.Cases.Working(ctx, m.Job); err != nil || at {
		return errors.Join(err, p.show(w, r, title, web.Crumb{Label: title}, working(ctx, m.Job)))
	}
	if m.Closed {
		paper.Label = caseWord(ctx, "paper.minutes")
		photo := templ.Component(templ.NopComponent)
		if m.HasPhoto {
			photo = boardPhoto(sittingPath(m.ID)+"/photo", caseWord(ctx, "meeting.photo"))
		}
		facts := web.Facts{Items: []web.Fact{{Label: caseWord(ctx, "meeting.eligible"), Value: strconv.FormatInt(m.Eligible, 10)}, {Label: caseWord(ctx, "meeting.present"), Value: strconv.FormatInt(m.Present, 10)}, {Label: caseWord(ctx, "meeting.minutes"), Value: m.Minutes, Missing: m.Minutes == ""},
			{Label: caseWord(ctx, "meeting.closed_by"), Value: p.ActorName(ctx, m.Closer, m.ClosedAs), Missing: m.Closer == 0}}}
		actions, err := p.leadsOn(r, scope, m)
		if err != nil {
			return err
		}
		return p.show(w, r, title, web.Crumb{Label: title}, web.Box(title, facts, photo), web.Box(caseWord(ctx, "votes"), p.results(ctx, votes, numbers)), web.Actions(append(actions, paper)))
	}
	view, err := p.openMeeting(ctx, scope, m, votes)
	if err != nil {
		return err
	}
	parts := []templ.Component{web.Actions([]web.Action{paper}), meetingForm(view)}
	if p.May(r, access.CaseAct, m.Area) {
		parts = append(parts, withoutNetwork(ctx, m, ""))
	}
	return p.show(w, r, title, web.Crumb{Label: title}, parts...)
}

// leadsOn is the act that leads on the cases of a closed meeting which a job that was stopped has left where they were.
func (p *casePages) leadsOn(r *http.Request, scope access.Scope, m procedure.Sitting) ([]web.Action, error) {
	if !p.May(r, access.CaseAct, m.Area) {
		return nil, nil
	}
	left, err := p.Cases.Before(r.Context(), scope, m)
	if err != nil || len(left) == 0 {
		return nil, err
	}
	return []web.Action{{Label: caseWord(r.Context(), "meeting.lead", "n", len(left)), Href: sittingPath(m.ID) + "/close", Post: true, Hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(m.Ver, 10)}}}}, nil
}

func meetingTitle(ctx context.Context, m procedure.Sitting) string {
	return caseWord(ctx, "meeting.title", "day", i18n.Day(web.Lang(ctx), m.Day))
}

// held is the meeting that an address names, with its cases and the numbers of their households.
func (p *casePages) held(r *http.Request) (procedure.Sitting, []procedure.Vote, map[int64]string, error) {
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return procedure.Sitting{}, nil, nil, err
	}
	m, err := p.Cases.Sitting(r.Context(), scope, id)
	if err != nil {
		return m, nil, nil, err
	}
	votes, err := p.Cases.Votes(r.Context(), scope, m, 0, procedure.Most)
	if err != nil {
		return m, nil, nil, err
	}
	numbers, err := p.numbers(r.Context(), scope, votes)
	return m, votes, numbers, err
}

func sittingPath(id int64) string { return "/sittings/" + strconv.FormatInt(id, 10) }

// numbers are the numbers of households by case.
func (p *casePages) numbers(ctx context.Context, scope access.Scope, votes []procedure.Vote) (map[int64]string, error) {
	cases, err := p.casesOf(ctx, scope, votes)
	found := map[int64]string{}
	for _, c := range cases {
		found[c.ID] = registry.Number(c.Household)
	}
	return found, err
}

// casesOf are the cases before a meeting.
func (p *casePages) casesOf(ctx context.Context, scope access.Scope, votes []procedure.Vote) ([]procedure.Case, error) {
	ids := make([]int64, len(votes))
	for i, v := range votes {
		ids[i] = v.Case
	}
	return p.Cases.Some(ctx, scope, ids)
}

func (p *casePages) results(ctx context.Context, votes []procedure.Vote, numbers map[int64]string) web.Table {
	t := web.Table{Caption: caseWord(ctx, "votes"), Columns: []web.Column{{Label: caseWord(ctx, "household")}, {Label: caseWord(ctx, "for"), Number: true}, {Label: caseWord(ctx, "against"), Number: true}, {Label: caseWord(ctx, "abstain"), Number: true}, {Label: caseWord(ctx, "result")}},
		Empty: web.Empty{Title: caseWord(ctx, "meeting.nobody"), Text: caseWord(ctx, "meeting.nobody_text")}}
	for _, v := range votes {
		cells := []web.Cell{web.Text(numbers[v.Case])}
		for _, n := range []int64{v.For, v.Against, v.Abstain} {
			cells = append(cells, web.Cell{Text: strconv.FormatInt(n, 10), Missing: v.Result == ""})
		}
		t.Rows = append(t.Rows, web.Row{Href: casePath(v.Case), Cells: append(cells, web.Text(caseWord(ctx, resultWord(v))))})
	}
	return t
}

// resultWord is the word for what a closed meeting said of a case.
func resultWord(v procedure.Vote) string {
	if v.Result == "" {
		return "result_none"
	}
	return "result_" + string(v.Result)
}

// openMeeting is an open meeting: each household with what is known of it, and the votes to be entered.
func (p *casePages) openMeeting(ctx context.Context, scope access.Scope, m procedure.Sitting, votes []procedure.Vote) (meetingView, error) {
	number := func(name, label string) web.Field {
		return web.Field{Name: name, Label: label, Kind: web.FieldNumber, Required: true, Attributes: templ.Attributes{"min": "0", "inputmode": "numeric"}}
	}
	view := meetingView{path: sittingPath(m.ID) + "/close", button: caseWord(ctx, "meeting.close"), hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(m.Ver, 10)}},
		fields: []web.Field{number("eligible", caseWord(ctx, "meeting.eligible")), number("present", caseWord(ctx, "meeting.present")), {Name: "minutes", Label: caseWord(ctx, "meeting.minutes"), Kind: web.FieldArea},
			photoField(ctx)}}
	if len(votes) > wall {
		view.fields = append(listed(ctx, number), view.fields...)
		return view, nil
	}
	homes, err := p.before(ctx, scope, m)
	if err != nil {
		return view, err
	}
	list := make([]registry.Household, 0, len(votes))
	for _, h := range homes {
		list = append(list, h)
	}
	found, err := p.Identify.Newest(ctx, scope, m.Area, list)
	if err != nil {
		return view, err
	}
	for _, v := range votes {
		h, waits := homes[v.Case]
		if !waits {
			continue
		}
		of := strconv.FormatInt(v.Case, 10)
		line := meetingLine{number: h.Number, head: h.HeadName, href: casePath(v.Case), persons: strconv.Itoa(h.Members)}
		line.reason = caseWord(ctx, "meeting.unjudged")
		if a, judged := found[h.ID]; judged {
			line.verdict, line.reason = badge(ctx, a.Outcome), a.Reason.In(web.Lang(ctx))
		}
		for _, name := range []string{"for", "against", "abstain"} {
			line.fields = append(line.fields, number(name+"."+of, caseWord(ctx, name)))
		}
		view.lines = append(view.lines, line)
	}
	return view, nil
}

// before are the households of the cases that wait for a meeting, by case.
func (p *casePages) before(ctx context.Context, scope access.Scope, m procedure.Sitting) (map[int64]registry.Household, error) {
	cases, err := p.Cases.Before(ctx, scope, m)
	if err != nil {
		return nil, err
	}
	of, ids := map[int64]int64{}, make([]int64, len(cases))
	for i, c := range cases {
		of[c.Household] = c.ID
		ids[i] = c.Household
	}
	list, err := p.Registry.Found(ctx, scope, ids)
	if err != nil {
		return nil, err
	}
	found := map[int64]registry.Household{}
	for _, h := range list {
		found[of[h.ID]] = h
	}
	return found, nil
}

// closeSitting writes down the votes of a meeting.
func (p *casePages) closeSitting(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseMultipartForm(upload.MaxBytes); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	scope, id, ver, err := p.Acting(r, access.CaseAct)
	if err != nil {
		return err
	}
	photo, err := p.picture(r, "photo")
	if err != nil {
		return err
	}
	m, err := p.Cases.Sitting(r.Context(), scope, id)
	if err != nil {
		return err
	}
	as := procedure.Closing{Eligible: whole(r.PostForm.Get("eligible")), Present: whole(r.PostForm.Get("present")), Minutes: r.PostForm.Get("minutes"), Photo: photo}
	if as.Votes, err = p.votesOf(r, scope, m); err != nil {
		return err
	}
	job, err := p.Cases.CloseSitting(r.Context(), scope, id, ver, as)
	if err != nil {
		return err
	}
	return begun(w, r, job, sittingPath(id))
}

// ballotID names the place of a household on the page of a meeting.
func ballotID(i int) string { return "ballot-" + strconv.Itoa(i+1) }
