package rest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// Caller returns who asks; the zero Caller at a public operation.
func Caller(ctx context.Context) access.Caller { return callOf(ctx).caller }

// Scope returns what was decided for the operation's verb; the zero Scope, which allows nothing, where it has none.
func Scope(ctx context.Context) access.Scope { return callOf(ctx).scope }

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// Paged is the part of a list operation's input that says where to go on; embed it.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many rows to answer at most."`
	Cursor string `query:"cursor" maxLength:"2000" doc:"Where to go on; taken from the Link header of the answer before. It belongs to one user and one set of filters."`
}

// After reads the position of the cursor into position (a pointer to what List was given) and says whether there was
// one. A cursor of somebody else, of another list or of other filters is an Invalid fault.
func (p Paged) After(ctx context.Context, position any) (bool, error) {
	if p.Cursor == "" {
		return false, nil
	}
	c := callOf(ctx)
	refused := fault.New(fault.Invalid, "the cursor does not belong to this list").With(0, "query.cursor", "begin without a cursor")
	sealed, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return false, refused
	}
	text, err := c.api.seal.open(sealed, c.list())
	if err != nil {
		return false, refused
	}
	if err := json.Unmarshal(text, position); err != nil {
		return false, refused
	}
	return true, nil
}

// list names the list that a call reads: whose, where, with which filters.
func (c *call) list() string {
	filters := c.url.Query()
	filters.Del("cursor")
	filters.Del("limit")
	return fmt.Sprintf("cursor|%d|%s|%s|%s", c.caller.Account, c.caller.Purpose, c.url.Path, filters.Encode())
}

// Listed is the answer of a list operation: rows, and a Link header with rel=next while there are more.
type Listed[T any] struct {
	Link string `header:"Link" doc:"The address of the next rows, with rel=\"next\"; absent at the end."`
	Body struct {
		Items []T `json:"items" doc:"The rows, never null." nullable:"false"`
	}
}

// List makes the answer of a list operation. next is the position after which the next rows lie, encoded as JSON;
// nil at the end.
func List[T any](ctx context.Context, items []T, next any) (*Listed[T], error) {
	answer := &Listed[T]{}
	answer.Body.Items = append([]T{}, items...)
	if next == nil {
		return answer, nil
	}
	c := callOf(ctx)
	text, err := json.Marshal(next)
	if err != nil {
		return nil, fmt.Errorf("make a cursor: %w", err)
	}
	query := c.url.Query()
	query.Set("cursor", base64.RawURLEncoding.EncodeToString(c.api.seal.close(text, c.list())))
	address := url.URL{Path: c.url.Path, RawQuery: query.Encode()}
	answer.Link = "<" + address.String() + `>; rel="next"`
	return answer, nil
}

// Listing answers a list operation: it reads one row more than the page holds with read, from the position of the
// request's cursor on (the zero position at the beginning), and shows the page; position is where a row stands.
func Listing[P, R, T any](ctx context.Context, page Paged, read func(from P, rows int) ([]R, error), position func(R) P, show func([]R) ([]T, error)) (*Listed[T], error) {
	var from P
	if _, err := page.After(ctx, &from); err != nil {
		return nil, err
	}
	found, err := read(from, page.Limit+1)
	if err != nil {
		return nil, err
	}
	var next any
	if len(found) > page.Limit {
		found = found[:page.Limit]
		next = position(found[page.Limit-1])
	}
	items, err := show(found)
	if err != nil {
		return nil, err
	}
	return List(ctx, items, next)
}

// Each shows rows one by one.
func Each[R, T any](show func(R) T) func([]R) ([]T, error) {
	return func(rows []R) ([]T, error) {
		items := make([]T, len(rows))
		for i, row := range rows {
			items[i] = show(row)
		}
		return items, nil
	}
}
