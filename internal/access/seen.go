package access

import "slices"

// Seen is the highest class up to P3 that may be seen in all of the scope: lists show only what it covers.
func (s Scope) Seen() Class {
	ranges := s.Ranges()
	for c := P3; c > P0 && len(ranges) > 0; c-- {
		if !slices.ContainsFunc(ranges, func(r Range) bool { return !s.Sees(r.Lo, c) || !s.Sees(r.Hi, c) }) {
			return c
		}
	}
	return P0
}
