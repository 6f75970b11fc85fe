package duplicate

import (
	"context"

	"rightkey/internal/registry"
)

// Step and Rest are the stretch in whose multiples looks are answered, and how long an answer waits for it.
const Step = step

var Rest = rest

// AlikeBothWays are the persons alike, with those left out whom it is not worth to read, and with nobody left out.
func (s *Service) AlikeBothWays(ctx context.Context, who registry.Identity) (sifted, all []Alike, err error) {
	list := []registry.Identity{who}
	found, err := s.alike(ctx, list)
	if err != nil {
		return nil, nil, err
	}
	j, err := s.judge(ctx)
	if err != nil {
		return nil, nil, err
	}
	costs, err := s.Policy(who.Area)
	if err != nil {
		return nil, nil, err
	}
	every, err := s.registry.Alike(ctx, list, nil)
	return found[0], inZones(j, []Policy{costs}, list, every)[0], err
}
