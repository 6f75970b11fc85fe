package web

import "context"

// Empty says that there is nothing, why, and what to do next.
type Empty struct {
	Icon    string // "list" if not given
	Title   string // "Nothing here yet" if not given
	Text    string
	Actions []Action
}

func (e Empty) icon() string {
	if e.Icon == "" {
		return "list"
	}
	return e.Icon
}

func (e Empty) title(ctx context.Context) string {
	if e.Title == "" {
		return T(ctx, "web.empty")
	}
	return e.Title
}

// Confirm asks before something is done that others will feel. The button says the consequence ("Return to village
// with comment"), not "OK".
type Confirm struct {
	Title  string
	Text   string
	Facts  Facts // what will happen to what
	Action Action
	Fields []Field // a reason, a date; sent with the action
	Cancel string  // address to go back to
}
