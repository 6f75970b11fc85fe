package registry

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/store"
)

// manyAsked is from how many persons on it is looked first which layers of keys hold any.
const manyAsked = 16

// everyLayer are the layers of keys to find by.
var everyLayer = []int{0, 1, 2}

// inLayers is the condition that a row of find_key is in one of some layers.
func inLayers(layers []int) string {
	some := make([]string, len(layers))
	for i, layer := range layers {
		some[i] = strconv.Itoa(layer)
	}
	return "layer IN (" + strings.Join(some, ", ") + ")"
}

// keyed makes walks along the keys to find by. For many persons layers without keys are left out: most of a register's
// life all keys lie in one. Keys move on while others look: where a layer that was left out has some afterwards, all are
// walked.
func (s *Service) keyed(ctx context.Context, asked []Identity, walks []walk) ([]encounter, error) {
	through := func(layers []int) ([]encounter, error) {
		if len(layers) == 0 {
			return nil, nil
		}
		where := inLayers(layers)
		return inParts(walks, s.atOnce(asked), alikeWalks, func(some []walk) ([]encounter, error) { return s.walked(ctx, "find_key", where, some) })
	}
	if len(asked) < manyAsked {
		return through(everyLayer)
	}
	before, err := s.filledLayers(ctx)
	if err != nil {
		return nil, err
	}
	found, err := through(before)
	if err != nil || len(before) == len(everyLayer) {
		return found, err
	}
	after, err := s.filledLayers(ctx)
	if err != nil || !slices.ContainsFunc(after, func(layer int) bool { return !slices.Contains(before, layer) }) {
		return found, err
	}
	return through(everyLayer)
}

// filledLayers are the layers that hold keys. Their first key is asked for, so that no engine looks for any from the
// beginning of the table.
func (s *Service) filledLayers(ctx context.Context) ([]int, error) {
	parts := make([]string, len(everyLayer))
	for i, layer := range everyLayer {
		parts[i] = fmt.Sprintf("SELECT * FROM (SELECT layer FROM find_key WHERE {checked} AND layer = %d ORDER BY layer, key, area, home, person LIMIT 1) l%d", layer, i)
	}
	filled, err := store.All(ctx, s.db.In(findScope), strings.Join(parts, " UNION ALL "), nil, func(r store.Rows, layer *int) error { return r.Scan(layer) })
	if err != nil {
		return nil, fmt.Errorf("see where keys to find by are: %w", err)
	}
	return filled, nil
}
