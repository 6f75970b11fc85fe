package change

import (
	"context"

	"rightkey/internal/access"
)

// Timed is a Subject whose fields can be written only in their time.
type Timed interface {
	Subject
	// Late says whether set comes after its time and so needs a second person. Out of its time, and for who may not be
	// late, it returns a Conflict fault that says when the time is.
	Late(ctx context.Context, scope access.Scope, r Record, set Values) (bool, error)
}

// late says whether a row comes after its time; records that know no time are never late.
func late(ctx context.Context, subject Subject, scope access.Scope, r Record, set Values) (bool, error) {
	if timed, ok := subject.(Timed); ok {
		return timed.Late(ctx, scope, r, set)
	}
	return false, nil
}
