package page

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// begun leads to the job that does an act on many cases, or to where its result is seen when all is done.
func begun(w http.ResponseWriter, r *http.Request, job int64, done string) error {
	if job != 0 {
		done = "/jobs/" + strconv.FormatInt(job, 10)
	}
	return web.See(w, r, done)
}

// BulkResult is what the page of a job on many cases shows when it has ended: the door to what came of it, and each case
// in which it was refused, with the reason.
func BulkResult(cases *procedure.Service) func(context.Context, access.Caller, job.Job) (templ.Component, error) {
	return func(ctx context.Context, caller access.Caller, j job.Job) (templ.Component, error) {
		scope, err := access.Decide(caller, access.CaseRead)
		if fault.Is(err, fault.Forbidden) {
			return templ.NopComponent, nil
		}
		if err != nil {
			return nil, err
		}
		var b procedure.Bulk
		if err := json.Unmarshal(j.Args, &b); err != nil {
			return nil, err
		}
		door := web.Notice{Tone: web.ToneGood, Text: caseWord(ctx, "bulk.ended"), Actions: []web.Action{{Label: caseWord(ctx, "nav"), Href: "/cases?all=1"}}}
		switch {
		case b.Sitting != 0:
			door.Actions = []web.Action{{Label: caseWord(ctx, "meeting.one"), Href: sittingPath(b.Sitting)}}
		case b.Notice != 0:
			door.Actions = []web.Action{{Label: caseWord(ctx, "notice.title"), Href: noticePath(b.Notice)}}
		}
		refused, err := cases.Refused(ctx, scope, j.ID, 0, procedure.Most)
		if err != nil || len(refused) == 0 {
			return door, err
		}
		return web.Side(door, web.Box(caseWord(ctx, "bulk.refused"), refusals(ctx, refused))), nil
	}
}

// working says that a job is still at the cases of a meeting or notice.
func working(ctx context.Context, id int64) web.Notice {
	return web.Notice{Tone: web.ToneInfo, Text: caseWord(ctx, "bulk.working"), Actions: []web.Action{{Label: web.T(ctx, "office.nav.jobs"), Href: "/jobs/" + strconv.FormatInt(id, 10)}}}
}

// refusals lists cases in which an act was refused.
func refusals(ctx context.Context, list []procedure.Refusal) web.Table {
	t := web.Table{Caption: caseWord(ctx, "bulk.refused"), Columns: []web.Column{{Label: caseWord(ctx, "bulk.row"), Number: true}, {Label: caseWord(ctx, "household")}, {Label: caseWord(ctx, "reason")}}}
	for _, one := range list {
		number := registry.Number(one.Household)
		t.Rows = append(t.Rows, web.Row{Href: "/households/" + number, Cells: []web.Cell{web.Text(i18n.Number(web.Lang(ctx), one.N)), web.Text(number), web.Text(web.Said(ctx, one.Why))}})
	}
	return t
}

// wall is how many households a meeting shows one after the other. In a longer one the votes on most are the same: they
// are entered once, and those that differ line by line.
const wall = 100

// listed asks for the votes of a meeting of more households than the wall shows.
func listed(ctx context.Context, number func(name, label string) web.Field) []web.Field {
	return []web.Field{number("for", caseWord(ctx, "meeting.each_for")), number("against", caseWord(ctx, "meeting.each_against")), number("abstain", caseWord(ctx, "meeting.each_abstain")),
		{Name: "others", Label: caseWord(ctx, "meeting.others"), Help: caseWord(ctx, "meeting.others_help"), Kind: web.FieldArea}}
}

// differing reads lines of a household's number and its votes for, against and abstained.
func differing(text string) (map[string]procedure.Vote, error) {
	found := map[string]procedure.Vote{}
	wrong := fault.New(fault.Invalid, "the votes that differ cannot be read").Coded("procedure.others")
	for i, written := range strings.Split(text, "\n") {
		parts := strings.Fields(written)
		if len(parts) == 0 {
			continue
		}
		var votes [3]int64
		ok := len(parts) == 1+len(votes)
		for k := range votes {
			if !ok {
				break
			}
			var err error
			votes[k], err = strconv.ParseInt(parts[k+1], 10, 64)
			ok = err == nil
		}
		if _, twice := found[parts[0]]; !ok || twice {
			wrong.With(i+1, "others", "is no number of a household with three numbers of votes, or stands twice")
			continue
		}
		found[parts[0]] = procedure.Vote{For: votes[0], Against: votes[1], Abstain: votes[2]}
	}
	if len(wrong.Details) > 0 {
		return nil, wrong
	}
	return found, nil
}

// votesOf are the votes that the form of a meeting says: of each household its own, or in a long one those on all and
// those that differ.
func (p *casePages) votesOf(r *http.Request, scope access.Scope, m procedure.Sitting) ([]procedure.Vote, error) {
	lines, err := p.Cases.Votes(r.Context(), scope, m, 0, procedure.Most)
	if err != nil {
		return nil, err
	}
	others, err := differing(r.PostForm.Get("others"))
	if err != nil {
		return nil, err
	}
	numbers, err := p.numbers(r.Context(), scope, lines)
	if err != nil {
		return nil, err
	}
	number := func(name string, of int64) int64 {
		said := r.PostForm.Get(name + "." + strconv.FormatInt(of, 10))
		if said == "" {
			said = r.PostForm.Get(name)
		}
		return whole(said)
	}
	votes := make([]procedure.Vote, len(lines))
	for i, l := range lines {
		v, differs := others[numbers[l.Case]]
		if !differs {
			v = procedure.Vote{For: number("for", l.Case), Against: number("against", l.Case), Abstain: number("abstain", l.Case)}
		}
		v.Case = l.Case
		votes[i] = v
		delete(others, numbers[l.Case])
	}
	if len(others) > 0 {
		wrong := fault.New(fault.Invalid, "the votes that differ cannot be read").Coded("procedure.others")
		for range others {
			wrong.With(0, "others", "names a household that is not before the meeting")
		}
		return nil, wrong
	}
	return votes, nil
}

// whole reads a whole number; what is none is below all that counts.
func whole(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}
