package office

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
)

// Giving gives items of a list of work, such as problems or leads, to an account.
type Giving struct {
	Items []int64
	Owner int64     // account
	Due   clock.Day // 0 keeps the date of each
}

// maxGiven is how many items are given away at once.
const maxGiven = 500

// Piece is an item of a list of work.
type Piece[T any] interface {
	Where() int64 // area
	Unsettled() bool
	// Given is the item once an account answers for it, with a new date if due is not 0.
	Given(owner int64, due clock.Day) T
}

// Give returns the items that a giving changes, as they are and as they will be; those that are settled stay as they
// are. It returns an Invalid fault for a day that is over and for an account that may not edit households where an item
// is, and get's fault for an item that get does not find: all of them or none.
func Give[T Piece[T]](ctx context.Context, g Giving, today clock.Day, caller func(context.Context, int64) (access.Caller, error), get func(id int64) (T, error)) (before, after []T, err error) {
	if len(g.Items) == 0 || len(g.Items) > maxGiven {
		return nil, nil, fault.New(fault.Invalid, "choose 1 to %d items", maxGiven).With(0, "item", "choose 1 to %d", maxGiven)
	}
	if g.Due != 0 && g.Due < today {
		return nil, nil, fault.New(fault.Invalid, "the date is over").With(0, "due", "is over")
	}
	their, err := caller(ctx, g.Owner)
	if err != nil {
		return nil, nil, err
	}
	reach, err := access.Decide(their, access.HouseholdEdit)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "this account does no such work").With(0, "owner", "does no such work")
	}
	for _, id := range g.Items {
		one, err := get(id)
		switch {
		case err != nil:
			return nil, nil, err
		case !reach.Holds(one.Where()):
			return nil, nil, fault.New(fault.Invalid, "this account does not reach all of the areas").With(0, "owner", "does not reach all of the areas")
		case one.Unsettled():
			before, after = append(before, one), append(after, one.Given(g.Owner, g.Due))
		}
	}
	return before, after, nil
}
