package rest

import (
	"context"
	"fmt"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/rest"
)

// Run is one identification.
type Run struct {
	ID       int64  `json:"id"`
	Area     string `json:"area,omitempty" doc:"Official code of the area whose households are judged; absent for all."`
	Day      string `json:"day" format:"date" doc:"Reference day: the last day of the income period."`
	Lines    string `json:"lines,omitempty" format:"date" doc:"Day whose lines judge, where it is not day: the verdicts are for comparison."`
	Pack     string `json:"pack,omitempty" doc:"Hash of the pack that judges for comparison; absent for the one in use."`
	Rule     string `json:"rule,omitempty" doc:"Code of the pack's rule; absent for its first."`
	State    string `json:"state" enum:"queued,running,done,failed,cancelled"`
	Percent  int    `json:"percent" doc:"How much is done; -1 while that is not known."`
	Error    string `json:"error,omitempty" doc:"Why it failed."`
	Created  string `json:"created" format:"date-time"`
	Finished string `json:"finished,omitempty" format:"date-time"`
}

// Count is how many are poor in an area.
type Count struct {
	Area string `json:"area,omitempty" doc:"Official code; absent for the whole."`
	Name string `json:"name,omitempty"`
	// The figures that may not be shown are absent, which is not 0.
	Households     *int64   `json:"households,omitempty" doc:"Judged, and those that nobody can judge. Absent where so few households are counted that the figure tells of persons."`
	Poor           *int64   `json:"poor,omitempty" doc:"Households."`
	Unknown        *int64   `json:"unknown,omitempty" doc:"Households that nobody can judge."`
	Persons        *int64   `json:"persons,omitempty"`
	PoorPersons    *int64   `json:"poor_persons,omitempty" doc:"Persons in poor households."`
	UnknownPersons *int64   `json:"unknown_persons,omitempty"`
	HouseholdRate  *float64 `json:"household_rate,omitempty" doc:"Poor households of those judged; absent if none was."`
	PersonRate     *float64 `json:"person_rate,omitempty" doc:"Persons in poor households of those judged; absent if none was."`
}

// Headcount is a run counted as a whole and by area.
type Headcount struct {
	Total Count   `json:"total"`
	Areas []Count `json:"areas" nullable:"false" doc:"The areas directly below, which add up to the total."`
}

func runOf(run identify.Run, places map[int64]area.Area) Run {
	lines := ""
	if run.Lines != 0 {
		lines = run.Lines.String()
	}
	return Run{ID: run.ID, Area: places[run.Area].Code, Day: run.Day.String(), Lines: lines, Pack: run.Pack, Rule: run.Rule, State: string(run.State), Percent: run.Percent, Error: run.Error,
		Created: run.Created.String(), Finished: moment(run.Finished)}
}

// moment writes a time, nothing for one that has not come.
func moment(at clock.Time) string {
	if at == 0 {
		return ""
	}
	return at.String()
}

func countOf(c identify.AreaCount) Count {
	out := Count{Area: c.Area.Code, Name: c.Area.Name}
	if c.Veil < identify.Hidden {
		out.Households, out.Persons = &c.Households, &c.Persons
	}
	if c.Veil == identify.Clear {
		out.Poor, out.Unknown, out.PoorPersons, out.UnknownPersons = &c.Poor, &c.Unknown, &c.PoorPersons, &c.UnknownPersons
		if rate, known := c.HouseholdRate(); known {
			out.HouseholdRate = &rate
		}
		if rate, known := c.PersonRate(); known {
			out.PersonRate = &rate
		}
	}
	return out
}

func (rooms Rooms) registerRuns(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-identification-runs", Method: http.MethodGet, Path: "/identification-runs", Summary: "List runs that concern your areas, newest first", Room: room, Verb: access.Statistics}, rooms.list)
	rest.Register(api, rest.Operation{ID: "get-identification-run", Method: http.MethodGet, Path: "/identification-runs/{id}", Summary: "Look how far a run is", Room: room, Verb: access.Statistics, Watches: true}, rooms.get)
	rest.Register(api, rest.Operation{ID: "start-identification", Method: http.MethodPost, Path: "/identification-runs", Summary: "Judge the households of an area", Room: room, Verb: access.AssessRun, Status: http.StatusAccepted,
		About: "Judges every household below the area by the rule of the policy pack in use there, as a job; Location names the run. Send an Idempotency-Key, so that a repeat starts no second run. No household's status changes."}, rooms.start)
	rest.Register(api, rest.Operation{ID: "compare-identification-runs", Method: http.MethodGet, Path: "/identification-runs/{id}/comparison", Summary: "Hold a run against another: who moves", Room: room, Verb: access.HouseholdList,
		About: "Counts the households that both runs judged by their verdicts. Who they are and why is in the run's assessments, narrowed by against, before and verdict."}, rooms.compare)
	rest.Register(api, rest.Operation{ID: "count-identification-run", Method: http.MethodGet, Path: "/identification-runs/{id}/headcount", Summary: "Count the poor of a run by area", Room: room, Verb: access.Statistics,
		About: "For who may not list households, figures of fewer than 10 households are left out, and others from which they could be computed."}, rooms.headcount)
}

func (rooms Rooms) list(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[Run], error) {
	read := func(before int64, rows int) ([]identify.Run, error) {
		return rooms.Identify.Runs(ctx, rest.Scope(ctx), before, rows)
	}
	show := func(page []identify.Run) ([]Run, error) { return rooms.runs(ctx, page) }
	return rest.Listing(ctx, in.Paged, read, func(run identify.Run) int64 { return run.ID }, show)
}

func (rooms Rooms) runs(ctx context.Context, found []identify.Run) ([]Run, error) {
	keys := make([]int64, len(found))
	for i, run := range found {
		keys[i] = run.Area
	}
	places, err := rooms.places(ctx, keys...)
	if err != nil {
		return nil, err
	}
	items := make([]Run, len(found))
	for i, run := range found {
		items[i] = runOf(run, places)
	}
	return items, nil
}

// oneRun names a run.
type oneRun struct {
	ID int64 `path:"id"`
}

func (rooms Rooms) get(ctx context.Context, in *oneRun) (*struct{ Body Run }, error) {
	run, err := rooms.Identify.GetRun(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	places, err := rooms.places(ctx, run.Area)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Run }{runOf(run, places)}, nil
}

// wanted is what a run is asked for.
type wanted struct {
	Body struct {
		Area  string `json:"area,omitempty" maxLength:"40" doc:"Official code; all households in your areas if absent."`
		Day   string `json:"day" format:"date" doc:"Reference day: the last day of the income period; income and expenditure of its calendar year count."`
		Rule  string `json:"rule,omitempty" maxLength:"60" doc:"Code of a rule of the pack in use; its first if absent."`
		Lines string `json:"lines,omitempty" format:"date" doc:"Day whose lines and other dated figures judge, for comparison: the verdicts are kept beside the current ones and replace none. That of day if absent."`
		Pack  string `json:"pack,omitempty" maxLength:"64" doc:"Hash of an installed policy pack to judge by for comparison: the verdicts are kept beside the current ones and replace none. The pack in use if absent."`
	}
}

// accepted is a run that was just started.
type accepted struct {
	Location string `header:"Location" doc:"The run to look at."`
	Body     Run
}

func (rooms Rooms) start(ctx context.Context, in *wanted) (*accepted, error) {
	scope := rest.Scope(ctx)
	day, err := clock.ParseDay(in.Body.Day)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the reference day is not a day").With(0, "body.day", "is not a day (2014-12-31)")
	}
	key, err := rooms.areaOf(ctx, scope, in.Body.Area)
	if err != nil {
		return nil, err
	}
	args := identify.RunArgs{Area: key, Day: day, Rule: in.Body.Rule, Pack: in.Body.Pack}
	if in.Body.Lines != "" {
		if args.Lines, err = clock.ParseDay(in.Body.Lines); err != nil {
			return nil, fault.New(fault.Invalid, "the day of the lines is not a day").With(0, "body.lines", "is not a day (2014-12-31)")
		}
	}
	j, err := rooms.Identify.Start(ctx, scope, args)
	if err != nil {
		return nil, err
	}
	run, err := rooms.Identify.GetRun(ctx, scope, j.ID)
	if err != nil {
		return nil, err
	}
	places, err := rooms.places(ctx, run.Area)
	if err != nil {
		return nil, err
	}
	return &accepted{Location: fmt.Sprintf("%s/identification-runs/%d", rest.Prefix, j.ID), Body: runOf(run, places)}, nil
}

// counting says what of a run is counted.
type counting struct {
	ID   int64  `path:"id"`
	Area string `query:"area" maxLength:"40" doc:"Official code of the area whose parts are counted; everything in your areas if absent."`
}

func (rooms Rooms) headcount(ctx context.Context, in *counting) (*struct{ Body Headcount }, error) {
	scope := rest.Scope(ctx)
	if _, err := rooms.Identify.GetRun(ctx, scope, in.ID); err != nil {
		return nil, err
	}
	key, err := rooms.areaOf(ctx, scope, in.Area)
	if err != nil {
		return nil, err
	}
	total, areas, err := rooms.Identify.Headcount(ctx, scope, in.ID, key)
	if err != nil {
		return nil, err
	}
	total.Area.Code = in.Area
	body := Headcount{Total: countOf(total), Areas: make([]Count, len(areas))}
	for i, c := range areas {
		body.Areas[i] = countOf(c)
	}
	return &struct{ Body Headcount }{body}, nil
}
