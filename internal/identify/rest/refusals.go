package rest

import (
	"context"

	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// CaseRefusal is a case in which an act on many was refused.
type CaseRefusal struct {
	Row       int64  `json:"row" doc:"Its place among those that were given to the job."`
	Case      int64  `json:"case" doc:"That would have been opened, where the job opens cases."`
	Household string `json:"household" doc:"Number."`
	Kind      string `json:"kind" doc:"Of the refusal: not_found, invalid, conflict, stale, forbidden or gone."`
	Reason    string `json:"reason" doc:"In English."`
}

type refusalsInput struct {
	rest.Paged
	Job int64 `query:"job" required:"true"`
}

func (rooms Cases) refusals(ctx context.Context, in *refusalsInput) (*rest.Listed[CaseRefusal], error) {
	read := func(after int64, rows int) ([]procedure.Refusal, error) {
		return rooms.Cases.Refused(ctx, rest.Scope(ctx), in.Job, after, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(one procedure.Refusal) int64 { return one.N }, rest.Each(func(one procedure.Refusal) CaseRefusal {
		return CaseRefusal{Row: one.N, Case: one.Case, Household: registry.Number(one.Household), Kind: string(one.Why.Kind), Reason: one.Why.Message}
	}))
}
