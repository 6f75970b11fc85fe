package rest

import (
	"context"
	"net/http"
	"strconv"

	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/rest"
)

// Job is long work.
type Job struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind" example:"area.load"`
	Title    string     `json:"title"`
	State    string     `json:"state" enum:"queued,running,done,failed,cancelled"`
	Done     int64      `json:"done" doc:"How much is done, in the work's own units."`
	Total    int64      `json:"total" doc:"How much there is; 0 while that is not known."`
	Counts   job.Counts `json:"counts" doc:"in = created + updated + unchanged + rejected when the job is done."`
	Error    string     `json:"error,omitempty" doc:"Why it failed."`
	Created  string     `json:"created" format:"date-time"`
	Started  string     `json:"started,omitempty" format:"date-time"`
	Finished string     `json:"finished,omitempty" format:"date-time"`
}

func jobOf(j job.Job) Job {
	return Job{ID: j.ID, Kind: j.Kind, Title: j.Title, State: string(j.State), Done: j.Done, Total: j.Total, Counts: j.Counts, Error: j.Error,
		Created: j.Created.String(), Started: moment(j.Started), Finished: moment(j.Finished)}
}

// moment writes a time, nothing for one that has not come.
func moment(at clock.Time) string {
	if at == 0 {
		return ""
	}
	return at.String()
}

func jobPath(id int64) string { return rest.Prefix + "/jobs/" + strconv.FormatInt(id, 10) }

func (rooms Rooms) registerJobs(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-jobs", Method: http.MethodGet, Path: "/jobs", Summary: "List jobs, newest first", Room: room, Verb: rest.LoggedIn,
		About: "Your own jobs and, where you may see them, those in your areas."},
		func(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[Job], error) {
			read := func(before int64, rows int) ([]job.Job, error) {
				return rooms.Jobs.List(ctx, rest.Caller(ctx), before, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(j job.Job) int64 { return j.ID }, rest.Each(jobOf))
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-job", Method: http.MethodGet, Path: "/jobs/{id}", Summary: "Look how far a job is", Room: room, Verb: rest.LoggedIn, Watches: true},
		func(ctx context.Context, in *getInput) (*struct{ Body Job }, error) {
			j, err := rooms.Jobs.Get(ctx, rest.Caller(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &struct{ Body Job }{jobOf(j)}, nil
		})
	rest.Register(api, rest.Operation{ID: "cancel-job", Method: http.MethodPost, Path: "/jobs/{id}/cancel", Summary: "Stop a job of your own", Room: room, Verb: rest.LoggedIn, Status: http.StatusNoContent,
		About: "It stops after its present step; what it did stays."},
		func(ctx context.Context, in *getInput) (*struct{}, error) {
			return nil, rooms.Jobs.Cancel(ctx, rest.Caller(ctx), in.ID)
		})
}
