package duplicate

import (
	"context"
	"fmt"
	"math"

	"rightkey/internal/registry"
	"rightkey/linkage"
)

// Likeness is what a comparison of two records of persons says, in bits: the logarithm of how much likelier it is of
// one person than of two.
type Likeness struct {
	Bits float64
	Name float64 // of this, what the names say
}

// Comparer returns how records are compared now, by the model that judges duplicates, for lists that come from outside
// the register: how many of them are expected to be one person is the asker's to say.
func (s *Service) Comparer(ctx context.Context) (func(a, b registry.Identity) Likeness, error) {
	j, err := s.judge(ctx)
	if err != nil {
		return nil, err
	}
	prior := math.Log2(j.model.Prior / (1 - j.model.Prior))
	return func(a, b registry.Identity) Likeness {
		pair := j.compare(a, b)
		return Likeness{Bits: pair.Weight - prior, Name: pair.Evidence[ofName].Bits}
	}, nil
}

// Names returns how names compare by the first model, in bits as those of Likeness, for who has no register.
func Names() (func(a, b string) float64, error) {
	model, err := readModel(firstModel)
	if err != nil {
		return nil, err
	}
	matcher, err := linkage.NewMatcher(model)
	if err != nil {
		return nil, fmt.Errorf("prepare the first model of duplicates: %w", err)
	}
	j := &judge{model: model, matcher: matcher}
	return func(a, b string) float64 {
		return j.compare(registry.Identity{Name: a}, registry.Identity{Name: b}).Evidence[ofName].Bits
	}, nil
}
