package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// FieldChange is one field of a record that became another.
type FieldChange struct {
	At      string `json:"at" format:"date-time" doc:"When it was stored."`
	On      string `json:"on" format:"date" doc:"The day from which it holds."`
	Account int64  `json:"account" doc:"Who; 0 is the program itself."`
	Role    string `json:"role,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Subject string `json:"subject" example:"household"`
	ID      int64  `json:"id" doc:"Of the dwelling or entry; of a household or person its identifier."`
	Number  string `json:"number,omitempty" doc:"Of the person."`
	Field   string `json:"field"`
	Year    int    `json:"year,omitempty" doc:"Of an answer that is given every year."`
	Before  any    `json:"before" doc:"null is unknown."`
	After   any    `json:"after"`
	Source  string `json:"source,omitempty" enum:"page,api,offline,import,matched"`
	Set     int64  `json:"change_set,omitempty"`
	Import  int64  `json:"import,omitempty" doc:"The import that opened the record."`
}

func (rooms Rooms) registerHistory(api *rest.API) {
	type historyInput struct {
		rest.Paged
		Number  string `path:"number" example:"000010485771"`
		Subject string `query:"subject" enum:"household,person,dwelling,income,expenditure,roster" doc:"Only of records of this kind."`
		Field   string `query:"field" doc:"Only of this field."`
	}
	rest.Register(api, rest.Operation{ID: "get-household-history", Method: http.MethodGet, Path: "/households/{number}/history", Summary: "Read the history of every field", Room: room, Verb: access.HouseholdRead,
		About: "Of the household, its members, dwellings and entries, newest first; fields that you may not see are left out. The reading is journalled."},
		func(ctx context.Context, in *historyInput) (*rest.Listed[FieldChange], error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			var after int
			if _, err := in.After(ctx, &after); err != nil {
				return nil, err
			}
			_, all, err := rooms.Registry.History(ctx, rest.Scope(ctx), id, registry.HistoryFilter{Subject: in.Subject, Field: in.Field})
			if err != nil {
				return nil, err
			}
			from := min(max(after, 0), len(all))
			to := min(from+in.Limit, len(all))
			items := make([]FieldChange, 0, to-from)
			for _, c := range all[from:to] {
				items = append(items, FieldChange{At: c.At.String(), On: c.On.String(), Account: c.Account, Role: c.Role, Reason: c.Why, Subject: c.SubjectKind, ID: c.Subject, Number: c.Number,
					Field: c.Field, Year: c.Year, Before: c.Before, After: c.After, Source: string(c.Source), Set: c.Set, Import: c.Import})
			}
			if to == len(all) {
				return rest.List(ctx, items, nil)
			}
			return rest.List(ctx, items, to)
		})
}
