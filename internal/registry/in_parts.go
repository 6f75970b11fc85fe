package registry

import (
	"errors"
	"slices"
	"sync"
)

// atOnce is in how many parts at once is read who is worth comparing with persons: most of what it takes is to touch
// pages. For many persons nobody waits, so that while people are here others have the connections.
func (s *Service) atOnce(asked []Identity) int {
	if len(asked) > 1 && s.jobs.Way().Company() {
		return 1
	}
	return 2
}

// inParts reads parts of a list at once, none of more than most things, and returns what was found in their order.
func inParts[T, R any](list []T, parts, most int, read func([]T) ([]R, error)) ([]R, error) {
	var found []R
	for some := range slices.Chunk(list, parts*most) {
		each := slices.Collect(slices.Chunk(some, (len(some)+parts-1)/parts))
		lists, failed := make([][]R, len(each)), make([]error, len(each))
		var reading sync.WaitGroup
		for i, part := range each[1:] {
			reading.Go(func() { lists[i+1], failed[i+1] = read(part) })
		}
		lists[0], failed[0] = read(each[0])
		reading.Wait()
		if err := errors.Join(failed...); err != nil {
			return nil, err
		}
		found = slices.Concat(append([][]R{found}, lists...)...)
	}
	return found, nil
}
