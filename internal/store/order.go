package store

import "slices"

// A list that is read by pages is read from a place on, or back from it: the rows next before the place. Read back they
// come in the opposite order, the nearest first, and are turned round again.

// Ascending is how a list in ascending order is read from a place: the comparison with it, and what follows each column
// of ORDER BY.
func Ascending(back bool) (beyond, sort string) {
	if back {
		return "<", " DESC"
	}
	return ">", " ASC"
}

// Descending is Ascending for a list in descending order, as the newest first.
func Descending(back bool) (beyond, sort string) { return Ascending(!back) }

// InOrder returns rows that were read back in the list's order, others as they are.
func InOrder[T any](rows []T, back bool) []T {
	if back {
		slices.Reverse(rows)
	}
	return rows
}
